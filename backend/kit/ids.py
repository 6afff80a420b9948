"""Identifiers: UUIDv7, so that rows of one table arrive in the order of their keys."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's type."""
    return UUID(int=uuid_utils.uuid7().int)
