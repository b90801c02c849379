"""The door to our vendored tables: the kinds of credential (version 1 of the policy), and the state register's codes of professions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from providers.credentials.rules.kinds import KindTable
from providers.credentials.rules.policies import Policies, table_of

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def kinds() -> KindTable:
    """The kinds with their names and fields, and version 1 of what is asked. What counts on a day is `queries.load_policies(…).on(day)`."""
    table = json.loads((_DATA / "kinds.json").read_text(encoding="utf-8"))
    return table_of(table, table["version"], date.fromisoformat(table["effective_from"]))


@lru_cache(maxsize=1)
def first_policy() -> Policies:
    """The policy as long as no admin has added a version."""
    return Policies((kinds(),))


@lru_cache(maxsize=1)
def register_codes() -> Mapping[str, str]:
    """The state register's code by profession. One that is not here has none that we could confirm."""
    table = json.loads((_DATA / "professions.json").read_text(encoding="utf-8"))
    return MappingProxyType(table["register_codes"])
