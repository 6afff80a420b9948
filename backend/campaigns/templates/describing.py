"""How a template is described to whoever fills it in: its parameters as JSON Schema, titles in the caller's language.

Numbers with decimals are strings there as everywhere; `minimum`, `exclusiveMinimum` and `maximum` bound them all the
same, and `format` and `unit` say what they count.
"""

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from backend.campaigns.templates.contract import Asked, Document, Template, how_asked
from backend.kit.i18n import translate
from backend.promotions.parameters import Bounds, Kind, parameters

_UNITS = {"percent": "percent", "money": "currency", "points": "points", "days": "days"}
_INTEGERS = frozenset({"count", "days", "number", "weekday"})
_DECIMALS = frozenset({"factor", "money", "percent", "points", "quantity"})
_DATE = "day"


def schema_of(cls: type, language: str) -> Document:
    """The parameters of a template, or of a part of it, as a JSON Schema object."""
    declared = {field.name: field for field in fields(cls)}
    properties, required = {}, []
    for parameter in parameters(cls):
        field = declared[parameter.name]
        asked = how_asked(field.metadata)
        drawn = {"title": translate(asked.title, language), **_drawn(parameter.kind, asked, language)}
        if unit := asked.unit or _UNITS.get(parameter.kind.form):
            drawn["unit"] = unit
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if default is not MISSING and (written := _written(default)) is not None:
            drawn["default"] = written
        properties[parameter.key] = drawn
        if parameter.required:
            required.append(parameter.key)
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def described(template: type[Template], language: str) -> Document:
    """A template as a whole."""
    return {
        "code": template.code,
        "name": translate(template.title, language),
        "description": translate(template.about, language),
        "scheme": template.scheme,
        "parameters": schema_of(template, language),
    }


def _drawn(kind: Kind[Any], asked: Asked, language: str) -> Document:
    if kind.form.startswith("map of ") and kind.each is not None:
        return {"type": "object", "additionalProperties": _drawn(kind.each, asked, language)}
    if kind.each is not None:
        return {"type": "array", "items": _drawn(kind.each, asked, language)}
    if kind.parts is not None:
        return schema_of(kind.parts, language)
    if kind.options:
        return _choice(kind, asked, language)
    return _control(kind)


def _choice(kind: Kind[Any], asked: Asked, language: str) -> Document:
    titles = {option: asked.options.get(option) for option in kind.options}
    said = {option: translate(title, language) if title else option for option, title in titles.items()}
    return {"type": "string", "oneOf": [{"const": option, "title": title} for option, title in said.items()]}


def _control(kind: Kind[Any]) -> Document:
    if kind.form == "flag":
        return {"type": "boolean"}
    if kind.form in _INTEGERS:
        return {"type": "integer", **_bounds(kind.bounds)}
    if kind.form in _DECIMALS and kind.bounds is not None:
        fraction = f"(\\.[0-9]{{1,{kind.bounds.decimals}}})?"
        return {"type": "string", "format": kind.form, "pattern": f"^[0-9]{{1,12}}{fraction}$", **_bounds(kind.bounds)}
    return {"type": "string", "format": "date"} if kind.form == _DATE else {"type": "string", "minLength": 1}


def _bounds(bounds: Bounds | None) -> Document:
    if bounds is None:
        return {}
    named = {"minimum": bounds.least, "exclusiveMinimum": bounds.above, "maximum": bounds.most}
    return {key: bound for key, bound in named.items() if bound is not None}


def _written(value: Any) -> Any:  # noqa: ANN401 (whatever a default is)
    """A default as a document writes it; null when it says nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: _written(getattr(value, field.name)) for field in fields(value)}
        return {key: item for key, item in kept.items() if item is not None} or None
    return [_written(item) for item in value] if isinstance(value, list | tuple) else value
