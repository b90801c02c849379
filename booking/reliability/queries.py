"""A record read from the history: appointments, their events, and what the two sides of a visit said. Nothing of it is stored twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment, AppointmentEvent
from booking.appointments.rules.attention import PROVIDER_LAPSED
from booking.appointments.rules.requests import ANSWER_DUE
from booking.appointments.rules.states import CANCELLED, CLIENT, COMPLETED, CONFIRMED, EXPIRED, PROVIDER
from booking.ledger.queries import visit_sums
from booking.quotes.rules.agreed import agreed_from_dict
from booking.reliability.catalogue import figures_on
from booking.reliability.models import ReliabilityLift, ReliabilityStep, VisitLateness
from booking.reliability.rules import lines as counting
from booking.reliability.rules.lateness import Said, Visit, back_cents, visit_of
from booking.reliability.rules.levels import Record, Standing, acting_limit, next_level, sum_up
from booking.reliability.rules.lines import Happened, Line, in_window, window_from, write_lines
from booking.reliability.rules.policies import CLEAR, Figures
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute
from providers.limits.models import ProviderLimit
from providers.limits.rules import LIMITS
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE

# In a visit's history: booked at once, or confirmed after it was asked for.
AGREED = ("booked", CONFIRMED)
# In a visit's history: its therapist has the standing for it again.
RESTORED = "standing_restored"
_VISITS = Appointment.setting != PHONE


@dataclass(frozen=True)
class Assessment:
    """Where a provider stands now: every line of the window, the sums, the level by rule, what rests on them, and what should."""

    provider_id: int
    figures: Figures
    from_on: date
    until_on: date
    lines: tuple[Line, ...]
    record: Record
    standing: Standing
    level: str
    limit: str | None
    due_limit: str | None
    lift: ReliabilityLift | None

    @property
    def settled(self) -> bool:
        """Whether what was told and what rests on the provider is what the rule says now."""
        return self.level == self.standing.level and self.limit == self.due_limit


def assess(session: Session, provider_ids: Collection[int], now: datetime) -> dict[int, Assessment]:
    """Each of these providers, by id, in a fixed number of statements."""
    ids, today = list(provider_ids), local_day(to_minute(now))
    figures = figures_on(today)
    first = window_from(figures, today)
    happened = _happened(session, ids, from_minute(day_begin(date(first.year, 1, 1))), now)
    kept = _kept(session, ids, from_minute(day_begin(first)), now)
    steps, lifts = _newest(session, ReliabilityStep, ids), _newest(session, ReliabilityLift, ids)
    limits = {row.provider_id: row.kind for row in session.scalars(select(ProviderLimit).where(ProviderLimit.provider_id.in_(ids)))}
    found = {}
    for one in ids:
        lines = in_window(write_lines(happened[one], figures, now), figures, today)
        record, step, lift = sum_up(lines, kept.get(one, 0), figures), steps.get(one), lifts.get(one)
        standing = Standing(step.level, step.at) if step is not None else Standing()
        lifted = lift is not None and lift.until_on >= today
        newest_at = max((line.at for line in lines if line.counts), default=None)
        level = next_level(standing, record, newest_at, lifted=lifted)
        due = acting_limit(level, lifted=lifted)
        found[one] = Assessment(one, figures, first, today, lines, record, standing, level, limits.get(one), due, lift if lifted else None)
    return found


def touched_providers(session: Session, now: datetime) -> list[int]:
    """Providers of whom anything can count in the window that ends today, or on whom something rests or was told, by id."""
    today = local_day(to_minute(now))
    since = from_minute(day_begin(window_from(figures_on(today), today)))
    left = select(Appointment.provider_id).where(_left_by_provider(), Appointment.cancelled_at >= since)
    asked = select(Appointment.provider_id).join(AppointmentEvent, AppointmentEvent.appointment_id == Appointment.id)
    asked = asked.where(Appointment.status == EXPIRED, AppointmentEvent.verb == EXPIRED, AppointmentEvent.at >= since)
    late = select(Appointment.provider_id).join(VisitLateness, VisitLateness.appointment_id == Appointment.id)
    newest = select(func.max(ReliabilityStep.id)).group_by(ReliabilityStep.provider_id)
    told = select(ReliabilityStep.provider_id).where(ReliabilityStep.id.in_(newest), ReliabilityStep.level != CLEAR)
    ways = (left, asked, late.where(Appointment.starts_at >= since), told, select(ProviderLimit.provider_id))
    return sorted({one for way in ways for one in session.scalars(way)})


def unsettled_providers(session: Session, now: datetime) -> list[int]:
    """Providers for whom the rule says something else than what was told or rests on them, by id."""
    found = assess(session, touched_providers(session, now), now)
    return [one for one in sorted(found) if not found[one].settled]


def list_said(session: Session, appointment_id: int) -> dict[str, VisitLateness]:
    """What was said of a visit's beginning, by side."""
    rows = session.scalars(select(VisitLateness).where(VisitLateness.appointment_id == appointment_id).order_by(VisitLateness.id))
    return {row.side: row for row in rows}


