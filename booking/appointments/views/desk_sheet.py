"""What stands on a therapist's calendar, gathered once for the sheet and for the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.models import Hold
from booking.appointments.queries import Booked, holds_of_claims, visits_of_claims
from booking.appointments.rules.weekgrid import Thing, WeekSheet, evening_of, lay_out
from marketplace.kernel.intervals import Span, merge, overlaps
from marketplace.kernel.walltime import day_begin, local_day, to_minute, wall_minute_of_day
from providers.schedule.models import Claim
from providers.schedule.queries import claims_between, list_clinic_hours, list_exceptions, list_time_off, list_weekly, rules_in_force
from providers.schedule.rules.hours import Asked, turns_of
from providers.schedule.rules.opening import open_spans
from providers.services.rules.calls import PHONE

_KINDS = {"hold": "held", "block": "blocked", "outside": "busy", "handover": "held", "class": "blocked"}


@dataclass(frozen=True)
class Taken:
    """One thing that takes time, with what is behind it."""

    claim: Claim
    kind: str
    booked: Booked | None
    hold: Hold | None

    @property
    def on(self) -> date:
        """The day on which it begins."""
        return local_day(self.claim.begin_minute)


@dataclass(frozen=True)
class Sheet:
    """A stretch of days: the geometry, what is behind each thing by claim id, and the open time."""

    week: WeekSheet
    taken: Mapping[int, Taken]
    open_time: Sequence[Span]
    now_row: int | None

    def on(self, day: date) -> list[Taken]:
        """What begins on a day, in order."""
        return [one for one in self.taken.values() if one.on == day]

    def visits_on(self, day: date) -> int:
        """How many visits begin on a day; calls are none."""
        return sum(one.booked is not None and one.booked.appointment.setting != PHONE for one in self.on(day))

    def is_open(self, day: date) -> bool:
        """Whether any hours are worked on a day."""
        low, high = day_begin(day), day_begin(day + timedelta(days=1))
        return any(begin < high and end > low for begin, end in self.open_time)


def gather(session: Session, provider_id: int, first_day: date, days: int, evening_minute: int, now: datetime) -> Sheet:
    """Everything on these days. Evening begins at a wall minute, by the policy."""
    low, high = day_begin(first_day), day_begin(first_day + timedelta(days=days))
    claims = claims_between(session, provider_id, low, high, now)
    off = [(row.begin_minute, row.end_minute) for row, _ in list_time_off(session, provider_id, low)]
    ids = [claim.id for claim in claims]
    visits, holds = visits_of_claims(session, ids), holds_of_claims(session, ids)
    taken = {claim.id: Taken(claim, _kind(claim, visits, off), visits.get(claim.id), holds.get(claim.id)) for claim in claims}
    dates = [first_day + timedelta(days=number) for number in range(days)]
    asked_for = Asked(turns_of(rules_in_force(session, provider_id)))
    own = list_weekly(session, provider_id), list_exceptions(session, provider_id)
    clinics = list_clinic_hours(session, provider_id, dates[0], dates[-1])
    spans = open_spans(*own, dates[0], dates[-1], None, clinics=clinics, asked_for=asked_for)
    open_time = merge([(span.begin_minute, span.end_minute) for span in spans])
    ground = [Thing("open", begin, end) for begin, end in open_time] + evening_of(open_time, dates, evening_minute)
    sheet = lay_out([*ground, *(thing for one in taken.values() for thing in _things(one))], first_day, days)
    return Sheet(sheet, taken, open_time, _now_row(sheet, dates, now))


def _kind(claim: Claim, visits: Mapping[int, Booked], off: Sequence[Span]) -> str:
    if claim.id in visits:
        return "waits" if visits[claim.id].appointment.status == "requested" else "visit"
    if claim.kind == "outside" and any(overlaps((claim.begin_minute, claim.end_minute), span) for span in off):
        return "blocked"
    return _KINDS.get(claim.kind, "busy")


def _things(one: Taken) -> list[Thing]:
    claim = one.claim
    pads = [(claim.busy_from_minute, claim.begin_minute), (claim.end_minute, claim.busy_until_minute)]
    travel = [Thing("travel", begin, end) for begin, end in pads if begin < end]
    return [*travel, Thing(one.kind, claim.begin_minute, claim.end_minute, claim.id)]


def _now_row(sheet: WeekSheet, dates: Sequence[date], now: datetime) -> int | None:
    """The row of the present quarter hour, when it is on the sheet."""
    minute = to_minute(now)
    if local_day(minute) not in dates:
        return None
    minute_of_day = wall_minute_of_day(minute)
    return sheet.row_of(minute_of_day) if sheet.first_hour * 60 <= minute_of_day < sheet.last_hour * 60 else None
