"""One paper as a plain value, so that its page and its file say the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """One side of a paper: who they are, in lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under columns, the last of which is an amount; `total` is its label and sum in words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, str]


@dataclass(frozen=True)
class Paper:
    """What is handed out: a title, facts with labels, parties (or sections of a letter), one table if any, and what must be said below."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    parties: tuple[Party, ...]
    table: Table | None
    notices: tuple[str, ...]
