"""What clients would see of hours that are typed and not yet stored, for the page and for programs alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked, list_of_provider_between
from booking.appointments.rules.states import LIVE
from booking.openings.queries.previewing import list_shown, with_hours
from booking.openings.rules.previewing import Change, Kept, Run, Shown, changes_between, runs_of, usual_zip, visits_outside
from marketplace.kernel.walltime import day_begin, local_day, to_minute
from providers.profiles.queries import get_facts
from providers.profiles.rules import ProviderFacts
from providers.registry.rules import LISTED
from providers.schedule.queries import Settled, list_clinic_hours, settle_draft
from providers.schedule.rules.drafts import ScheduleDraft
from providers.schedule.rules.hours import Asked, WeeklyRange, turns_of
from providers.schedule.rules.preview import OpenDay, coming_days, week_letter

WEEK_DAYS = 7
FARTHEST = timedelta(days=400)
"""How far ahead booked visits are looked at: beyond the longest horizon."""


@dataclass(frozen=True)
class Offer:
    """The starts of one service on one day, the same in each of `settings`."""

    service: str
    name: str
    minutes: int
    settings: tuple[str, ...]
    runs: tuple[Run, ...]

    @property
    def count(self) -> int:
        """How many starts."""
        return sum(run.count for run in self.runs)


@dataclass(frozen=True)
class SeenDay:
    """One day as clients would find it. `week` is "a" or "b" where weeks take turns; `count` counts each start once."""

    on: date
    week: str | None
    hours: OpenDay
    offers: tuple[Offer, ...]
    count: int


@dataclass(frozen=True)
class Seen:
    """The coming days, what differs from the hours as stored, and the visits that would lie outside.

    `reason` is why nobody is offered anything at all, whatever the hours are. `zip` is where visits at clients' are tried out.
    """

    days: tuple[SeenDay, ...]
    shown: tuple[Shown, ...]
    changes: tuple[Change, ...]
    outside: tuple[Booked, ...]
    reason: str | None
    zip: str | None


def preview_hours(session: Session, provider_id: int | None, draft: ScheduleDraft, now: datetime) -> Seen:
    """What clients would see if this were stored; nothing is. Raises Refused `invalid` exactly as storing it would."""
    settled = settle_draft(session, provider_id, draft)
    today = local_day(to_minute(now))
    facts = None if provider_id is None else get_facts(session, provider_id)
    stated: Iterable[WeeklyRange] = (*settled.weekly, *(facts.weekly if facts else ()))
    turning = any(hours.weeks for hours in stated)
    count = WEEK_DAYS * 2 if turning else WEEK_DAYS
    hours = _open_days(session, provider_id, settled, today, count)
    if facts is None:
        days = tuple(SeenDay(day.on, None, day, (), 0) for day in hours)
        return Seen(days, (), (), (), _reason(None), None)
    meant = with_hours(facts, settled.weekly, settled.exceptions, settled.rules)
    window = day_begin(today), day_begin(today + timedelta(days=count))
    shown = list_shown(session, meant, window, now)
    return Seen(
        tuple(_day(day, shown, settled, turning=turning) for day in hours),
        shown,
        changes_between(list_shown(session, facts, window, now), shown),
        _outside(session, meant, now),
        _reason(facts),
        usual_zip(facts),
    )


def _open_days(session: Session, provider_id: int | None, settled: Settled, today: date, count: int) -> tuple[OpenDay, ...]:
    clinics = list_clinic_hours(session, provider_id, today, today + timedelta(days=count))
    asked_for = Asked(turns_of(settled.rules))
    return coming_days(settled.weekly, settled.exceptions, today, count, clinics=clinics, asked_for=asked_for)


def _day(hours: OpenDay, shown: Sequence[Shown], settled: Settled, *, turning: bool) -> SeenDay:
    low, high = day_begin(hours.on), day_begin(hours.on + timedelta(days=1))
    alike: dict[tuple[str, tuple[int, ...]], list[Shown]] = {}
    for one in shown:
        starts = tuple(start for start in one.starts if low <= start < high)
        if starts:
            alike.setdefault((one.service, starts), []).append(one)
    step = settled.rules.step_minutes
    offers = tuple(
        Offer(service, ours[0].name, ours[0].minutes, tuple(one.setting for one in ours), runs_of(starts, step))
        for (service, starts), ours in alike.items()
    )
    week = week_letter(hours.on, settled.rules.week_a_from) if turning else None
    return SeenDay(hours.on, week, hours, offers, len({start for _, starts in alike for start in starts}))


def _outside(session: Session, meant: ProviderFacts, now: datetime) -> tuple[Booked, ...]:
    coming = [one for one in list_of_provider_between(session, meant.id, now, now + FARTHEST) if one.appointment.status in LIVE]
    by_id = {one.appointment.public_id: one for one in coming}
    kept = [
        Kept(visit.public_id, to_minute(visit.starts_at), to_minute(visit.ends_at), visit.setting, visit.service_code, visit.place_id)
        for visit in (one.appointment for one in coming)
    ]
    return tuple(by_id[visit.public_id] for visit in visits_outside(meant, kept))


def _reason(facts: ProviderFacts | None) -> str | None:
    if facts is None or facts.state != LISTED:
        return "not_listed"
    if facts.pause is not None:
        return "paused"
    return None if any(service.prices and service.settings for service in facts.services) else "no_services"
