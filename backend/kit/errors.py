"""Why the product refuses: named reasons, each with a stable code and one of nine kinds.

A reason lives beside the rule that gives it (`errors.py` of its slice). HTTP knows only the kinds; the code and its
sentence, in the caller's language, are what clients and people see.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from backend.kit.i18n import Text

ErrorKind = Literal[
    "malformed",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "gone",
    "invalid",
    "limited",
    "unavailable",
]


class ParagonError(Exception):
    """A refusal. `title` is an English sentence and a message id; `params` fills its blanks.

    `retry_after_s` is set where waiting helps. Subclasses name the reason; the base is never raised.
    """

    code: ClassVar[str]
    kind: ClassVar[ErrorKind]
    title: ClassVar[str]

    def __init__(self, *, retry_after_s: int | None = None, **params: str) -> None:
        super().__init__(self.code)
        self.params = params
        self.retry_after_s = retry_after_s

    @property
    def text(self) -> Text:
        """The sentence for people."""
        return Text(self.title, self.params)

    @property
    def details(self) -> Mapping[str, object]:
        """What programs are told beside the code; a reason that has some says so."""
        return {}


def catalogue() -> dict[str, type[ParagonError]]:
    """Every reason that is defined, by its code. Two reasons with one code are our mistake."""
    found: dict[str, type[ParagonError]] = {}
    waiting = list(ParagonError.__subclasses__())
    while waiting:
        reason = waiting.pop()
        waiting.extend(reason.__subclasses__())
        assert reason.code not in found, f"{reason} repeats the code {reason.code}"
        found[reason.code] = reason
    return dict(sorted(found.items()))
