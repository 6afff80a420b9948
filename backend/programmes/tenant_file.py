"""The one file from which a tenant is made and changed: its shape, and every fault in it at once.

The file is TOML. A key that nobody knows is a fault, never passed over; each fault is named by its path.
"""

import tomllib
import zoneinfo
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo

from backend.kit.i18n import LANGUAGES
from backend.programmes.errors import TenantFileRefused

FILE_BYTES_MAX = 4 * 1024 * 1024


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("no known time zone, such as Europe/Belgrade")
    return name


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return language


def _outlasts_pending(days: int | None, info: ValidationInfo) -> int | None:
    if days is not None and days <= info.data.get("points_pending_days", 0):
        raise ValueError("must be more than points_pending_days")
    return days


def _like(pattern: str) -> StringConstraints:
    return StringConstraints(pattern=rf"\A(?:{pattern})\z")


Name = Annotated[str, _like(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,198}[^\s\x00-\x1f])?")]
Slug = Annotated[str, _like(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")]
Code = Annotated[str, _like(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")]
TaxId = Annotated[str, _like(r"[A-Z0-9]{1,20}")]
Host = Annotated[str, _like(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")]
Colour = Annotated[str, _like(r"#[0-9a-f]{6}")]
Email = Annotated[str, _like(r"[^@\s\x00-\x20A-Z]{1,64}@[a-z0-9.-]{1,180}\.[a-z]{2,24}")]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
Language = Annotated[str, AfterValidator(_spoken)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TenantPart(_Part):
    """The tenant itself; `hosts` are the names under which it is reached."""

    slug: Slug
    name: Name
    time_zone: TimeZone
    language: Language
    hosts: list[Host] = []


class BrandingPart(_Part):
    """How the tenant looks: colours as `#rrggbb`, and the words of its mark."""

    primary_colour: Colour | None = None
    accent_colour: Colour | None = None
    logo_text: Name | None = None


class SettingsPart(_Part):
    """What the tenant wants otherwise than the installation; an absent key is the installation's own."""

    pending_receipts_max: int | None = Field(default=None, ge=1, le=1000)
    card_run_min: int | None = Field(default=None, ge=1, le=100_000)


class ProgrammePart(_Part):
    """A programme; currency and decimals are fixed once it exists. Days hold for points that are earned from then on."""

    code: Code
    name: Name
    currency: Annotated[str, _like("[A-Z]{3}")]
    points_decimals: int = Field(default=0, ge=0, le=2)
    points_pending_days: int = Field(default=0, ge=0, le=365)
    points_valid_days: Annotated[int | None, AfterValidator(_outlasts_pending)] = Field(default=None, ge=1, le=3650)
    points_warning_days: int = Field(default=14, ge=0, le=365)


class OutletPart(_Part):
    """A shop; `premises_id` is what its authority calls it, and the time zone is the tenant's unless named."""

    code: Code
    name: Name
    premises_id: Name
    city: Name
    time_zone: TimeZone | None = None


class PartnerPart(_Part):
    """A firm and its shops."""

    name: Name
    tax_id: TaxId
    outlet: list[OutletPart] = []


class StaffPart(_Part):
    """The first account: an owner, who invites everyone else."""

    owner: Email


class TenantFile(_Part):
    """A whole tenant."""

    tenant: TenantPart
    branding: BrandingPart = BrandingPart()
    settings: SettingsPart = SettingsPart()
    programme: list[ProgrammePart] = Field(min_length=1)
    partner: list[PartnerPart] = []
    staff: StaffPart | None = None


def read_tenant_file(content: bytes) -> TenantFile:
    """The tenant that the file describes. Raises TenantFileRefused with every fault."""
    if len(content) > FILE_BYTES_MAX:
        raise TenantFileRefused([f"(file): is larger than {FILE_BYTES_MAX // 1024 // 1024} MB"])
    try:
        document = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TenantFileRefused([f"(file): is no TOML: {error}"]) from error
    try:
        file = TenantFile.model_validate(document)
    except ValidationError as error:
        raise TenantFileRefused([_sentence(fault) for fault in error.errors()]) from error
    if repeated := list(_repeated(file)):
        raise TenantFileRefused(repeated)
    return file


def _sentence(fault: Any) -> str:  # noqa: ANN401 (pydantic's own record of a fault)
    path = ""
    for step in fault["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    match fault["type"]:
        case "extra_forbidden":
            says = "is no known key"
        case "missing":
            says = "is missing"
        case "string_pattern_mismatch":
            says = f"{fault['input']!r} is not written as it must be"
        case _:
            says = fault["msg"].removeprefix("Value error, ").lower()
    return f"{path}: {says}"


def _repeated(file: TenantFile) -> Iterator[str]:
    """What may stand only once in a tenant and stands again."""
    outlets = [
        (f"partner[{i}].outlet[{j}]", partner, outlet)
        for i, partner in enumerate(file.partner)
        for j, outlet in enumerate(partner.outlet)
    ]
    yield from _twice((f"tenant.hosts[{i}]", host) for i, host in enumerate(file.tenant.hosts))
    yield from _twice((f"programme[{i}].code", programme.code) for i, programme in enumerate(file.programme))
    yield from _twice((f"partner[{i}].tax_id", partner.tax_id) for i, partner in enumerate(file.partner))
    yield from _twice((f"{path}.code", outlet.code) for path, _, outlet in outlets)
    for partner in file.partner:
        yield from _twice(
            (f"{path}.premises_id", outlet.premises_id) for path, own, outlet in outlets if own is partner
        )


def _twice(places: Iterator[tuple[str, str]]) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, value in places:
        if value in first:
            yield f"{path}: {value!r} already stands at {first[value]}"
        first.setdefault(value, path)