def said_of(row: VisitLateness | None) -> Said | None:
    """A row as the rules take it."""
    return None if row is None else Said(row.minutes, row.said_at, row.given_minutes)


def list_steps(session: Session, provider_id: int) -> Sequence[ReliabilityStep]:
    """What followed so far, the newest first."""
    return session.scalars(
        select(ReliabilityStep).where(ReliabilityStep.provider_id == provider_id).order_by(ReliabilityStep.id.desc())
    ).all()


def list_lifts(session: Session, provider_id: int) -> Sequence[ReliabilityLift]:
    """What staff lifted so far, the newest first."""
    return session.scalars(
        select(ReliabilityLift).where(ReliabilityLift.provider_id == provider_id).order_by(ReliabilityLift.id.desc())
    ).all()


def load_providers(session: Session, provider_ids: Collection[int]) -> list[Provider]:
    """The providers of these ids, by name."""
    return list(session.scalars(select(Provider).where(Provider.id.in_(list(provider_ids))).order_by(Provider.name, Provider.id)))


def facts_of(visit: Appointment) -> Visit:
    """A visit as the rules of lateness take it."""
    return visit_of(visit.status, visit.setting, visit.starts_at, visit.ends_at, visit.minutes)


def price_back(session: Session, visit: Appointment, given_minutes: int) -> int:
    """What would come off the price of a visit that took place, of which so many minutes were given; what was let go of before counts."""
    sums = visit_sums(session, visit.id)
    left = sums.charged - sums.forgiven - sums.waived
    return back_cents(facts_of(visit), given_minutes, agreed_from_dict(visit.terms).fee_base_cents, left, sums.tax)


def list_differing(session: Session, provider_id: int, since: datetime) -> list[tuple[Appointment, VisitLateness, VisitLateness]]:
    """Visits of a provider since an instant of whose beginning the two sides do not say the same: visit, client's, therapist's words."""
    client, provider = aliased(VisitLateness), aliased(VisitLateness)
    wanted = (
        select(Appointment, client, provider)
        .join(client, (client.appointment_id == Appointment.id) & (client.side == CLIENT))
        .join(provider, (provider.appointment_id == Appointment.id) & (provider.side == PROVIDER))
        .where(client.minutes != provider.minutes, Appointment.provider_id == provider_id, Appointment.starts_at >= since)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(wanted.order_by(Appointment.starts_at.desc(), Appointment.id))]


def reliability_findings(session: Session) -> Iterator[str]:
    """A limit that nobody was told of, for `flask check`: what rests on a provider is the level that was told last."""
    newest = select(func.max(ReliabilityStep.id)).group_by(ReliabilityStep.provider_id)
    told = {row.provider_id: row.level for row in session.scalars(select(ReliabilityStep).where(ReliabilityStep.id.in_(newest)))}
    lifted = set(session.scalars(select(ReliabilityLift.provider_id)))
    rests = {row.provider_id: row.kind for row in session.scalars(select(ProviderLimit))}
    wrong = {one for one, kind in rests.items() if told.get(one) != kind}
    wrong |= {one for one, level in told.items() if level in LIMITS and one not in rests and one not in lifted}
    for provider in load_providers(session, wrong):
        kind, level = rests.get(provider.id, "nothing"), told.get(provider.id, CLEAR)
        yield f"provider {provider.slug}: {kind} rests on them, and their record says {level}"


