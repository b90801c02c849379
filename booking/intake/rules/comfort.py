"""The comfort card: how a person wants to be touched, and where not. It holds at each visit until they change it.

It leaves out more than the health questions and the consent do, never less. Pressure is counted from 1 (light) to 5 (deep), as there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.errors import FieldFault

LIGHTEST, DEEPEST = 1, 5
LINE, LONG = 100, 500
TOGETHER = "together"
CLOTHING = (TOGETHER, "underwear", "clothed")
CHAPERONES = ("none", "own", "clinic")
TEXTS: Mapping[str, int] = {"draping": LONG, "position": LONG, "stop_words": LINE, "note": LONG}


@dataclass(frozen=True)
class Statement:
    """The text above the card: its version, and what it says."""

    version: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Comfort:
    """One card. Areas are codes of the body map: where `areas_in` names some, only those; `areas_out` never.

    `pressure` is the most that is welcome, None for no limit. `clothing` and `chaperone` are one word each; the rest is in their own words.
    """

    areas_in: tuple[str, ...] = ()
    areas_out: tuple[str, ...] = ()
    pressure: int | None = None
    clothing: str = TOGETHER
    chaperone: str = "none"
    draping: str = ""
    position: str = ""
    stop_words: str = ""
    note: str = ""


def comfort_faults(card: Comfort, regions: Collection[str]) -> list[FieldFault]:
    """Everything wrong with a card, by field; `regions` are those of the body map."""
    checks = [
        *((name, set(getattr(card, name)) <= set(regions), "We do not know one of these areas.") for name in ("areas_in", "areas_out")),
        ("areas_out", not set(card.areas_in) & set(card.areas_out), "One area is both in and out. Which is it?"),
        ("pressure", card.pressure is None or LIGHTEST <= card.pressure <= DEEPEST, f"From {LIGHTEST} to {DEEPEST}."),
        ("clothing", card.clothing in CLOTHING, "We do not know this wish."),
        ("chaperone", card.chaperone in CHAPERONES, "We do not know this wish."),
        *((name, len(getattr(card, name)) <= most, f"At most {most} characters.") for name, most in TEXTS.items()),
    ]
    return [FieldFault(field, message) for field, right, message in checks if not right]


def left_out(card: Comfort, regions: Iterable[str]) -> tuple[str, ...]:
    """Which of these areas the card leaves out: those it names as out, and where it names some as in, all others."""
    return tuple(region for region in regions if region in card.areas_out or (card.areas_in and region not in card.areas_in))


def comfort_to_dict(card: Comfort) -> dict[str, Any]:
    """The card as it is kept and as programs read it."""
    plain = {name: getattr(card, name) for name in ("pressure", "clothing", "chaperone", *TEXTS)}
    return {"areas_in": list(card.areas_in), "areas_out": list(card.areas_out), **plain}


def comfort_from_dict(kept: Mapping[str, Any]) -> Comfort:
    """What `comfort_to_dict` has made."""
    return Comfort(**{**kept, "areas_in": tuple(kept["areas_in"]), "areas_out": tuple(kept["areas_out"])})
