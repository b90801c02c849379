"""How instants and money are written on pages and in letters: New York time, weekday first, no-break spaces inside a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from markupsafe import Markup

from marketplace import clock
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import NEW_YORK, hour_words

_INDENTATION = re.compile(r"\n\s+")
NBSP = "\u00a0"
_KEPT_TOGETHER = re.compile(r"(?<=\d) (?=[AP]M\b)|(?<=\b[A-Z][a-z]{2}) (?=[A-Z][a-z]{2} \d|\d)")


def ny_time(instant: datetime) -> str:
    """`6:30 PM`; in the hour that November repeats `1:30 AM EDT` or `1:30 AM EST`."""
    local = instant.astimezone(NEW_YORK)
    text = f"{local:%I:%M}".lstrip("0") + NBSP + f"{local:%p}"
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text}{NBSP}{local:%Z}" if repeated else text


def ny_date(instant: datetime) -> date:
    """The New York calendar date of an instant."""
    return instant.astimezone(NEW_YORK).date()


def long_day(day: date) -> str:
    """`Thursday, December 3`."""
    return f"{day:%A, %B}{NBSP}{day.day}"


def short_day(day: date) -> str:
    """`Thu, Dec 3`."""
    return f"{day:%a, %b} {day.day}"


def month_of(day: date) -> str:
    """`December 2026`."""
    return f"{day:%B} {day.year}"


def dated(day: date) -> str:
    """`Dec 3, 2026`: for days that may lie in another year."""
    return f"{day:%b}{NBSP}{day.day}, {day.year}"


def ny_day(instant: datetime) -> str:
    """`Thursday, December 3` in New York."""
    return long_day(ny_date(instant))


def ny_day_short(instant: datetime) -> str:
    """`Thu, Dec 3` in New York."""
    return short_day(ny_date(instant))


def near_day(day: date, today: date) -> str:
    """`today`, `tomorrow` or nothing."""
    return {today: "today", today + timedelta(days=1): "tomorrow"}.get(day, "")


def when_on(instant: datetime, today: date) -> str:
    """`Tomorrow, Fri` for near days, else `Sat, Dec 5`."""
    day = ny_date(instant)
    near = near_day(day, today)
    return f"{near.capitalize()}, {day:%a}" if near else short_day(day)


def full_when(instant: datetime) -> str:
    """`Thursday, December 3, 6:30 PM`."""
    return f"{ny_day(instant)}, {ny_time(instant)}"


def rfc3339(instant: datetime) -> str:
    """An instant with New York's offset, to the second: the form of every JSON answer."""
    return instant.astimezone(NEW_YORK).isoformat(timespec="seconds")


def miles(meters: float) -> str:
    """`0.4 mi`."""
    return f"{max(meters / 1609.344, 0.1):.1f}{NBSP}mi"


def _of_now(render: Callable[[datetime, date], str]) -> Callable[[datetime], str]:
    return lambda instant: render(instant, ny_date(clock.now()))


def as_instant(value: Any) -> datetime:
    """A datetime, or the RFC 3339 text of one, as a datetime: agreed quotes keep instants as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def as_day(value: Any) -> date:
    """A date, or the text of one (2027-07-12), as a date: letters keep days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def unbroken(text: str) -> str:
    """Words with their times and dates kept together: no line ends inside `6:30 PM` or `Thu Dec 3`."""
    return _KEPT_TOGETHER.sub(NBSP, text)


def dense(markup: Markup) -> Markup:
    """Markup without the indentation of its template: long lists weigh a twentieth less. Not for text areas."""
    return Markup(_INDENTATION.sub("\n", markup))  # noqa: S704 (only what is markup already comes in)


def install_filters(app: Flask) -> None:
    """Offer these to templates."""
    app.jinja_env.filters.update(
        usd=format_usd,
        ny_time=ny_time,
        hour_words=hour_words,
        ny_day=ny_day,
        ny_day_short=ny_day_short,
        long_day=long_day,
        short_day=short_day,
        dated=dated,
        ny_dated=lambda instant: dated(ny_date(instant)),
        ny_when=_of_now(when_on),
        full_when=full_when,
        iso=rfc3339,
        miles=miles,
        dense=dense,
        unbroken=unbroken,
        as_instant=as_instant,
        as_day=as_day,
        ny_near=_of_now(lambda instant, today: near_day(ny_date(instant), today)),
    )
