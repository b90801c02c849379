"""What terms make of one visit, worked out by the functions that judge real ones: the clock in words, and what each notice costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation, assess_no_show
from booking.appointments.rules.moving import assess_move
from booking.appointments.rules.states import CLIENT, CONFIRMED
from booking.quotes.rules.agreed import AgreedTerms, fee_stretches
from booking.quotes.rules.clock import ClockWords, clock_words
from marketplace.kernel.walltime import NEW_YORK
from providers.services.rules.terms import Terms

THURSDAY = 3
SAMPLE_AT = time(18, 0)
# Notices people think in; those of the terms themselves are added.
_USUAL_HOURS = (48, 24, 12, 4, 1, 0)
# Booked so long ago that its free minutes are over at every notice that is shown.
_LONG_AGO = timedelta(days=60)


@dataclass(frozen=True)
class Notice:
    """What leaving costs with so many hours left: the last second of it is `at`. `allowed` is False where nobody may cancel any more."""

    hours: int
    at: datetime
    allowed: bool
    fee_percent: int
    fee_cents: int
    may_move: bool


@dataclass(frozen=True)
class Sample:
    """One visit under the terms: the clock as every page tells it, what each notice costs, and what not coming costs.

    `no_show_at` is the moment from which the client counts as missing. `no_show_cents` is wholly the provider's, as fees are.
    """

    starts_at: datetime
    price_cents: int
    clock: ClockWords
    notices: tuple[Notice, ...]
    no_show_at: datetime
    no_show_cents: int
    grace_until_at: datetime


def next_thursday(now: datetime) -> datetime:
    """6 PM in New York on the first Thursday that is at least two days away, so that a day's notice still lies ahead."""
    today = now.astimezone(NEW_YORK).date()
    ahead = (THURSDAY - today.weekday()) % 7
    day: date = today + timedelta(days=ahead if ahead >= 2 else ahead + 7)
    return datetime.combine(day, SAMPLE_AT, tzinfo=NEW_YORK)


def sample_visit(terms: Terms, price_cents: int, starts_at: datetime, now: datetime) -> Sample:
    """The example of a visit that starts then and costs so much, asked about at `now`."""
    before = AgreedTerms(terms, price_cents, starts_at)
    visit = VisitFacts(before.at_booking(before.starts_at - _LONG_AGO), CONFIRMED)
    opens = before.starts_at + timedelta(minutes=terms.late_minutes)
    missed = assess_no_show(visit, now=opens)
    hours = {*_USUAL_HOURS, *(step.hours for step in terms.steps), *(one for one in _own_notices(terms) if one is not None)}
    return Sample(
        starts_at=before.starts_at,
        price_cents=price_cents,
        clock=clock_words(before, now),
        notices=tuple(_notice(visit, one) for one in sorted(hours, reverse=True)),
        no_show_at=opens,
        no_show_cents=missed.fee_cents,
        grace_until_at=now + timedelta(minutes=terms.grace_minutes),
    )


def _own_notices(terms: Terms) -> tuple[int | None, int | None]:
    return terms.move_notice_hours, terms.cancel_notice_hours


def _notice(visit: VisitFacts, hours: int) -> Notice:
    at = visit.agreed.starts_at - timedelta(hours=hours)
    verdict = assess_cancellation(visit, actor=CLIENT, now=at)
    moving = assess_move(visit, actor=CLIENT, now=at)
    percent = next(stretch.fee_percent for stretch in fee_stretches(visit.agreed) if at <= stretch.until_at)
    return Notice(hours, at, verdict.allowed, percent, verdict.fee_cents, moving.allowed)
