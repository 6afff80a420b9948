"""Why a campaign cannot be found, or not be changed like this."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class CampaignNotFound(ParagonError):
    """No such campaign in this tenant, or another partner's."""

    code: ClassVar[str] = "campaign-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such campaign."


class CampaignExists(ParagonError):
    """The code belongs to another campaign of the tenant already."""

    code: ClassVar[str] = "campaign-exists"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "There is a campaign with this code already."


class CampaignStateRefused(ParagonError):
    """From the state in which the campaign is, there is no way to the one that was asked for."""

    code: ClassVar[str] = "campaign-state-refused"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This campaign is {state}: that cannot be done with it now."


class CampaignChangedMeanwhile(ParagonError):
    """Between showing a change and applying it, somebody changed the campaign."""

    code: ClassVar[str] = "campaign-changed-meanwhile"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The campaign was changed meanwhile. Nothing was applied; please look at it again."


class CorrectionUnexplained(ParagonError):
    """A revision that holds from the past on changes what receipts that still wait are given, so it says why."""

    code: ClassVar[str] = "correction-unexplained"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "A change that holds from a time in the past needs a note that says why."


class BudgetSpent(ParagonError):
    """A limit was lowered below what was already used or is held."""

    code: ClassVar[str] = "budget-spent"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "More than the new limit of {promotion} is used or held already."


class CodeListNotFound(ParagonError):
    """No list of codes has this name, or it is another partner's."""

    code: ClassVar[str] = "code-list-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such list of codes."


class CodeListRefused(ParagonError):
    """A file of codes with a line that is no code; nothing of it was taken."""

    code: ClassVar[str] = "code-list-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Line {line} is no code: nothing was taken."


class TemplateNotFound(ParagonError):
    """No template has this code."""

    code: ClassVar[str] = "template-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such template."
