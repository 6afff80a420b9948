"""Turns an event and its parameters into a title and a body in a person's language.

A text is two files, `templates/<language>/<event>/{title,body}.txt`. Croatian and Bosnian hold only what differs from
Serbian Latin and keep their own numbers; a language that is not spoken here reads English. The templates run in a
sandbox, and a parameter that is missing stops them: half a message is never sent.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateNotFound, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from notifications.channel import Rendered
from notifications.errors import BadParameter, UnknownEvent

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_LANGUAGE = "en"
FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "en": ("en",),
    "sr-Latn": ("sr-Latn",),
    "sr-Cyrl": ("sr-Cyrl",),
    "hr": ("hr", "sr-Latn"),
    "bs": ("bs", "sr-Latn"),
}
"""The languages, each with the folders where its texts are looked for, in that order."""

_Kind = TypeVar("_Kind")
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def render(event: str, language: str, params: Mapping[str, object]) -> Rendered:
    """The event's text; raises UnknownEvent or BadParameter. Line breaks within the title become spaces."""
    environment = _environment(language if language in FALLBACKS else DEFAULT_LANGUAGE)
    try:
        title, body = (environment.get_template(f"{event}/{part}.txt").render(params) for part in ("title", "body"))
    except TemplateNotFound as error:
        raise UnknownEvent(f"there is no text for {event!r}") from error
    except UndefinedError as error:
        raise BadParameter(f"{event}: {error.message}") from error
    return Rendered(title=" ".join(title.split()), body=body.strip())


def _scaled(amount: int, decimals: int) -> Decimal:
    """Smallest units as the number that people read; decimals only where there is a fraction: 1200, 2 is 12."""
    number = Decimal(_fit(amount, int)).scaleb(-_fit(decimals, int))
    whole = number.to_integral_value()
    return whole if whole == number else number


def _fit(value: object, kind: type[_Kind]) -> _Kind:
    """The parameter as that kind; the message of an undefined one names it, because writing it out raises."""
    if isinstance(value, kind):
        return value
    raise BadParameter(f"{value} is no {kind.__name__}")


@cache
def _environment(language: str) -> SandboxedEnvironment:
    loader = ChoiceLoader([FileSystemLoader(TEMPLATES / folder) for folder in FALLBACKS[language]])
    environment = SandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # plain text: each channel escapes for its own medium
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= _filters(Locale.parse(language, sep="-"))
    return environment


def _filters(locale: Locale) -> dict[str, object]:
    """What templates may apply: `scaled(decimals)`, `number`, `plural(form, ...)`, `money(currency)` and `day`."""
    rule = locale.plural_form
    categories = [category for category in _CATEGORIES if category in rule.tags | {"other"}]

    def number(value: Decimal) -> str:
        """The number with as many decimals as it has."""
        decimals = max(0, -int(value.as_tuple().exponent))
        return format_decimal(value, format="#,##0." + "0" * decimals, locale=locale)

    def plural(value: Decimal | int, *forms: str) -> str:
        """The noun after that number: one form for each category of the language (CLDR), from `one` to `other`."""
        assert len(forms) == len(categories), f"{locale} has the plural forms {categories}, not {forms}"
        return forms[categories.index(rule(value))]

    def money(amount_minor: int, currency: str) -> str:
        """Hundredths of a currency, with its ISO code; a hundredth is the minor unit of every currency served."""
        value = Decimal(_fit(amount_minor, int)).scaleb(-2)
        code = _fit(currency, str)
        return format_currency(value, code, format="#,##0.00\u00a0¤¤", locale=locale, currency_digits=False)

    def day(written: str) -> str:
        """A day such as 2026-12-31 as people write it."""
        return format_date(date.fromisoformat(_fit(written, str)), format="medium", locale=locale)

    return {"scaled": _scaled, "number": number, "plural": plural, "money": money, "day": day}
