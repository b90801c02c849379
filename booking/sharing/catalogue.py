"""The door to the words that a client signs."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "release_texts.json"


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return known


def current_version() -> str:
    """The version that is signed today."""
    version: str = _texts()["current"]
    return version


def text_of(version: str) -> tuple[str, ...]:
    """The paragraphs of a version; every version that was ever signed is kept."""
    return tuple(_texts()["texts"][version])
