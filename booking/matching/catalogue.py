"""The door to our vendored tables of aims, groups and research, put together with those of techniques and conditions."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from booking.matching.rules import Goal, Group, Study, Tables
from providers.services import catalogue

_DATA = Path(__file__).parent / "data"


def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def tables() -> Tables:
    """All that the matcher knows."""
    conditions = catalogue.conditions()
    return Tables(
        techniques=catalogue.techniques(),
        conditions=conditions,
        strengths={code: catalogue.matches(code) for code in conditions},
        goals={row["code"]: Goal(**row) for row in _table("goals")["goals"]},
        groups=tuple(Group(row["code"], row["name"], tuple(row["conditions"])) for row in _table("groups")["groups"]),
        studies=tuple(Study(**{**row, "conditions": tuple(row["conditions"])}) for row in _table("research")["research"]),
    )


@lru_cache(maxsize=1)
def version() -> str:
    """The version of all tables together."""
    return ".".join([catalogue.version(), *(str(_table(name)["version"]) for name in ("goals", "groups", "research"))])
