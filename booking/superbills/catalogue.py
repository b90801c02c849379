"""The door to the words that stand below superbills."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def superbill_notices() -> dict[str, Any]:
    """What a superbill must say: `texts`, and the `version` of them that is kept with it."""
    notices: dict[str, Any] = json.loads((_DATA / "notices.json").read_text(encoding="utf-8"))
    return notices
