"""The door to our vendored tax table."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from booking.quotes.rules.taxes import TaxRow

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def taxes() -> tuple[TaxRow, ...]:
    """Every row of the tax table, past and present; `taxes.tax_row` picks the one for a day."""
    table = json.loads((_DATA / "taxes.json").read_text(encoding="utf-8"))
    return tuple(_row(row) for row in table["rows"])


def _row(row: dict[str, Any]) -> TaxRow:
    until = row.pop("effective_to")
    since = date.fromisoformat(row.pop("effective_from"))
    covers = tuple(row.pop("covers"))
    return TaxRow(**row, covers=covers, effective_from=since, effective_to=date.fromisoformat(until) if until else None)
