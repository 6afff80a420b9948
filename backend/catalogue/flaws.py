"""Why one value of a product cannot be taken: a stable code, and a sentence for whoever wrote it.

A flaw concerns one field; the file's row or the request that held it is refused, and others go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.kit.i18n import Text, translate


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the field; `code` is stable."""

    field: str
    code: str
    text: Text

    def document(self) -> Mapping[str, Any]:
        """The flaw as it is stored, untranslated."""
        return {"field": self.field, "code": self.code, "msgid": self.text.msgid, "params": dict(self.text.params)}


def said(stored: Mapping[str, Any], language: str) -> str:
    """The sentence that was stored as `msgid` and `params`."""
    return translate(Text(stored["msgid"], stored["params"]), language)


class Flawed(Exception):
    """Raised where a value is read; whoever reads the whole product says which field it was."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(code)
        self.code = code
        self.text = text

    def of(self, field: str) -> Flaw:
        """The flaw of that field."""
        return Flaw(field, self.code, self.text)
