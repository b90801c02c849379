"""The door to our vendored texts: the questions of the interview before booking, and what a provider signs for."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from providers.profiles.rules import Attestation, Interview, Question

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def interview() -> Interview:
    """The questions that every provider may answer, in the order in which they are shown."""
    table = json.loads((_DATA / "interview.json").read_text(encoding="utf-8"))
    return Interview(table["version"], table["longest"], tuple(Question(**row) for row in table["questions"]))


@lru_cache(maxsize=1)
def attestation() -> Attestation:
    """What is signed for today: the newest version."""
    table = json.loads((_DATA / "attestation.json").read_text(encoding="utf-8"))
    newest = max(table["versions"], key=lambda row: row["version"])
    return Attestation(newest["version"], tuple(newest["statements"]))


def questions() -> dict[str, str]:
    """What each code asks."""
    return {one.code: one.question for one in interview().questions}
