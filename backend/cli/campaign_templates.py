"""`paragon campaign templates` and `paragon campaign draft`: ready schemes, and campaigns made of them."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NoReturn

import typer

from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, err, fail, out, show

if TYPE_CHECKING:
    from backend.campaigns.templates.contract import Template
    from backend.kit.db import Database
    from backend.promotions.documents import MalformedDocument

app = typer.Typer()


class Called(NamedTuple):
    """What a draft is called; `programme` is a code, null the first one's."""

    code: str
    name: str
    programme: str | None


@app.command()
def templates(
    template: Annotated[str | None, typer.Argument(help="Only this one, with its parameters.")] = None,
    lang: Annotated[
        Literal["en", "sr-Latn", "sr-Cyrl", "hr", "bs"], typer.Option(help="The language of names and titles.")
    ] = "en",
    as_json: Json = False,
) -> None:
    """Name the templates from which campaigns can be drafted, or the parameters of one."""
    from backend.campaigns.templates.building import template_called
    from backend.campaigns.templates.describing import described
    from backend.campaigns.templates.registry import TEMPLATES

    chosen = list(TEMPLATES.values()) if template is None else [template_called(template)]
    found = [described(each, lang) for each in chosen]

    def people() -> None:
        from rich.table import Table

        table = Table("Template", "Name", "What it does")
        for each in found:
            table.add_row(each["code"], each["name"], each["description"])
        out.print(table)
        if template is not None:
            _print_parameters(found[0]["parameters"])

    show(found, as_json=as_json, people=people)


@app.command()
def draft(
    template: Annotated[str, typer.Argument(help="The template's code.")],
    tenant: Annotated[str, typer.Option(help="The tenant's slug.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help='A parameter, such as percent=3 or items={"groups":["dairy"]}; repeated for more.'),
    ] = None,
    code: Annotated[str | None, typer.Option(help="The campaign's code; the template's unless said.")] = None,
    name: Annotated[str | None, typer.Option(help="The campaign's name; the template's unless said.")] = None,
    programme: Annotated[str | None, typer.Option(help="A programme's code; the first unless said.")] = None,
    as_json: Json = False,
) -> None:
    """Draft a campaign from a template; it gives nothing until it is started."""
    from backend.campaigns.templates.building import template_called
    from backend.kit.i18n import translate
    from backend.promotions.documents import MalformedDocument

    chosen = template_called(template)
    called = Called(code or template, name or translate(chosen.title, "en"), programme)
    parameters = _parameters(chosen, given or [])
    try:
        found = operate(lambda database: _draft(database, tenant, called, chosen, parameters))
    except MalformedDocument as error:
        _refuse(error, as_json=as_json)
    document = {"campaign": called.code, "name": called.name, "content": found}
    show(document, as_json=as_json, people=lambda: out.print(f"Campaign {called.code} is a draft.", markup=False))


def _parameters(template: "type[Template]", given: list[str]) -> dict[str, Any]:
    """What was set, each as its kind is written: numbers with decimals and words stay text, the rest is JSON."""
    from backend.promotions.parameters import parameters

    structured = {
        parameter.key: parameter.kind.each is not None
        or parameter.kind.parts is not None
        or parameter.kind.form in {"count", "days", "flag"}
        for parameter in parameters(template)
    }
    found: dict[str, Any] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals:
            fail("setting-malformed", f"--set {each} is not NAME=VALUE", status=2)
        found[key] = _json(value) if structured.get(key) else value
    return found


def _json(value: str) -> object:
    """The JSON value; what is none stays text, which its kind refuses by pointer."""
    from decimal import Decimal

    try:
        return json.loads(value, parse_float=Decimal)
    except json.JSONDecodeError:
        return value


async def _draft(
    database: "Database", slug: str, called: Called, template: "type[Template]", parameters: dict[str, Any]
) -> dict[str, Any]:
    from backend.campaigns.service import Header
    from backend.campaigns.templates.drafting import draft_from
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now
    from backend.programmes.queries import programme_called

    async with inside(database, slug) as (session, tenant):
        row = await programme_called(session, tenant.id, called.programme)
        header, actor = Header(called.code, called.name, row.id), Actor(tenant.id, None)
        found = await draft_from(session, actor, header, template, parameters, now=utc_now())
        return found.revisions[0].content


def _print_parameters(schema: dict[str, Any]) -> None:
    for key, drawn in schema["properties"].items():
        of = "|".join(option["const"] for option in drawn.get("oneOf", [])) or drawn.get("unit", drawn["type"])
        default = json.dumps(drawn["default"], ensure_ascii=False) if "default" in drawn else "optional"
        said = "required" if key in schema["required"] else default
        out.print(f"{key.rjust(16)}  {drawn['title']} ({of}): {said}", markup=False)


def _refuse(error: "MalformedDocument", *, as_json: bool) -> NoReturn:
    faults = [{"pointer": fault.pointer, "message": fault.message} for fault in error.faults]

    def people() -> None:
        for fault in faults:
            err.print(f"paragon: {fault['pointer']}: {fault['message']}", markup=False)
        err.print(f"Nothing was drafted ({error.code}).", markup=False)

    show({"code": error.code, "errors": faults}, as_json=as_json, people=people)
    raise typer.Exit(1)
