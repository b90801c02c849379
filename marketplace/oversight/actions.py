"""Sealing everything anew with the first key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Table, Text, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.types import LargeBinary

from marketplace.db import Base, transaction
from marketplace.vault import SealedBytes, SealedJson, SealedText, vault

BATCH = 500


def sealed_columns() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Every table with the columns in it that are sealed, found by their types: a new one cannot be forgotten."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, SealedText | SealedJson | SealedBytes)]
        if columns:
            yield table, columns


def rotate_table(table: Table, columns: list[Column[Any]], progress: Callable[[int], None]) -> int:
    """Seal one table's columns anew, a batch a transaction; gives how many rows. May be stopped and begun again at any time."""
    last_id, done = 0, 0
    while True:
        with transaction() as session:
            seen = _rotate_batch(session, table, columns, last_id)
        done += len(seen)
        progress(len(seen))
        if len(seen) < BATCH:
            return done
        last_id = seen[-1]


def _rotate_batch(session: Session, table: Table, columns: list[Column[Any]], last_id: int) -> list[int]:
    plain = [type_coerce(column, _plain(column)).label(column.name) for column in columns]
    wanted = select(table.c.id, *plain).where(table.c.id > last_id).order_by(table.c.id).limit(BATCH).with_for_update()
    rows = session.execute(wanted).mappings().all()
    for row in rows:
        fresh = {column.name: type_coerce(_rotate(row[column.name]), _plain(column)) for column in columns if row[column.name] is not None}
        if fresh:
            session.execute(update(table).where(table.c.id == row["id"]).values(fresh))
    return [row["id"] for row in rows]


def _plain(column: Column[Any]) -> type[Text | LargeBinary]:
    return LargeBinary if isinstance(column.type, SealedBytes) else Text


def _rotate(token: Any) -> Any:
    return vault().rotate(token) if isinstance(token, str) else vault().rotate_bytes(bytes(token))
