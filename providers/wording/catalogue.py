"""The door to our vendored word lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from providers.wording.rules import ADVICE, Finding, WordRow, lint

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def words() -> tuple[WordRow, ...]:
    """Every row of the list, compiled."""
    table = json.loads((_DATA / "words.json").read_text(encoding="utf-8"))
    return tuple(_row(row) for row in table["rows"])


def advice_on(texts: Mapping[str, str], profession: str) -> tuple[Finding, ...]:
    """What is said to whoever writes: kindly, and nothing of what a person looks at."""
    return tuple(one for one in lint(texts, profession, words()) if one.severity == ADVICE)


def _row(row: Mapping[str, Any]) -> WordRow:
    return WordRow(
        code=row["code"],
        severity=tuple(row["severity"]),
        patterns=_compiled(row["patterns"]),
        reason=row["reason"],
        source=row["source"],
        unless=_compiled(row.get("unless", ())),
        fields=frozenset(row.get("fields", ())),
        held_by=frozenset(row.get("held_by", ())),
        negatable=row.get("negatable", False),
    )


def _compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
