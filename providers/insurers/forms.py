"""The rows of the page about insurers; the JSON's reader judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from providers.insurers.rules import MOST_ENTRIES, Entry

EMPTY_ROWS = 2


@dataclass(frozen=True)
class Row:
    """One line of the page; `name` begins the names of its fields. Without a carrier it does not count."""

    name: str
    carrier: str = ""
    way: str = ""
    plans: tuple[str, ...] = ()


def rows_of(entries: Iterable[Entry]) -> list[Row]:
    """What is stated, as it stands in the fields."""
    return [Row(f"row-{at}", one.carrier, one.way, one.plans) for at, one in enumerate(entries)]


def rows_of_form(form: MultiDict[str, str]) -> list[Row]:
    """The rows that name a carrier, numbered anew."""
    names = [f"row-{at}" for at in range(MOST_ENTRIES + EMPTY_ROWS + 1)]
    sent = [
        Row(name, form.get(f"{name}-carrier", "").strip(), form.get(f"{name}-way", "").strip(), tuple(form.getlist(f"{name}-plans")))
        for name in names
    ]
    return [replace(row, name=f"row-{at}") for at, row in enumerate(row for row in sent if row.carrier)]


def with_empty(rows: Sequence[Row]) -> list[Row]:
    """The rows and a few to fill in."""
    return [*rows, *(Row(f"row-{len(rows) + at}") for at in range(EMPTY_ROWS))]


def body_of(rows: Iterable[Row]) -> dict[str, Any]:
    """The contract's shape."""
    return {"entries": [{"carrier": row.carrier, "way": row.way, "plans": list(row.plans)} for row in rows]}


def shown_version(form: MultiDict[str, str]) -> int:
    """The version the page was filled in from; what is no number is none that ever was."""
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def faults_of(faults: Iterable[FieldFault]) -> Mapping[str, list[str]]:
    """Each fault beside the field it belongs to."""
    placed: dict[str, list[str]] = {}
    for fault in faults:
        words = fault.field.split(".")
        known = len(words) > 2 and words[0] == "entries"
        placed.setdefault(f"row-{words[1]}-{words[2]}" if known else fault.field, []).append(fault.message)
    return placed
