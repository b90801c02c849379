"""Time off: days or hours on which somebody sees nobody, who sees clients meanwhile, and what everybody may read of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.intervals import Span, merge, subtract
from marketplace.kernel.walltime import (
    DAY_MINUTES,
    day_begin,
    from_minute,
    hour_words,
    local_day,
    to_minute,
    to_minute_up,
    wall_minute_of_day,
)

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=730)
LONGEST_REASON, LONGEST_MESSAGE = 300, 300
# From so many days before it begins everybody may read of it.
SHOWN_BEFORE_DAYS = 14


@dataclass(frozen=True)
class TimeOffDraft:
    """Time off as stated, [starts_at, ends_at). `reason` is nobody else's business, `message` is public, `colleague` a public name.

    `keep_visits` says that the visits booked inside have been read: they stand until somebody moves, cancels or hands them over.
    """

    starts_at: datetime
    ends_at: datetime
    reason: str | None = None
    message: str | None = None
    colleague: str | None = None
    keep_visits: bool = False

    @property
    def span(self) -> Span:
        """The whole minutes around it, in epoch minutes."""
        return to_minute(self.starts_at), to_minute_up(self.ends_at)


@dataclass(frozen=True, slots=True)
class Away:
    """What everybody may know of time off: when, in epoch minutes [begin, end), the message, and who sees clients meanwhile."""

    begin_minute: int
    end_minute: int
    message: str | None = None
    colleague_id: int | None = None
    colleague_slug: str | None = None
    colleague_name: str | None = None


def whole_days(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants [from, until) of the days first..last, both whole, in New York."""
    return from_minute(day_begin(first)), from_minute(day_begin(last + timedelta(days=1)))


def time_off_faults(draft: TimeOffDraft, others: Iterable[Span], now: datetime) -> list[FieldFault]:
    """What cannot be meant, beside the time off that is stated already (`others`, in epoch minutes)."""
    begin, end = draft.span
    if draft.ends_at <= draft.starts_at:
        return [FieldFault("until", "The end comes after the beginning.")]
    if draft.ends_at <= now:
        return [FieldFault("until", "This time is over.")]
    if draft.ends_at - draft.starts_at > LONGEST:
        return [FieldFault("until", "Time off lasts a year at most.")]
    if draft.starts_at > now + FARTHEST:
        return [FieldFault("from", "Time off is stated two years ahead at most.")]
    if any(low < end and begin < high for low, high in others):
        return [FieldFault("from", "Part of this is time off already. End or remove that first.")]
    return []


def sees_clients_in(span: Span, away: Iterable[Span]) -> bool:
    """Whether a colleague with this time off is there for some of the span."""
    return bool(subtract([span], merge(away)))


def ends_early_at(span: Span, until: datetime) -> int | None:
    """The new end, in epoch minutes, of time off that ends at `until` already; None where nothing of it is left then."""
    wanted = min(to_minute_up(until), span[1])
    return wanted if wanted > span[0] else None


def meeting(aways: Sequence[Away], begin: int, end: int) -> Away | None:
    """The first of these that meets [begin, end) in epoch minutes."""
    return min((one for one in aways if one.begin_minute < end and begin < one.end_minute), key=lambda one: one.begin_minute, default=None)


def shown_at(aways: Sequence[Away], now: datetime) -> Away | None:
    """What everybody is told of at an instant: time off that goes on, or begins within two weeks."""
    minute = to_minute(now)
    return meeting(aways, minute, minute + SHOWN_BEFORE_DAYS * DAY_MINUTES)


def away_words(away: Away, now: datetime) -> str:
    """It in a sentence or two: `Away until Dec 4. Maya Chen sees clients in the meantime.` The day named is the one of coming back."""
    year = local_day(to_minute(now)).year
    begins = f" from {_when(away.begin_minute, year)}" if away.begin_minute > to_minute(now) else ""
    meanwhile = f" {away.colleague_name} sees clients in the meantime." if away.colleague_name else ""
    return f"Away{begins} until {_when(away.end_minute, year)}.{meanwhile}"


def _when(minute: int, year: int) -> str:
    day, clock = local_day(minute), wall_minute_of_day(minute)
    words = f"{day:%b} {day.day}" if day.year == year else f"{day:%b} {day.day}, {day.year}"
    return f"{words}, {hour_words(clock)}" if clock else words
