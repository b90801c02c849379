"""Reading schedules and blocks as the contract has them; pages build the same bodies from their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from marketplace.accounts.contacts import read_email, read_phone
from marketplace.kernel.errors import Refused
from marketplace.webkit.reading import Fields, read_date
from providers.schedule.rules.drafts import CONTACT, DEFAULT_RULES, BlockDraft, ScheduleDraft, closing_minute, minute_of
from providers.schedule.rules.hours import FILL_GAPS, SETTINGS, STAFFINGS, WEEKS, DateException, ScheduleRules, WeeklyRange
from providers.services.rules.holidays import PUBLIC_HOLIDAYS

MOST_RANGES = 60
MOST_EXCEPTIONS = 400
MOST_DATES = 366
MOST_SERVICES = 40
LONGEST_BLOCK = timedelta(days=366)


def read_schedule(body: Mapping[str, Any]) -> ScheduleDraft:
    """The contract's `/provider/schedule`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    weekly = [_weekly(fields, row) for row in fields.rows("weekly", (), most=MOST_RANGES)]
    stated = [_exception(fields, row) for row in fields.rows("exceptions", (), most=MOST_EXCEPTIONS)]
    exceptions = [(replace(one, on=day), place, number) for number, (one, place, days) in enumerate(stated) for day in days]
    if len(exceptions) > MOST_EXCEPTIONS:
        fields.fault("exceptions", f"At most {MOST_EXCEPTIONS} dates.")
    rules = _rules(fields)
    fields.finish()
    return ScheduleDraft(
        tuple(hours for hours, _ in weekly), tuple(place for _, place in weekly),
        tuple(exception for exception, _, _ in exceptions), tuple(place for _, place, _ in exceptions), rules,
        tuple(number for _, _, number in exceptions),
    )  # fmt: skip


def _weekly(fields: Fields, row: Fields) -> tuple[WeeklyRange, str | None]:
    weekday = row.integer("weekday", most=6)
    opens, closes = read_times(row)
    settings = _settings(row)
    place = row.text("place", None, longest=24)
    staffing = row.choice("staffing", STAFFINGS, None)
    weeks = row.choice("weeks", WEEKS, None)
    more = _for_whom(row)
    fields.adopt(row)
    return WeeklyRange(weekday, opens, closes, settings, None, staffing, weeks, **more), place


def _exception(fields: Fields, row: Fields) -> tuple[DateException, str | None, list[date]]:
    """What differs, where, and on which dates."""
    days = _dates(row)
    closed = row.boolean("closed", default=False)
    if closed:
        for name in ("opens", "closes"):
            if row.raw(name, None) is not None:
                row.fault(name, "A closed day has no hours.")
        for name in ("settings", "place", "staffing", "services", "first_visits", "booking"):
            row.raw(name, None)
        fields.adopt(row)
        return DateException(date.min, closed=True), None, days
    opens, closes = read_times(row)
    settings = _settings(row)
    place = row.text("place", None, longest=24)
    staffing = row.choice("staffing", STAFFINGS, None)
    more = _for_whom(row)
    fields.adopt(row)
    return DateException(date.min, False, opens, closes, settings, None, staffing, **more), place, days


def _dates(row: Fields) -> list[date]:
    """The date `on`, or several `dates` at once; each once, in order."""
    if not row.has("dates"):
        on = row.day("on")
        return [on] if on else []
    if row.raw("on", None) is not None:
        row.fault("on", "Give one date, or several, not both.")
    texts = row.texts("dates") or []
    if not texts:
        row.fault("dates", "Give at least one date.")
    if len(texts) > MOST_DATES:
        row.fault("dates", f"At most {MOST_DATES} dates at once.")
    return sorted({read_date(text) for text in texts[:MOST_DATES]})


def _for_whom(row: Fields) -> dict[str, Any]:
    """Which services hours are for, and whether a start in them is booked here or agreed upon."""
    codes = row.texts("services", ()) or ()
    if len(codes) > MOST_SERVICES:
        row.fault("services", f"At most {MOST_SERVICES} services.")
    return {
        "services": frozenset(codes[:MOST_SERVICES]),
        "first_visits": bool(row.boolean("first_visits", default=False)),
        "contact": row.choice("booking", (CONTACT,), None) == CONTACT,
    }


