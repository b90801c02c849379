"""The door to our vendored tables: techniques, conditions, and which goes with which."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marketplace.kernel.errors import NotFound
from providers.services.rules import matching
from providers.services.rules.matching import Condition, Reason, Technique

_DATA = Path(__file__).parent / "data"


def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def techniques() -> Mapping[str, Technique]:
    """Every technique by code, in the order of the table."""
    return MappingProxyType({row["code"]: Technique(**row) for row in _table("techniques")["techniques"]})


@lru_cache(maxsize=1)
def conditions() -> Mapping[str, Condition]:
    """Every condition by code, in the order of the table."""
    rows = _table("conditions")["conditions"]
    return MappingProxyType({row["code"]: Condition(**{**row, "icd10cm_examples": tuple(row["icd10cm_examples"])}) for row in rows})


@lru_cache(maxsize=1)
def _matches() -> Mapping[str, Mapping[str, int]]:
    rows = _table("matches")["matches"]
    return MappingProxyType({row["condition"]: MappingProxyType(row["strengths"]) for row in rows})


def matches(condition: str) -> Mapping[str, int]:
    """The techniques tied to a condition code, each with its strength 3, 2 or 1; an unknown condition is NotFound."""
    try:
        return _matches()[condition]
    except KeyError:
        raise NotFound("unknown_condition", f"We do not know the condition “{condition}”.") from None


def reasons_for(condition: str, offered: Collection[str]) -> tuple[Reason, ...]:
    """Why somebody who offers these technique codes is shown for this condition code; an unknown condition is NotFound."""
    strengths = matches(condition)
    return matching.reasons_for(conditions()[condition], strengths, techniques(), offered)


def zone_is_personal() -> bool:
    """Whether a travel fee by ZIP zone is told as a price made with personal data."""
    return bool(_table("pricing")["zone_is_personal"])


def version() -> str:
    """The version of the tables together, for /meta and for what is kept with an appointment."""
    return ".".join(str(_table(name)["version"]) for name in ("techniques", "conditions", "matches"))
