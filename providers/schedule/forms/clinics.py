"""Reading clinics and rosters: as the JSON has them, and from the fields of the admins' pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.webkit.reading import Fields
from providers.places.models import Clinic
from providers.schedule.forms.reading import read_times
from providers.schedule.models import RosterShift
from providers.schedule.rules.clinics import CLINIC_KINDS, MOST_ROOMS, WEEK_DAYS, ClinicDraft, ShiftDraft, week_of
from providers.schedule.rules.drafts import clock_text
from providers.schedule.rules.hours import STAFFINGS, Shift, WeeklyRange

MOST_RANGES, MOST_SHIFTS = 42, 700
MOST_DIGITS = 6
SHOWN_ONLY = ("id", "slug", "neighbourhood", "latitude", "longitude")
_ZIP = re.compile(r"\d{5}")


def read_clinic(body: Mapping[str, Any]) -> ClinicDraft:
    """A clinic; what an answer adds is not read. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    for name in SHOWN_ONLY:
        fields.has(name)
    draft = ClinicDraft(
        name=fields.text("name", longest=120),
        kind=fields.choice("kind", CLINIC_KINDS),
        line1=fields.text("line1", longest=160),
        zip=_zip(fields),
        unit=fields.text("unit", None, longest=40, blank=True) or None,
        hours=tuple(_range(fields, row) for row in fields.rows("hours", (), most=MOST_RANGES)),
        rostered=bool(fields.boolean("rostered", default=False)),
        rooms=fields.integer("rooms", None, least=1, most=MOST_ROOMS),
    )
    fields.finish()
    return draft


def _range(fields: Fields, row: Fields) -> WeeklyRange:
    weekday = row.integer("weekday", most=6)
    opens, closes = read_times(row)
    fields.adopt(row)
    return WeeklyRange(weekday, opens, closes, frozenset())


def _zip(fields: Fields) -> Any:
    text = fields.text("zip", longest=10)
    if isinstance(text, str) and text and not _ZIP.fullmatch(text):
        fields.fault("zip", "A ZIP code has five digits.")
    return text


def read_roster(body: Mapping[str, Any]) -> tuple[date, tuple[ShiftDraft, ...]]:
    """A week's shifts, and the Monday of the week that `week` lies in. Raises Malformed, Refused `invalid`."""
    fields = Fields(body)
    day = fields.day("week")
    shifts = tuple(_shift(fields, row) for row in fields.rows("shifts", (), most=MOST_SHIFTS))
    fields.finish()
    return week_of(day), shifts


def _shift(fields: Fields, row: Fields) -> ShiftDraft:
    provider = row.text("provider", longest=80)
    on = row.day("on") or date.min
    opens, closes = read_times(row)
    staffing = row.choice("staffing", STAFFINGS)
    fields.adopt(row)
    return ShiftDraft(provider, Shift(on, opens, closes, staffing))


def clinic_answer(clinic: Clinic) -> dict[str, object]:
    """A clinic as programs read it."""
    return {
        "id": clinic.public_id,
        "slug": clinic.slug,
        "name": clinic.name,
        "kind": clinic.kind,
        "line1": clinic.line1,
        "unit": clinic.unit,
        "zip": clinic.zip,
        "neighbourhood": clinic.neighborhood,
        "latitude": clinic.latitude,
        "longitude": clinic.longitude,
        "hours": clinic.hours,
        "rostered": clinic.rostered,
        "rooms": clinic.rooms,
    }


def roster_answer(monday: date, shifts: Iterable[RosterShift], names: Mapping[int, str]) -> dict[str, object]:
    """A week's shifts as programs read them; `names` gives each provider's public name."""
    rows = [
        {
            "provider": names[row.provider_id],
            "on": row.on.isoformat(),
            "opens": clock_text(row.opens_minute),
            "closes": clock_text(row.closes_minute),
            "staffing": row.staffing,
        }
        for row in shifts
        if row.provider_id in names
    ]
    return {"week": monday.isoformat(), "shifts": rows}


def clinic_body(form: MultiDict[str, str]) -> dict[str, Any]:
    """The clinic's page as it was sent, in the shape of the JSON: a day without times is a day on which it is closed."""
    hours = [
        {"weekday": day, "opens": form.get(f"d{day}-opens", "").strip(), "closes": form.get(f"d{day}-closes", "").strip()}
        for day in range(WEEK_DAYS)
        if form.get(f"d{day}-opens", "").strip() or form.get(f"d{day}-closes", "").strip()
    ]
    texts = {name: form.get(name, "").strip() for name in ("name", "kind", "line1", "unit", "zip")}
    return {**texts, "hours": hours, "rostered": "rostered" in form, "rooms": _typed_number(form.get("rooms", "").strip())}


def _typed_number(text: str) -> int | str | None:
    """What was typed as a number where it is one, as it was typed where it is not, None where nothing was."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else text or None


def roster_body(form: MultiDict[str, str], monday: date) -> tuple[dict[str, Any], list[str]]:
    """The roster's page as it was sent, in the shape of the JSON, and the name of each shift's fields. A day without times has no shift."""
    shifts, names = [], []
    for key in sorted(form):
        match = re.fullmatch(r"(r\d{1,4})-d([0-6])-opens", key)
        if match is None:
            continue
        name = f"{match[1]}-d{match[2]}"
        times = {part: form.get(f"{name}-{part}", "").strip() for part in ("opens", "closes")}
        if any(times.values()):
            on = monday + timedelta(days=int(match[2]))
            provider = form.get(f"{match[1]}-provider", "")
            shifts.append({"provider": provider, "on": on.isoformat(), **times, "staffing": form.get(f"{name}-staffing", "full_time")})
            names.append(name)
    return {"week": monday.isoformat(), "shifts": shifts}, names
