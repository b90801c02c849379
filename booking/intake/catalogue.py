"""The door to our own texts: the version of the intake form, and what stands above the comfort card."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from booking.intake.rules.comfort import Statement

_DATA = Path(__file__).parent / "data" / "texts.json"


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return table


def form_version() -> str:
    """The version of the intake form; another one is asked about again."""
    return str(_texts()["intake"]["version"])


def statement() -> Statement:
    """The text above the comfort card; another version is read and agreed to anew."""
    kept = _texts()["comfort"]
    return Statement(str(kept["version"]), tuple(kept["lines"]))
