"""The intake, read from a program's body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.intake import catalogue
from booking.intake.queries import KeptIntake
from booking.intake.rules.keeping import why_asked
from booking.intake.rules.telling import (
    FIRST_YEAR,
    HOME_TEXTS,
    LINE,
    LONG,
    MOST_ROWS,
    TEXTS,
    Emergency,
    Home,
    Intake,
    Medicine,
    Surgery,
    blood_thinners,
    intake_to_dict,
)
from marketplace.accounts.contacts import read_phone
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields

LAST_YEAR = 2999


def read_intake(body: Mapping[str, Any]) -> Intake:
    """The body of `PUT /me/intake`: all of it anew; what is left out is empty."""
    fields = Fields(body)
    intake = Intake(
        goals=tuple(_trimmed(fields.texts("goals"))),
        **{name: fields.text(name, "", longest=most, blank=True) or "" for name, most in TEXTS.items()},
        medicines=tuple(_medicine(fields, row) for row in fields.rows("medicines", [], most=MOST_ROWS)),
        surgeries=tuple(_surgery(fields, row) for row in fields.rows("surgeries", [], most=MOST_ROWS)),
        emergency=_emergency(fields),
        home=_home(fields),
    )
    fields.finish()
    return intake


def _trimmed(texts: list[str] | None) -> list[str]:
    return [text.strip() for text in texts or ()]


def _medicine(fields: Fields, row: Fields) -> Medicine:
    made = Medicine(
        row.text("name", longest=LINE) or "",
        row.text("dose", "", longest=LINE, blank=True) or "",
        row.text("since", "", longest=LINE, blank=True) or "",
    )
    fields.adopt(row)
    return made


def _surgery(fields: Fields, row: Fields) -> Surgery:
    made = Surgery(row.text("what", longest=LINE) or "", row.integer("year", None, least=FIRST_YEAR, most=LAST_YEAR))
    fields.adopt(row)
    return made


def _emergency(fields: Fields) -> Emergency | None:
    table = fields.table("emergency", None)
    if table is None:
        return None
    row = Fields(table, "emergency.")
    name, phone = row.text("name", longest=LINE) or "", row.text("phone", longest=LINE) or ""
    relation = row.text("relation", "", longest=LINE, blank=True) or ""
    try:
        phone = read_phone(phone) if phone else phone
    except Refused as refusal:
        row.fault("phone", refusal.sentence)
    fields.adopt(row)
    return Emergency(name, phone, relation)


def _home(fields: Fields) -> Home | None:
    table = fields.table("home", None)
    if table is None:
        return None
    row = Fields(table, "home.")
    home = Home(**{name: row.text(name, "", longest=LONG, blank=True) or "" for name in HOME_TEXTS})
    fields.adopt(row)
    return home


def why_intake(kept: KeptIntake | None, now: datetime) -> str | None:
    """Why a person is asked (again); None while what they told stands."""
    return why_asked(kept.told if kept else None, catalogue.form_version(), local_day(to_minute(now)))


def intake_answer(kept: KeptIntake) -> dict[str, Any]:
    """A version of an intake, for programs."""
    about = {"id": kept.public_id, "form_version": kept.form_version, "written_at": rfc3339(kept.written_at)}
    return {**about, **intake_to_dict(kept.intake), "blood_thinners": list(blood_thinners(kept.intake.medicines))}
