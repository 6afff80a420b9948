"""From a template and what was filled in to a campaign's content; every fault is named by its pointer, none is guessed."""

from typing import Any

from backend.campaigns.errors import TemplateNotFound
from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.registry import TEMPLATES
from backend.promotions.documents import MalformedDocument
from backend.promotions.parameters import Fault, Place, read_object

AT = "/parameters"
"""Where parameters stand in what asks for a draft; pointers of faults begin with it."""


def template_called(code: str) -> type[Template]:
    """The template of that code. Raises TemplateNotFound."""
    if code not in TEMPLATES:
        raise TemplateNotFound
    return TEMPLATES[code]


def read_parameters(template: type[Template], parameters: object) -> Template:
    """The filled-in template. Raises MalformedDocument with every fault."""
    faults: list[Fault] = []
    found = read_object(template, parameters, Place(faults, AT))
    if faults or found is None:
        raise MalformedDocument(tuple(faults))
    return found


def build(template: type[Template], parameters: object, *, own: str, name: str | None = None) -> list[Document]:
    """The promotions, ready for `read_promotions`. Raises MalformedDocument with every fault.

    A single one has the id `own`, several are numbered after it; people see them under `name`.
    """
    drawn = read_parameters(template, parameters).promotions(own)
    ids = [own] if len(drawn) == 1 else [f"{own}-{number}" for number in range(1, len(drawn) + 1)]
    return [_said({"id": each, "name": name, **document}) for each, document in zip(ids, drawn, strict=True)]


def content_of(template: type[Template], parameters: object, *, own: str, name: str) -> Document:
    """The content of a campaign. Raises MalformedDocument with every fault."""
    promotions = build(template, parameters, own=own, name=name)
    return {"scheme": template.scheme, "promotions": promotions} if template.scheme else {"promotions": promotions}


def _said(value: Any) -> Any:  # noqa: ANN401 (any part of a document)
    """A document without what says nothing: nulls and empty lists, at its top and in its objects."""
    if not isinstance(value, dict):
        return value
    kept = {key: _said(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item is not None and item != []}
