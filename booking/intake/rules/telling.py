"""What a client tells once: history, medicines, surgeries, goals, whom to call, and the place where a therapist comes to.

The health questions ask what speaks against a massage, with a yes or a no; none of that is asked here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.errors import FieldFault

MOST_GOALS, MOST_ROWS = 3, 30
SHORT, LINE, LONG = 40, 200, 2_000
FIRST_YEAR = 1900
# Every text by its name, with the most characters it may have, in the order in which it is asked and shown.
TEXTS: Mapping[str, int] = {
    "reason": LONG, "impossible": LONG, "began": LONG, "course": LONG, "earlier_care": LONG, "history": LONG, "accident": LONG,
    "allergies": LONG, "skin": LONG, "work": LINE, "activity": LINE, "sleep": LINE, "physician": LINE, "pronouns": SHORT,
}  # fmt: skip
HOME_TEXTS = ("space", "pets", "elevator", "parking", "rules")
# Names under which blood thinners are sold in the United States (common); whoever lists one is flagged, never judged.
BLOOD_THINNERS = frozenset(
    {
        "apixaban",
        "arixtra",
        "aspirin",
        "brilinta",
        "clopidogrel",
        "coumadin",
        "dabigatran",
        "dalteparin",
        "edoxaban",
        "effient",
        "eliquis",
        "enoxaparin",
        "fondaparinux",
        "fragmin",
        "heparin",
        "jantoven",
        "lovenox",
        "plavix",
        "pradaxa",
        "prasugrel",
        "rivaroxaban",
        "savaysa",
        "ticagrelor",
        "warfarin",
        "xarelto",
    }
)
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Medicine:
    """One medicine: its name, and dose and beginning in the client's words."""

    name: str
    dose: str = ""
    since: str = ""


@dataclass(frozen=True)
class Surgery:
    """One surgery: what was done, and in which year if it is known."""

    what: str
    year: int | None = None


@dataclass(frozen=True)
class Emergency:
    """Whom to call: a name, a phone number (E.164), and who they are to the client."""

    name: str
    phone: str
    relation: str = ""


@dataclass(frozen=True)
class Home:
    """The place where a therapist comes to: room for a table, pets, elevator or stairs, parking, rules of the building."""

    space: str = ""
    pets: str = ""
    elevator: str = ""
    parking: str = ""
    rules: str = ""


@dataclass(frozen=True)
class Intake:
    """Everything together. `goals` are one to three, in the client's own words; empty texts and lists mean that there is nothing."""

    goals: tuple[str, ...]
    reason: str = ""
    impossible: str = ""
    began: str = ""
    course: str = ""
    earlier_care: str = ""
    history: str = ""
    accident: str = ""
    allergies: str = ""
    skin: str = ""
    work: str = ""
    activity: str = ""
    sleep: str = ""
    physician: str = ""
    pronouns: str = ""
    medicines: tuple[Medicine, ...] = ()
    surgeries: tuple[Surgery, ...] = ()
    emergency: Emergency | None = None
    home: Home | None = None


def intake_faults(intake: Intake, year: int) -> list[FieldFault]:
    """Everything wrong with an intake in `year`, by field (`medicines[0].name`)."""
    faults = []
    if not 1 <= len(intake.goals) <= MOST_GOALS:
        faults.append(FieldFault("goals", f"Say what you want to do again: one to {MOST_GOALS} things."))
    if any(not goal.strip() for goal in intake.goals):
        faults.append(FieldFault("goals", "A goal needs words."))
    full = (name for name in ("medicines", "surgeries") if len(getattr(intake, name)) > MOST_ROWS)
    faults += [FieldFault(name, f"At most {MOST_ROWS} lines.") for name in full]
    faults += [FieldFault(field, f"At most {most} characters.") for field, text, most in _texts(intake) if len(text) > most]
    faults += _needed(intake)
    for place, surgery in enumerate(intake.surgeries):
        if surgery.year is not None and not FIRST_YEAR <= surgery.year <= year:
            faults.append(FieldFault(f"surgeries[{place}].year", f"A year from {FIRST_YEAR} to {year}."))
    return faults


def _texts(intake: Intake) -> Iterator[tuple[str, str, int]]:
    """Each text with its field and the most characters it may have."""
    yield from (("goals", goal, LINE) for goal in intake.goals)
    yield from ((name, getattr(intake, name), most) for name, most in TEXTS.items())
    for place, medicine in enumerate(intake.medicines):
        yield from ((f"medicines[{place}].{name}", getattr(medicine, name), LINE) for name in ("name", "dose", "since"))
    yield from ((f"surgeries[{place}].what", surgery.what, LINE) for place, surgery in enumerate(intake.surgeries))
    if intake.emergency is not None:
        yield from ((f"emergency.{name}", getattr(intake.emergency, name), LINE) for name in ("name", "phone", "relation"))
    if intake.home is not None:
        yield from ((f"home.{name}", getattr(intake.home, name), LONG) for name in HOME_TEXTS)


def _needed(intake: Intake) -> Iterator[FieldFault]:
    rows = [(f"medicines[{place}].name", one.name, "Which medicine?") for place, one in enumerate(intake.medicines)]
    rows += [(f"surgeries[{place}].what", one.what, "Which surgery?") for place, one in enumerate(intake.surgeries)]
    if intake.emergency is not None:
        rows.append(("emergency.name", intake.emergency.name, "Whom do we call?"))
        rows.append(("emergency.phone", intake.emergency.phone, "At which number?"))
    yield from (FieldFault(field, message) for field, text, message in rows if not text.strip())


def blood_thinners(medicines: tuple[Medicine, ...]) -> tuple[str, ...]:
    """The names on the list that are sold as blood thinners, as the client wrote them."""
    return tuple(one.name for one in medicines if BLOOD_THINNERS & set(_WORD.findall(one.name.casefold())))


def intake_to_dict(intake: Intake) -> dict[str, Any]:
    """The intake as it is kept and as programs read it."""
    emergency, home = intake.emergency, intake.home
    return {
        "goals": list(intake.goals),
        **{name: getattr(intake, name) for name in TEXTS},
        "medicines": [{"name": one.name, "dose": one.dose, "since": one.since} for one in intake.medicines],
        "surgeries": [{"what": one.what, "year": one.year} for one in intake.surgeries],
        "emergency": {"name": emergency.name, "phone": emergency.phone, "relation": emergency.relation} if emergency else None,
        "home": {name: getattr(home, name) for name in HOME_TEXTS} if home else None,
    }


def intake_from_dict(kept: Mapping[str, Any]) -> Intake:
    """What `intake_to_dict` has made; a text that an older version did not have is empty."""
    return Intake(
        goals=tuple(kept["goals"]),
        **{name: kept.get(name, "") for name in TEXTS},
        medicines=tuple(Medicine(**one) for one in kept["medicines"]),
        surgeries=tuple(Surgery(**one) for one in kept["surgeries"]),
        emergency=Emergency(**kept["emergency"]) if kept["emergency"] else None,
        home=Home(**kept["home"]) if kept["home"] else None,
    )
