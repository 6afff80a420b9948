"""Rows written past the session's unit of work, which takes several times as long as the statement: for hot paths."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import driver


async def insert_rows(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Write rows of one table at once, in one statement within the session's transaction; the session keeps none.

    Their columns are what JSON can say: no bytes.
    """
    if rows:
        columns = [column.name for column in _table(type(rows[0])).columns]
        documents = [{name: getattr(row, name) for name in columns} for row in rows]
        await (await driver(session)).execute(_statement(type(rows[0])), msgspec.json.encode(documents).decode())


@cache
def _statement(model: type[SQLModel]) -> str:
    table = _table(model)
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return (
        f'insert into "{table.name}" ({columns}) '  # noqa: S608 (names of our own tables)
        f'select {columns} from jsonb_populate_recordset(null::public."{table.name}", $1)'
    )


def _table(model: type[SQLModel]) -> Any:  # noqa: ANN401 (the base has none)
    return model.__table__  # type: ignore[attr-defined]
