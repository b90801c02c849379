"""A therapist who was late: who may say so until when, which minutes count, and what comes off the price.

A visit that began late is given its whole time, or its price is for the minutes really given: time or money back. What is charged
beside the service (ways, surcharges) stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PROVIDER
from booking.reliability.rules.policies import Figures
from marketplace.kernel.money import share_half_up
from providers.services.rules.calls import PHONE

LATEST_MINUTES = 240
ALL = 10_000
# A visit that nobody has checked in to, and one that its therapist has marked as missed, may have begun late or never.
OPEN = (CONFIRMED, CHECKED_IN, COMPLETED, NO_SHOW)


@dataclass(frozen=True)
class Said:
    """What one side says: minutes after the agreed start (0: on time), and how many minutes were given where they say so."""

    minutes: int
    at: datetime
    given_minutes: int | None = None


@dataclass(frozen=True)
class Visit:
    """What the rules need of a visit. `minutes` is the length that was priced as the service, `whole_minutes` all that was agreed."""

    status: str
    setting: str
    starts_at: datetime
    ends_at: datetime
    minutes: int

    @property
    def whole_minutes(self) -> int:
        """From the agreed start to the agreed end."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


@dataclass(frozen=True)
class SayVerdict:
    """Whether a side may say something now, until when, and why not. Codes: open; wrong_state, too_early, too_late."""

    allowed: bool
    code: str
    sentence: str
    until_at: datetime


def assess_saying(visit: Visit, side: str, client_said: Said | None, figures: Figures, now: datetime) -> SayVerdict:
    """Whether a side of a visit may say now how late it began: from the agreed start until some time after the end.

    A therapist of whom something was said may always answer it for as long as an answer is waited for.
    """
    until = visit.ends_at + timedelta(hours=figures.say_within_hours)
    if side == PROVIDER and client_said is not None:
        until = max(until, client_said.at + timedelta(hours=figures.answer_within_hours))
    if visit.setting == PHONE or visit.status not in OPEN:
        return SayVerdict(allowed=False, code="wrong_state", sentence="This is said of a visit that takes place.", until_at=until)
    if now < visit.starts_at:
        return SayVerdict(allowed=False, code="too_early", sentence="The visit has not begun yet.", until_at=until)
    if now > until:
        return SayVerdict(allowed=False, code="too_late", sentence="It is too long ago to say so here. Write to us.", until_at=until)
    return SayVerdict(allowed=True, code="open", sentence="", until_at=until)


def visit_of(status: str, setting: str, starts_at: datetime, ends_at: datetime, minutes: int) -> Visit:
    """The facts of a visit, its instants in UTC: between two times of one zone Python would count hours by the wall."""
    return Visit(status, setting, starts_at.astimezone(UTC), ends_at.astimezone(UTC), minutes)


def assess_given(visit: Visit, side: str, given_minutes: int, now: datetime) -> str | None:
    """Why a side may not say now that so many minutes were given: `not_over`, or a sentence; None where they may.

    The therapist says it of a visit that is marked as done, since their word moves money; the client once the agreed end has come.
    """
    if visit.status != COMPLETED and (side == PROVIDER or now < visit.ends_at):
        return "not_over"
    if not 0 <= given_minutes <= visit.whole_minutes:
        return f"At most {visit.whole_minutes} minutes were agreed."
    return None


def waits_until(provider_said: Said | None, client_said: Said | None, figures: Figures, now: datetime) -> datetime | None:
    """Until when a therapist's answer to what their client says is waited for; None where nothing is waited for."""
    if provider_said is not None or client_said is None:
        return None
    until = client_said.at + timedelta(hours=figures.answer_within_hours)
    return until if now <= until else None


def counted_minutes(provider_said: Said | None, client_said: Said | None, figures: Figures, now: datetime) -> int:
    """How many minutes late count: what both sides say, so the fewer; of the therapist alone, theirs; of the client alone, theirs once
    the time for an answer is over.
    """
    if provider_said is not None and client_said is not None:
        return min(provider_said.minutes, client_said.minutes)
    if provider_said is not None:
        return provider_said.minutes
    if client_said is None or waits_until(provider_said, client_said, figures, now) is not None:
        return 0
    return client_said.minutes


def back_cents(visit: Visit, given_minutes: int, service_cents: int, charged_cents: int, tax_cents: int) -> int:
    """What comes off the price of a visit of which so many minutes were given: the share of the service price, with its share of the tax.

    Half up to the cent; never more than was charged. `charged_cents` is all that was charged, tax included, `tax_cents` the tax in it.
    """
    missing = min(visit.minutes, max(0, visit.whole_minutes - given_minutes))
    net = share_half_up(service_cents, Fraction(ALL * missing, visit.minutes))
    before_tax = charged_cents - tax_cents
    tax = share_half_up(tax_cents, Fraction(ALL * net, before_tax)) if before_tax > 0 else 0
    return min(charged_cents, net + tax)
