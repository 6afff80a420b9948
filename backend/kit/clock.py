"""The one place that asks what time it is; everything below the edges is told."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC with milliseconds: 2022-12-31T14:51:57.202Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
