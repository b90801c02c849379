"""The cancellation clock in words, with the actual instants, and its stretches for the bar. The same words on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from booking.quotes.rules.agreed import AgreedTerms, Stretch, fee_stretches, whole_second
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import NEW_YORK

# Our own names: those of the standard library follow the locale of the process.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHARES = {50: "half", 25: "a quarter", 75: "three quarters"}

FREE, PART, FULL = "free", "part", "full"


@dataclass(frozen=True)
class ClockStretch:
    """One part of the bar: what leaving costs in it, in cents and as text, until when, and whether `now` lies in it."""

    kind: str
    until_at: datetime
    fee_percent: int
    fee_cents: int
    amount: str
    words: str
    is_now: bool


@dataclass(frozen=True)
class ClockWords:
    """The sentence, the stretches that still lie ahead (the first is now), and the promises that always hold."""

    sentence: str
    stretches: tuple[ClockStretch, ...]
    promises: tuple[str, ...]


def clock_words(agreed: AgreedTerms, now: datetime, zone: tzinfo = NEW_YORK, *, day_words: bool = True, what: str = "visit") -> ClockWords:
    """What leaving costs from `now` on. `day_words` adds today and tomorrow; leave it off for words that are kept. `what` is left."""
    every = fee_stretches(agreed)
    ahead = tuple(stretch for stretch in every if stretch.until_at >= whole_second(now))
    dollars = _dollars([stretch.fee_cents for stretch in every] + [agreed.fee_base_cents])
    today = now.astimezone(zone).date() if day_words else None
    bar = tuple(
        ClockStretch(
            kind=_kind(stretch),
            until_at=stretch.until_at,
            fee_percent=stretch.fee_percent,
            fee_cents=stretch.fee_cents,
            amount="Free" if stretch.fee_cents == 0 else dollars(stretch.fee_cents),
            words=_bar_words(agreed, stretch, dollars, day_and_time(stretch.until_at, zone, today), since="now" if number == 0 else "then"),
            is_now=number == 0,
        )
        for number, stretch in enumerate(ahead)
    )
    promises = _promises(agreed, lambda end: day_and_time(end, zone, today))
    return ClockWords(_sentence(ahead, dollars, zone, today, what), bar, promises)


def time_words(instant: datetime, zone: tzinfo = NEW_YORK) -> str:
    """A wall time such as "6:30 PM"; in an hour that the clocks repeat with its zone, "1:30 AM EDT" or "1:30 AM EST"."""
    wall = instant.astimezone(zone)
    words = f"{wall.hour % 12 or 12}:{wall.minute:02d} {'AM' if wall.hour < 12 else 'PM'}"
    repeated = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return f"{words} {wall.tzname()}" if repeated else words


def day_and_time(instant: datetime, zone: tzinfo = NEW_YORK, today: date | None = None) -> str:
    """A moment such as "Thu Dec 3, 6:30 PM", with "today, " or "tomorrow, " in front where `today` is known and fits."""
    on = instant.astimezone(zone).date()
    near = {} if today is None else {today: "today, ", today + timedelta(days=1): "tomorrow, "}
    return f"{near.get(on, '')}{_WEEKDAYS[on.weekday()]} {_MONTHS[on.month - 1]} {on.day}, {time_words(instant, zone)}"


def _sentence(ahead: Sequence[Stretch], dollars: Callable[[int], str], zone: tzinfo, today: date | None, what: str) -> str:
    if not ahead:
        return "canceling is no longer possible"
    first = ahead[0]
    if len(ahead) == 1:
        return f"{_price(first, dollars)} until the {what} starts"
    parts = [f"{_price(first, dollars)} until {day_and_time(first.until_at, zone, today)}", f"then {_price(ahead[1], dollars)}"]
    for before, stretch in pairwise(ahead[1:]):
        parts.append(f"from {_next_moment(before.until_at, first.until_at, zone)} {_price(stretch, dollars)}")
    return "; ".join(parts)


def _price(stretch: Stretch, dollars: Callable[[int], str]) -> str:
    if stretch.fee_cents == 0:
        return "free"
    return f"{'the full ' if stretch.fee_percent == 100 else ''}{dollars(stretch.fee_cents)}"


def _next_moment(instant: datetime, named: datetime, zone: tzinfo) -> str:
    """A later moment beside one already named: the weekday is enough within the same week."""
    days = (instant.astimezone(zone).date() - named.astimezone(zone).date()).days
    if days > 6:
        return day_and_time(instant, zone)
    return f"{_WEEKDAYS[instant.astimezone(zone).weekday()]} {time_words(instant, zone)}"


def _kind(stretch: Stretch) -> str:
    if stretch.fee_cents == 0:
        return FREE
    return FULL if stretch.fee_percent == 100 else PART


def _bar_words(agreed: AgreedTerms, stretch: Stretch, dollars: Callable[[int], str], until: str, *, since: str) -> str:
    last = stretch.until_at == agreed.starts_at
    if stretch.fee_cents == 0:
        return "until the visit starts" if last else f"until {until}"
    if last and stretch.fee_percent == 100:
        absent = ", or if you do not come" if agreed.terms.no_show_percent == 100 else ""
        return f"the full service price from {since} on{absent}"
    share = "all" if stretch.fee_percent == 100 else _SHARES.get(stretch.fee_percent, f"{stretch.fee_percent}%")
    return f"{share} of {dollars(agreed.fee_base_cents)}, {'until the visit starts' if last else f'until {until}'}"


def _promises(agreed: AgreedTerms, spoken: Callable[[datetime], str]) -> tuple[str, ...]:
    grace, move_until, cancel_until = agreed.terms.grace_minutes, agreed.move_until_at, agreed.cancel_until_at
    said = [f"First {grace} minutes after booking: always free."] if grace else []
    if move_until is not None:
        said.append(f"You can move it until {spoken(move_until)}.")
    if cancel_until is not None:
        said.append(f"You can cancel it until {spoken(cancel_until)}, after that only when you are ill.")
    return (*said, "Fever or anything contagious: always free, please stay home.", _their_side(agreed, spoken))


def _their_side(agreed: AgreedTerms, spoken: Callable[[datetime], str]) -> str:
    """What a therapist's own canceling means: nothing to pay, and perhaps credit for another visit."""
    hours, percent = agreed.terms.credit_hours, agreed.terms.credit_percent
    if percent is None:
        return "If your therapist cancels, you pay nothing."
    after = "" if hours is None else f" after {spoken(agreed.starts_at - timedelta(hours=hours))}"
    credit = format_usd(agreed.fee_cents(percent))
    return f"If your therapist cancels, you pay nothing{';' if after else ' and'}{after} you get {credit} off a later visit with them."


def _dollars(amounts: Sequence[int]) -> Callable[[int], str]:
    """How amounts are written in one sentence: "$60" where every one is whole, else "$82.50" and "$165.00" alike."""
    whole = all(cents % 100 == 0 for cents in amounts)
    return lambda cents: format_usd(cents)[:-3] if whole else format_usd(cents)
