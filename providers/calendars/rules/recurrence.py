"""Rules of recurrence (RFC 5545 section 3.3.10): read, judged by what expanding them costs, and covered where they cannot be expanded.

A rule that is not understood must not open time. What is wrong is left out only where that makes the rule larger; else the rule becomes
one that repeats every day, and where times of day are in doubt the whole of those days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from providers.calendars.rules.values import read_stamp

MOST_STEPS = 150_000
_UNIT_SECONDS = {
    "SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": 86_400, "WEEKLY": 604_800, "MONTHLY": 2_629_800, "YEARLY": 31_557_600,
}  # fmt: skip
# What one round costs, in steps of the kind "one day looked at".
_WEIGHT = {"WEEKLY": 3, "MONTHLY": 6, "YEARLY": 40}
_SUB_DAILY = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS = frozenset({"MO", "TU", "WE", "TH", "FR", "SA", "SU"})
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_RANGES = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366), "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip
# Parts that a frequency does not go with.
_FOREIGN = {
    "WEEKLY": {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"},
    "DAILY": {"BYYEARDAY", "BYWEEKNO"},
    "MONTHLY": {"BYYEARDAY", "BYWEEKNO"},
    "HOURLY": {"BYWEEKNO"},
    "MINUTELY": {"BYWEEKNO"},
    "SECONDLY": {"BYWEEKNO"},
}


@dataclass(frozen=True)
class Rule:
    """A rule of recurrence. `doubt` says what could not be read, in words; `whole_days` that its times of day are in doubt."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    week_start: str | None = None
    doubt: str | None = None
    whole_days: bool = False

    def text(self, until: datetime | None) -> str:
        """The rule as text with its end, if it has one, on the wall of its own series."""
        parts = [f"FREQ={self.frequency}", f"INTERVAL={self.interval}"]
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if until is not None:
            parts.append(f"UNTIL={until:%Y%m%dT%H%M%S}")
        if self.week_start:
            parts.append(f"WKST={self.week_start}")
        return ";".join([*parts, *(f"{name}={','.join(values)}" for name, values in self.by.items())])


def read_rule(text: str) -> Rule:
    """A rule that is at least as large as what the text means."""
    parts: dict[str, str] = {}
    for piece in text.strip().strip(";").split(";"):
        name, equals, value = piece.partition("=")
        name = name.strip().upper()
        if not equals or name in parts:
            return _every_day(parts, "it is not written as a rule")
        parts[name] = value.strip().upper()
    frequency = parts.get("FREQ", "")
    if frequency not in _UNIT_SECONDS:
        return _every_day(parts, "how often it repeats cannot be read")
    rule = _with_end(Rule(frequency), parts)
    for name, value in parts.items():
        if name in ("FREQ", "INTERVAL", "COUNT", "UNTIL") or name.startswith("X-") or (name, value) in _HARMLESS:
            continue
        read = _part(rule, name, value)
        if read is None or name in _FOREIGN.get(frequency, ()):
            return _every_day(parts, f"its {name[:12] or 'rule'} cannot be read")
        rule = read
    if "BYSETPOS" in rule.by and len(rule.by) == 1:
        return _every_day(parts, "its BYSETPOS stands alone")
    return rule


_HARMLESS = {("SKIP", "OMIT"), ("RSCALE", "GREGORIAN")}


def _part(rule: Rule, name: str, value: str) -> Rule | None:
    if name == "WKST":
        return replace(rule, week_start=value) if value in _DAYS else None
    values = tuple(one.strip() for one in value.split(","))
    if name == "BYDAY":
        matches = [_WEEKDAY.fullmatch(one) for one in values]
        if any(match is None or (match[1] and not 1 <= abs(int(match[1])) <= 53) for match in matches):
            return None
        if rule.frequency not in ("MONTHLY", "YEARLY") and any(match and match[1] for match in matches):
            plain = tuple(match[2] for match in matches if match)
            return replace(rule, by={**rule.by, name: plain}, doubt="its BYDAY has numbers that do not belong there")
        return replace(rule, by={**rule.by, name: values})
    low, high = _RANGES.get(name, (1, 0))
    if low > high or not all(_in_range(one, low, high) for one in values):
        return None
    kept = tuple(dict.fromkeys("59" if name == "BYSECOND" and one == "60" else one for one in values))
    return replace(rule, by={**rule.by, name: kept})


def _in_range(text: str, low: int, high: int) -> bool:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 3):
        return False
    return low <= int(text) <= high and (int(text) != 0 or low == 0)


def _with_end(rule: Rule, parts: Mapping[str, str]) -> Rule:
    """Interval and end; one that cannot be read is left out, which makes the rule larger."""
    if "INTERVAL" in parts:
        interval = _positive(parts["INTERVAL"])
        rule = replace(rule, interval=interval or 1, doubt=None if interval else "its INTERVAL cannot be read")
    if "COUNT" in parts:
        count = _positive(parts["COUNT"])
        rule = replace(rule, count=count, doubt=rule.doubt if count else "its COUNT cannot be read")
    if "UNTIL" in parts:
        until = read_stamp(parts["UNTIL"])
        rule = replace(rule, until=parts["UNTIL"] if until else None, doubt=rule.doubt if until else "its UNTIL cannot be read")
    return rule if rule.until is None else replace(rule, count=None)


def _positive(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 and int(text) > 0 else None


def _every_day(parts: Mapping[str, str], doubt: str) -> Rule:
    until = parts.get("UNTIL", "")
    timed = parts.get("FREQ", "") in _SUB_DAILY or any(name in parts for name in _TIMES)
    return Rule("DAILY", until=until if read_stamp(until) else None, doubt=doubt, whole_days=timed)


def times_a_day(rule: Rule) -> int:
    """How many times of day the rule names."""
    product = 1
    for name in _TIMES:
        product *= len(rule.by.get(name, ("",)))
    return product


def cost(rule: Rule, begin: datetime, until: datetime) -> int:
    """About how many steps it takes to walk from `begin` to `until`."""
    seconds = max(0.0, (until - begin).total_seconds())
    rounds = int(seconds / _UNIT_SECONDS[rule.frequency] / rule.interval) + 1
    if rule.count is not None and not rule.by:
        rounds = min(rounds, rule.count)
    return rounds * _WEIGHT.get(rule.frequency, 1) * (1 if rule.frequency in _SUB_DAILY else times_a_day(rule))


def covering_end(rule: Rule, begin: datetime) -> datetime | None:
    """The last start that a rule too dense to expand can have, by its count; None when it has no end of that kind."""
    if rule.count is None or rule.by:
        return None
    try:
        return begin + timedelta(seconds=_UNIT_SECONDS[rule.frequency] * rule.interval * rule.count * 1.02)
    except OverflowError:
        return None