def _left_by_provider() -> Any:
    return (Appointment.status == CANCELLED) & (Appointment.cancelled_by == PROVIDER) & _VISITS


def _happened(session: Session, ids: list[int], since: datetime, now: datetime) -> Mapping[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    for provider_id, one in (
        *_cancelled(session, ids, since, now),
        *_unanswered(session, ids, since, now),
        *_late(session, ids, since, now),
    ):
        found[provider_id].append(one)
    return found


def _cancelled(session: Session, ids: list[int], since: datetime, now: datetime) -> Iterator[tuple[int, Happened]]:
    left = select(Appointment).where(Appointment.provider_id.in_(ids), _left_by_provider(), Appointment.cancelled_at.between(since, now))
    visits = session.scalars(left).all()
    verbs: dict[int, list[str]] = defaultdict(list)
    if visits:
        about = select(AppointmentEvent.appointment_id, AppointmentEvent.verb).where(
            AppointmentEvent.appointment_id.in_([visit.id for visit in visits]),
            AppointmentEvent.verb.in_((*AGREED, PROVIDER_LAPSED, RESTORED)),
        )
        for row in session.execute(about.order_by(AppointmentEvent.id)):
            verbs[row.appointment_id].append(row.verb)
    for visit in visits:
        told = [verb for verb in verbs[visit.id] if verb in (PROVIDER_LAPSED, RESTORED)]
        yield visit.provider_id, Happened(
            counting.CANCELLED, visit.cancelled_at or now, visit.public_id, visit.reference, visit.starts_at,
            confirmed=any(verb in AGREED for verb in verbs[visit.id]), lapsed=told[-1:] == [PROVIDER_LAPSED], reason=visit.cancel_reason,
        )  # fmt: skip


def _unanswered(session: Session, ids: list[int], since: datetime, now: datetime) -> Iterator[tuple[int, Happened]]:
    """Only requests that waited for their therapist at all."""
    over = select(Appointment, AppointmentEvent.at, AppointmentEvent.facts).join(
        AppointmentEvent, AppointmentEvent.appointment_id == Appointment.id
    )
    mine = over.where(Appointment.provider_id.in_(ids), Appointment.status == EXPIRED, _VISITS)
    for visit, at, facts in session.execute(mine.where(AppointmentEvent.verb == EXPIRED, AppointmentEvent.at.between(since, now))):
        waited = tuple((facts or {}).get("waited_for", ()))
        if ANSWER_DUE in waited:
            happened = Happened(counting.UNANSWERED, at, visit.public_id, visit.reference, visit.starts_at, waited_for=waited)
            yield visit.provider_id, happened


def _late(session: Session, ids: list[int], since: datetime, now: datetime) -> Iterator[tuple[int, Happened]]:
    said = select(Appointment, VisitLateness).join(VisitLateness, VisitLateness.appointment_id == Appointment.id)
    mine = said.where(Appointment.provider_id.in_(ids), Appointment.starts_at.between(since, now))
    visits: dict[int, Appointment] = {}
    sides: dict[int, dict[str, Said | None]] = defaultdict(dict)
    for visit, row in session.execute(mine):
        visits[visit.id] = visit
        sides[visit.id][row.side] = said_of(row)
    for visit_id, visit in visits.items():
        client, provider = sides[visit_id].get("client"), sides[visit_id].get(PROVIDER)
        yield (
            visit.provider_id,
            Happened(
                counting.LATE,
                visit.starts_at,
                visit.public_id,
                visit.reference,
                visit.starts_at,
                client_said=client,
                provider_said=provider,
            ),
        )


def _kept(session: Session, ids: list[int], since: datetime, now: datetime) -> dict[int, int]:
    took_place = select(Appointment.provider_id, func.count()).where(
        Appointment.provider_id.in_(ids), Appointment.status == COMPLETED, _VISITS, Appointment.starts_at.between(since, now)
    )
    return {row[0]: row[1] for row in session.execute(took_place.group_by(Appointment.provider_id))}


def _newest(session: Session, model: Any, ids: list[int]) -> dict[int, Any]:
    newest = select(func.max(model.id)).where(model.provider_id.in_(ids)).group_by(model.provider_id)
    return {row.provider_id: row for row in session.scalars(select(model).where(model.id.in_(newest)))}
