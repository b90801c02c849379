"""The schedule as a provider states it: wall times as texts, places by their public ids."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from marketplace.kernel.walltime import DAY_MINUTES
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange

CONTACT = "contact"
DEFAULT_RULES = ScheduleRules(15, None, 0, 15, 120, 60, None, 0)
"""What holds for a provider who has said nothing: quarter hours, 15 minutes after a visit, two hours of notice, 60 days ahead."""

RULE_NAMES = tuple(field.name for field in fields(ScheduleRules))
_ALWAYS_SAID = frozenset(
    {"step_minutes", "offset_minutes", "buffer_before_minutes", "buffer_after_minutes", "notice_minutes", "horizon_days", "max_per_day",
     "turnover_minutes"}
)  # fmt: skip

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class ScheduleDraft:
    """Weekly hours and exceptions whose `place_id` is still to be found: `weekly_places[n]` is the public id for `weekly[n]`.

    `rules` is None where the rules stay as they are. An exception may have been stated for several dates at once:
    `exception_rows[n]` is the number of the statement that `exceptions[n]` comes from.
    """

    weekly: tuple[WeeklyRange, ...]
    weekly_places: tuple[str | None, ...]
    exceptions: tuple[DateException, ...]
    exception_places: tuple[str | None, ...]
    rules: ScheduleRules | None
    exception_rows: tuple[int, ...] = ()

    def path(self, field: str) -> str:
        """A fault's path by what was stated: `exceptions[7].on` is `exceptions[1].on` where the second statement named seven dates."""
        head, found, tail = field.partition("exceptions[")
        number, _, rest = tail.partition("]")
        return f"{head}exceptions[{self.exception_rows[int(number)]}]{rest}" if found and self.exception_rows else field


@dataclass(frozen=True)
class BlockDraft:
    """Time a provider takes out of what can be booked, [starts_at, ends_at), with a note for themselves."""

    starts_at: datetime
    ends_at: datetime
    note: str | None = None


def minute_of(text: str) -> int | None:
    """Minutes since midnight of "18:30"; "24:00" is 1440. None where the text is no time."""
    match = _CLOCK.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    return minute if minute <= DAY_MINUTES else None


def closing_minute(opens: int, closes: int) -> int:
    """A closing time at or before the opening time is the next day's."""
    return closes + DAY_MINUTES if closes <= opens else closes


def clock_text(minute: int) -> str:
    """The wall time of a minute; past midnight the next day's, so that 1560 is "02:00"."""
    return f"{minute % DAY_MINUTES // 60:02d}:{minute % 60:02d}"


def spoken_clock(text: str) -> str:
    """A wall time as people here say it: "18:30" is "6:30 PM". What is no time stays as it is."""
    minute = minute_of(text)
    if minute is None:
        return text
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d}\u00a0{'AM' if minute % DAY_MINUTES < 720 else 'PM'}"


def schedule_to_dict(
    weekly: Sequence[WeeklyRange], exceptions: Sequence[DateException], rules: ScheduleRules, places: Mapping[int, str]
) -> dict[str, object]:
    """The contract's shape of `/provider/schedule`; `places` gives the public id of each place."""
    return {
        "weekly": [_weekly_to_dict(hours, places) for hours in weekly],
        "exceptions": [_exception_to_dict(exception, places) for exception in exceptions],
        "rules": _rules_to_dict(rules),
    }


def schedule_mark(body: Mapping[str, Any]) -> str:
    """Differs where schedules, in the contract's shape, say different things; the order in which hours were stated says nothing."""
    said = [sorted(json.dumps(one, sort_keys=True) for one in body[name]) for name in ("weekly", "exceptions")]
    return hashlib.sha256(json.dumps([*said, body["rules"]], sort_keys=True).encode()).hexdigest()[:24]


def _rules_to_dict(rules: ScheduleRules) -> dict[str, object]:
    """What was there from the beginning is always said, what came later where there is something to say."""
    said = {name: getattr(rules, name) for name in RULE_NAMES}
    shown = {name: word for name, word in said.items() if name in _ALWAYS_SAID or word}
    return {name: _plain(word) for name, word in shown.items()}


def _plain(word: object) -> object:
    if isinstance(word, date):
        return word.isoformat()
    return list(word) if isinstance(word, tuple) else word


def _weekly_to_dict(hours: WeeklyRange, places: Mapping[int, str]) -> dict[str, object]:
    shape = {"weekday": hours.weekday, **_hours_to_dict(hours.opens_minute, hours.closes_minute, hours.settings, hours.place_id, places)}
    return {**shape, **_more_to_dict(hours), **({} if hours.weeks is None else {"weeks": hours.weeks})}


def _exception_to_dict(exception: DateException, places: Mapping[int, str]) -> dict[str, object]:
    on = exception.on.isoformat()
    if exception.closed or exception.opens_minute is None or exception.closes_minute is None:
        return {"on": on, "closed": True}
    shape = {"on": on, **_hours_to_dict(exception.opens_minute, exception.closes_minute, exception.settings, exception.place_id, places)}
    return {**shape, **_more_to_dict(exception)}


def _more_to_dict(hours: WeeklyRange | DateException) -> dict[str, object]:
    """What most hours leave unsaid."""
    more: dict[str, object] = {"staffing": hours.staffing, "services": sorted(hours.services), "first_visits": hours.first_visits}
    more["booking"] = CONTACT if hours.contact else None
    return {name: word for name, word in more.items() if word}


def _hours_to_dict(opens: int, closes: int, settings: frozenset[str], place_id: int | None, places: Mapping[int, str]) -> dict[str, object]:
    shape: dict[str, object] = {"opens": clock_text(opens), "closes": clock_text(closes), "settings": sorted(settings)}
    place = None if place_id is None else places.get(place_id)
    return shape if place is None else {**shape, "place": place}
