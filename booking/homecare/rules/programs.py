"""A program for home: what may stand in it, and what is said of each kind. Heat and ice are limited to twenty minutes, stretching to ten.

The limits and the kinds are those of the source articles (stretch 5 to 10 minutes, heat or ice 20, exercises, sleep 7 to 9 hours, water).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from marketplace.kernel.errors import FieldFault

MOST_ITEMS, LONGEST_TEXT, MOST_TIMES = 12, 300, 6
HEAT, ICE = "heat", "ice"


@dataclass(frozen=True)
class Kind:
    """One kind of thing to do: its name, the most minutes at a time (None: not counted in minutes), and what is said of it."""

    code: str
    title: str
    most_minutes: int | None
    advice: str


_ALL = (
    Kind("stretch", "Stretching", 10, "Slowly, to a pull that is pleasant, never to pain. Five to ten minutes are enough."),
    Kind("exercise", "Exercise", 30, "Stop when the pain gets sharper or spreads, and tell your therapist."),
    Kind(HEAT, "Warmth", 20, "For what is sore and stiff, not for what is swollen. Twenty minutes at most, with a cloth between."),
    Kind(ICE, "Ice", 20, "For what is swollen. Twenty minutes at most, with a cloth between, never on bare skin."),
    Kind("water", "Drinking", None, "As much as you usually drink."),
    Kind("sleep", "Sleep", None, "Seven to nine hours, with a pillow that keeps the neck straight."),
    Kind("movement", "Light movement", 60, "A walk is enough. Hard workouts can wait a day or two."),
    Kind("other", "Something else", None, ""),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in _ALL})


@dataclass(frozen=True)
class Item:
    """One thing to do: of which kind, in the therapist's words, for how many minutes and how often a day, until which day."""

    kind: str
    words: str
    minutes: int | None = None
    times_a_day: int | None = None
    until_on: date | None = None


@dataclass(frozen=True)
class Program:
    """What a therapist leaves after a visit. `swollen` tells that something is swollen: then warmth has no place in it."""

    items: tuple[Item, ...]
    swollen: bool = False


def program_faults(program: Program, today: date) -> list[FieldFault]:
    """Everything wrong with a program, by field (`items.0.minutes`)."""
    faults = []
    if not program.items:
        faults.append(FieldFault("items", "Say at least one thing to do."))
    if len(program.items) > MOST_ITEMS:
        faults.append(FieldFault("items", f"At most {MOST_ITEMS} things: more is not done."))
    for place, item in enumerate(program.items):
        faults += [FieldFault(f"items.{place}.{name}", words) for name, words in item_faults(item, today, swollen=program.swollen)]
    return faults


def item_faults(item: Item, today: date, *, swollen: bool) -> list[tuple[str, str]]:
    """What is wrong with one thing to do, as (field, sentence)."""
    kind = KINDS.get(item.kind)
    if kind is None:
        return [("kind", f"“{item.kind[:40]}” is no kind of home care.")]
    faults = []
    if kind.code == HEAT and swollen:
        faults.append(("kind", "Where something is swollen, ice is for it and warmth is not."))
    if not item.words.strip() and kind.code == "other":
        faults.append(("words", "Say what to do."))
    if len(item.words) > LONGEST_TEXT:
        faults.append(("words", f"At most {LONGEST_TEXT} characters."))
    if item.minutes is not None and kind.most_minutes is None:
        faults.append(("minutes", f"{kind.title} is not counted in minutes."))
    elif item.minutes is not None and not 1 <= item.minutes <= (kind.most_minutes or 0):
        faults.append(("minutes", f"{kind.title} is for 1 to {kind.most_minutes} minutes at a time."))
    if item.times_a_day is not None and not 1 <= item.times_a_day <= MOST_TIMES:
        faults.append(("times_a_day", f"Once to {MOST_TIMES} times a day."))
    if item.until_on is not None and item.until_on < today:
        faults.append(("until_on", "That day is over."))
    return faults


def program_to_dict(program: Program) -> dict[str, object]:
    """The program as it is kept and as programs read it."""
    return {
        "swollen": program.swollen,
        "items": [
            {
                "kind": item.kind,
                "words": item.words,
                "minutes": item.minutes,
                "times_a_day": item.times_a_day,
                "until_on": item.until_on.isoformat() if item.until_on else None,
            }
            for item in program.items
        ],
    }


def program_from_dict(kept: Mapping[str, object]) -> Program:
    """What `program_to_dict` has made."""
    rows = kept["items"]
    return Program(tuple(_item(row) for row in rows) if isinstance(rows, list) else (), bool(kept["swollen"]))


def _item(row: Mapping[str, object]) -> Item:
    until, minutes, times = row["until_on"], row["minutes"], row["times_a_day"]
    return Item(
        str(row["kind"]),
        str(row["words"]),
        minutes if isinstance(minutes, int) else None,
        times if isinstance(times, int) else None,
        date.fromisoformat(until) if isinstance(until, str) else None,
    )


def still_to_do(program: Program, today: date) -> tuple[Item, ...]:
    """The things whose last day has not passed."""
    return tuple(item for item in program.items if item.until_on is None or item.until_on >= today)
