"""One claim a visit: who may send it in until when, how much of it can be paid back, and what staff may do with it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from booking.appointments.rules.states import COMPLETED, NO_SHOW
from booking.parking.rules.terms import Terms
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.money import format_usd

SENT, ACCEPTED, REFUSED, TAKEN_BACK = "sent", "accepted", "refused", "taken_back"
STATES = (SENT, ACCEPTED, REFUSED, TAKEN_BACK)
ACCEPT, REFUSE, TAKE_BACK = "accept", "refuse", "take_back"
DECISIONS = (ACCEPT, REFUSE, TAKE_BACK)
# What is typed by mistake is far above it; what is paid back is capped by the terms.
MOST_CENTS = 50_000
LONGEST_REASON = 300
CAR = "car"
# Whoever drove to a closed door has parked too.
DRIVEN = (COMPLETED, NO_SHOW)


@dataclass(frozen=True)
class Drive:
    """A visit as parking sees it: how it ended, where it was, how its therapist came, its New York day."""

    status: str
    setting: str
    mode: str | None
    visit_on: date


@dataclass(frozen=True)
class Verdict:
    """Whether a receipt may be sent in; else `code` and a sentence. `until_on` is the last day for it, `room_cents` what can be paid."""

    allowed: bool
    code: str
    sentence: str
    until_on: date | None = None
    room_cents: int = 0


def assess(drive: Drive, terms: Terms, paid_in_month: int, mobile: AbstractSet[str], today: date) -> Verdict:
    """Whether the receipt of a drive may be sent in today under the terms of its day; `paid_in_month` counts what was accepted so far."""
    until, room = drive.visit_on + timedelta(days=terms.days), room_left(terms, paid_in_month)
    checks = (
        (drive.setting in mobile, "not_mobile", "Parking is for visits at your client's place."),
        (drive.mode == CAR, "not_by_car", "Your area said that you come another way than by car when this visit began."),
        (terms.on, "parking_off", "Parking was not paid back on the day of this visit."),
        (drive.status in DRIVEN, "not_over", "Parking is sent in once the visit is marked as done or missed."),
        (today <= until, "too_late", f"The receipt had to be here within {terms.days} days after the visit."),
        (room > 0, "month_used_up", "What is paid back in this visit's month is used up."),
    )
    failed = next(((code, sentence) for right, code, sentence in checks if not right), None)
    if failed is not None:
        return Verdict(False, *failed)
    return Verdict(True, "", "", until, room)


def room_left(terms: Terms, paid_in_month: int) -> int:
    """What one more visit of a month can be paid back at most, beside what the month's other visits got."""
    return max(0, min(terms.visit_cents, terms.month_cents - paid_in_month)) if terms.on else 0


def check_asked(cents: int) -> None:
    """Whether an amount may be what parking cost. Raises Refused with the field."""
    if not 0 < cents <= MOST_CENTS:
        message = f"Write what the receipt says, up to {format_usd(MOST_CENTS)}."
        raise Refused("invalid", message, faults=[FieldFault("cents", message)])


@dataclass(frozen=True)
class Decision:
    """What staff decide: `cents` of an acceptance (None: all that can be paid), a `reason` for everything else and for a part."""

    what: str
    cents: int | None = None
    reason: str | None = None


def accepted_cents(wanted: Decision, asked_cents: int, room_cents: int) -> int:
    """How much an acceptance pays back. Raises Refused: more than can be paid, or less than that without a reason; Conflict: no room."""
    most = min(asked_cents, room_cents)
    if most <= 0:
        raise Conflict("month_used_up", "What is paid back in this visit's month is used up.")
    cents = most if wanted.cents is None else wanted.cents
    if not 0 < cents <= most:
        message = f"At most {format_usd(most)}: what the receipt says, within the caps."
        raise Refused("invalid", message, faults=[FieldFault("cents", message)])
    if cents < most and not wanted.reason:
        raise Refused("invalid", _WHY, faults=[FieldFault("reason", _WHY)])
    return cents


_WHY = "Say why; the therapist reads it."


def next_state(state: str, wanted: Decision) -> str:
    """The state after a decision. Raises Conflict `decided_already` or `not_accepted`, Refused where a reason is missing."""
    if wanted.what == TAKE_BACK and state != ACCEPTED:
        raise Conflict("not_accepted", "Only what was accepted can be taken back.")
    if wanted.what != TAKE_BACK and state != SENT:
        raise Conflict("decided_already", "This was decided already. Look at it again.")
    if wanted.what != ACCEPT and not wanted.reason:
        raise Refused("invalid", _WHY, faults=[FieldFault("reason", _WHY)])
    return {ACCEPT: ACCEPTED, REFUSE: REFUSED, TAKE_BACK: TAKEN_BACK}[wanted.what]


def month_of(day: date) -> tuple[date, date]:
    """The first day of a day's month, and the first day after it."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)
