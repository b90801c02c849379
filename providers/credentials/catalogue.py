"""The door to our vendored table of credential kinds."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from providers.credentials.rules.kinds import Kind, KindTable

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def kinds() -> KindTable:
    """The kinds of credential, what is required, and our limits."""
    table = json.loads((_DATA / "kinds.json").read_text(encoding="utf-8"))
    return KindTable(
        kinds=MappingProxyType({row["code"]: Kind(**{**row, "details": tuple(row["details"])}) for row in table["kinds"]}),
        expiring_days=table["expiring_days"],
        reminder_days=tuple(table["reminder_days"]),
        per_occurrence_cents=table["insurance_minimums"]["per_occurrence_cents"],
        aggregate_cents=table["insurance_minimums"]["aggregate_cents"],
        version=table["version"],
    )
