"""The door to the house's own rules and text for people under 18."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from booking.guardians.rules import GuardianText, House

_DATA = Path(__file__).parent / "data" / "guardian.json"


@lru_cache(maxsize=1)
def house() -> House:
    """The rules and the text of today."""
    kept = json.loads(_DATA.read_text(encoding="utf-8"))
    text = kept["text"]
    return House(
        kept["age_limit"],
        tuple(kept["sensitive_areas"]),
        kept["link_days"],
        kept["most_letters_a_day"],
        MappingProxyType({row["code"]: row["name"] for row in kept["relations"]}),
        GuardianText(text["version"], text["text"], tuple((row["code"], row["text"]) for row in text["sections"])),
    )
