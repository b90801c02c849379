"""Reading schedules and blocks as the contract has them; pages build the same bodies from their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from marketplace.webkit.reading import Fields
from providers.schedule.rules.drafts import DEFAULT_RULES, BlockDraft, ScheduleDraft, closing_minute, minute_of
from providers.schedule.rules.hours import SETTINGS, STAFFINGS, DateException, ScheduleRules, WeeklyRange

MOST_RANGES = 60
MOST_EXCEPTIONS = 400
LONGEST_BLOCK = timedelta(days=366)


def read_schedule(body: Mapping[str, Any]) -> ScheduleDraft:
    """The contract's `/provider/schedule`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    weekly = [_weekly(fields, row) for row in fields.rows("weekly", (), most=MOST_RANGES)]
    exceptions = [_exception(fields, row) for row in fields.rows("exceptions", (), most=MOST_EXCEPTIONS)]
    rules = _rules(fields)
    fields.finish()
    return ScheduleDraft(
        tuple(hours for hours, _ in weekly), tuple(place for _, place in weekly),
        tuple(exception for exception, _ in exceptions), tuple(place for _, place in exceptions), rules,
    )  # fmt: skip


def _weekly(fields: Fields, row: Fields) -> tuple[WeeklyRange, str | None]:
    weekday = row.integer("weekday", most=6)
    opens, closes = read_times(row)
    settings = _settings(row)
    place = row.text("place", None, longest=24)
    staffing = row.choice("staffing", STAFFINGS, None)
    fields.adopt(row)
    return WeeklyRange(weekday, opens, closes, settings, None, staffing), place


def _exception(fields: Fields, row: Fields) -> tuple[DateException, str | None]:
    on = row.day("on") or date.min
    closed = row.boolean("closed", default=False)
    if closed:
        for name in ("opens", "closes"):
            if row.raw(name, None) is not None:
                row.fault(name, "A closed day has no hours.")
        row.raw("settings", None)
        row.raw("place", None)
        row.raw("staffing", None)
        fields.adopt(row)
        return DateException(on, closed=True), None
    opens, closes = read_times(row)
    settings = _settings(row)
    place = row.text("place", None, longest=24)
    staffing = row.choice("staffing", STAFFINGS, None)
    fields.adopt(row)
    return DateException(on, False, opens, closes, settings, None, staffing), place


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
    )
    fields.adopt(row)
    return rules


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