def read_times(row: Fields) -> tuple[int, int]:
    """Opening and closing minute; where one is wrong, a range that is right, since the fault is noted."""
    opens, closes = _minute(row, "opens"), _minute(row, "closes")
    if opens is None or closes is None:
        return 0, 1
    if opens >= 24 * 60:
        row.fault("opens", "The opening time is between 00:00 and 23:59.")
        return 0, 1
    return opens, closing_minute(opens, closes)


def _minute(row: Fields, field: str) -> int | None:
    text = row.text(field, longest=20)
    minute = minute_of(text) if isinstance(text, str) else None
    if isinstance(text, str) and text and minute is None:
        row.fault(field, "This must be a time such as 18:30.")
    return minute


def _settings(row: Fields) -> frozenset[str]:
    settings = row.choices("settings", SETTINGS)
    if settings == []:
        row.fault("settings", "Choose at least one setting.")
    return frozenset(settings or ())


def _rules(fields: Fields) -> ScheduleRules | None:
    table = fields.table("rules", None)
    if table is None:
        return None
    row = Fields(table, "rules.")
    step = row.integer("step_minutes", DEFAULT_RULES.step_minutes, least=5, most=240) or DEFAULT_RULES.step_minutes
    rules = ScheduleRules(
        step_minutes=step,
        offset_minutes=row.integer("offset_minutes", None, most=step - 1),
        buffer_before_minutes=row.integer("buffer_before_minutes", DEFAULT_RULES.buffer_before_minutes, most=240),
        buffer_after_minutes=row.integer("buffer_after_minutes", DEFAULT_RULES.buffer_after_minutes, most=240),
        notice_minutes=row.integer("notice_minutes", DEFAULT_RULES.notice_minutes, most=30 * 24 * 60),
        horizon_days=row.integer("horizon_days", DEFAULT_RULES.horizon_days, most=365),
        max_per_day=row.integer("max_per_day", None, least=1, most=48),
        turnover_minutes=row.integer("turnover_minutes", DEFAULT_RULES.turnover_minutes, most=240),
        week_a_from=_monday(row),
        contact_phone=_readable(row, "contact_phone", read_phone),
        contact_email=_readable(row, "contact_email", read_email),
        max_per_week=row.integer("max_per_week", None, least=1, most=7 * 48),
        max_minutes_per_day=row.integer("max_minutes_per_day", None, least=10, most=24 * 60),
        max_minutes_per_week=row.integer("max_minutes_per_week", None, least=10, most=7 * 24 * 60),
        run_minutes=row.integer("run_minutes", None, least=10, most=12 * 60),
        break_minutes=row.integer("break_minutes", None, least=5, most=240),
        closed_holidays=_holidays(row),
        fill_gaps=row.choice("fill_gaps", FILL_GAPS, None),
        offer_one_in=row.integer("offer_one_in", None, least=2, most=4),
    )
    if (rules.run_minutes is None) != (rules.break_minutes is None):
        missing = "run_minutes" if rules.run_minutes is None else "break_minutes"
        row.fault(missing, "Say both: after how many minutes hands-on, and how long the break is.")
    fields.adopt(row)
    return rules


def _holidays(row: Fields) -> tuple[str, ...]:
    """The holidays that close the day, in the order of the year."""
    chosen = row.choices("closed_holidays", PUBLIC_HOLIDAYS, ()) or ()
    return tuple(code for code in PUBLIC_HOLIDAYS if code in chosen)


def _monday(row: Fields) -> date | None:
    day: date | None = row.day("week_a_from", None)
    if day is not None and day.weekday() != 0:
        row.fault("week_a_from", "Weeks begin on a Monday: choose one.")
    return day


def _readable(row: Fields, field: str, read: Callable[[str], str]) -> str | None:
    """A phone number or an address in the one form in which it is kept."""
    typed = row.text(field, None, longest=254)
    if not typed:
        return None
    try:
        return read(typed)
    except Refused as refusal:
        row.fault(field, refusal.sentence)
        return None


def read_block(body: Mapping[str, Any]) -> BlockDraft:
    """The contract's `POST /provider/blocks`. Raises Malformed for a naive instant or unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    starts_at, ends_at = fields.instant("starts_at"), fields.instant("ends_at")
    note = fields.text("note", None, longest=300, blank=True)
    if starts_at and ends_at and ends_at <= starts_at:
        fields.fault("ends_at", "The end comes after the beginning.")
    elif starts_at and ends_at and ends_at - starts_at > LONGEST_BLOCK:
        fields.fault("ends_at", "One block lasts a year at most.")
    fields.finish()
    return BlockDraft(starts_at, ends_at, note or None)
