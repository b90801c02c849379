"""The door to the desk's own table: where each kind is looked up, and the usual words of letters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Source:
    """Where a kind can be looked up. `url` is a page for people, `words` what its link says."""

    code: str
    kinds: tuple[str, ...]
    title: str
    url: str | None
    words: str | None


@dataclass(frozen=True)
class Reason:
    """Usual words for a letter that asks or says no."""

    code: str
    decision: str
    words: str


@dataclass(frozen=True)
class Desk:
    """What the checkers' pages offer."""

    sources: tuple[Source, ...]
    reasons: tuple[Reason, ...]

    def sources_of(self, kind: str) -> tuple[Source, ...]:
        """Where a kind can be looked up, the usual one first."""
        return tuple(source for source in self.sources if kind in source.kinds)


@lru_cache(maxsize=1)
def desk() -> Desk:
    """The vendored table."""
    table = json.loads((_DATA / "desk.json").read_text(encoding="utf-8"))
    return Desk(
        sources=tuple(Source(**{**row, "kinds": tuple(row["kinds"])}) for row in table["sources"]),
        reasons=tuple(Reason(**row) for row in table["reasons"]),
    )
