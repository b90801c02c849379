"""The door to what the law says of gift cards, by version."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from booking.giftcards.rules import LawRow

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def law() -> tuple[LawRow, ...]:
    """Every row, past and present; `rules.law_on` picks the one for a day."""
    table = json.loads((_DATA / "law.json").read_text(encoding="utf-8"))
    return tuple(_row(row) for row in table["rows"])


def _row(row: dict[str, Any]) -> LawRow:
    until = row["effective_to"]
    return LawRow(
        row["version"], date.fromisoformat(row["effective_from"]), date.fromisoformat(until) if until else None, row["least_years"],
        row["cash_below_cents"], row["source"],
    )  # fmt: skip
