"""The door to our own table of carriers and kinds of plans."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from providers.insurers.rules import Named, Table

_DATA = Path(__file__).parent / "data" / "insurers.json"


@lru_cache(maxsize=1)
def table() -> Table:
    """The table in force."""
    kept = json.loads(_DATA.read_text(encoding="utf-8"))
    named = {name: MappingProxyType({row["code"]: Named(**row) for row in kept[name]}) for name in ("carriers", "plans")}
    return Table(str(kept["version"]), named["carriers"], named["plans"])
