"""Which coming visits no longer fit into what their provider keeps now, found out anew at every look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment, HandBooking
from booking.appointments.queries import Booked, coming_visits, list_visits
from booking.appointments.rules.fitting import MISFITS, PASSED_OVER, Planned, misfits
from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED, REQUESTED
from booking.openings.catalogue import travel_by
from booking.openings.queries.taken import as_taken, claims_wanted
from booking.openings.rules.question import Taken
from marketplace.accounts.models import Account, Person
from marketplace.kernel.walltime import DAY_MINUTES, to_minute
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.outbox.models import Letter
from providers.profiles.queries import load_facts
from providers.profiles.rules import MOBILE
from providers.registry.models import Provider
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE

UNFIT = "provider_visits_unfit"
BATCH = 100
# Whoever changes settings changes several: what comes about within this time is told in one letter, and what is mended in it in none.
PATIENCE = timedelta(minutes=15)
Sign = tuple[str, str, str]
_AROUND = 2 * DAY_MINUTES


def misfits_of(session: Session, visits: Sequence[Appointment], now: datetime) -> dict[int, tuple[str, ...]]:
    """Why those of these visits that are still to begin no longer fit, by id; a fixed number of statements however many are asked about."""
    found = misfits_of_providers(session, now, {visit.provider_id for visit in visits})
    return {visit.id: found[visit.id] for visit in visits if visit.id in found}


def misfit_visits(session: Session, now: datetime, provider_id: int) -> list[tuple[Booked, tuple[str, ...]]]:
    """A provider's coming visits that no longer fit, with the codes why, the soonest first."""
    found = misfits_of_providers(session, now, {provider_id})
    return [(booked, found[booked.appointment.id]) for booked in list_visits(session, sorted(found))]


def misfits_of_providers(session: Session, now: datetime, provider_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Why coming visits of these providers no longer fit, by the visit's id."""
    visits = coming_visits(session, now, provider_ids) if provider_ids else ()
    if not visits:
        return {}
    busy, claimed = _busy(session, provider_ids, visits, now), {visit.claim_id for visit in visits}
    planned = _planned(session, visits, {claim_id: taken for own in busy.values() for claim_id, taken in own.items()}, now)
    found: dict[int, tuple[str, ...]] = {}
    for facts in load_facts(session, planned):
        others = [taken for claim_id, taken in busy[facts.id].items() if claim_id not in claimed]
        found |= misfits(planned[facts.id], others, facts, travel_by(facts.travel_mode), now)
    return found


def _busy(session: Session, ids: Collection[int], visits: Sequence[Appointment], now: datetime) -> dict[int, dict[int, Taken]]:
    """Live claims around the visits, by provider and by the claim's id."""
    low = min(to_minute(visit.starts_at) for visit in visits) - _AROUND
    high = max(to_minute(visit.ends_at) for visit in visits) + _AROUND
    expires_at = Claim.__table__.c.expires_at
    rows = session.execute(claims_wanted(ids, low, high).where(or_(expires_at.is_(None), expires_at > now)))
    found: dict[int, dict[int, Taken]] = defaultdict(dict)
    for row in rows:
        found[row.provider_id][row.id] = as_taken(row)
    return found


def _planned(session: Session, visits: Sequence[Appointment], busy: dict[int, Taken], now: datetime) -> dict[int, list[Planned]]:
    ids = {visit.provider_id for visit in visits}
    met, passed = _met(session, ids, now), _passed_over(session, ids, now)
    found: dict[int, list[Planned]] = defaultdict(list)
    for visit in visits:
        if visit.claim_id in busy:
            known, own = visit.id in met, passed.get(visit.id, frozenset())
            found[visit.provider_id].append(Planned(visit.id, busy[visit.claim_id], visit.setting, visit.service_code, known, own))
    return found


def _met(session: Session, ids: Collection[int], now: datetime) -> set[int]:
    """Ids of those coming visits at a client's whose provider has treated them before; one confirmed address is one person."""
    done, who, before = aliased(Appointment), aliased(Person), aliased(Person)
    same = and_(who.email_confirmed_at.is_not(None), before.email_confirmed_at.is_not(None), who.email == before.email)
    treated = (
        exists()
        .where(done.provider_id == Appointment.provider_id, done.status.in_((CHECKED_IN, COMPLETED)), done.setting != PHONE)
        .where(before.id == done.person_id, or_(before.id == who.id, same))
    )
    coming = select(Appointment.id).join(who, who.id == Appointment.person_id).where(Appointment.provider_id.in_(ids))
    return set(session.scalars(coming.where(Appointment.starts_at > now, Appointment.setting.in_(MOBILE), treated)))


def _passed_over(session: Session, ids: Collection[int], now: datetime) -> dict[int, frozenset[str]]:
    """What was passed over by hand when a coming visit was kept, by its id, as the signs that it would be told as."""
    kept = select(Appointment.id, HandBooking.overrides).join(HandBooking, HandBooking.hold_id == Appointment.hold_id)
    rows = session.execute(kept.where(Appointment.provider_id.in_(ids), Appointment.starts_at > now))
    return {row[0]: frozenset(PASSED_OVER[one["code"]] for one in row[1] if one["code"] in PASSED_OVER) for row in rows}


@dataclass(frozen=True)
class Standing:
    """What no longer fits at one provider, and what letters say: signs are (visit's public id, start, code).

    `told` is in letters that have left or will leave, `waiting` in those that have not left yet.
    """

    provider_id: int
    about: str
    signs: frozenset[Sign]
    told: frozenset[Sign]
    waiting: frozenset[Sign]

    @property
    def untold(self) -> frozenset[Sign]:
        """What holds and stands in no letter."""
        return self.signs - self.told

    @property
    def is_told(self) -> bool:
        """Whether letters say what is so: everything that holds, and nothing that was mended before a letter left."""
        return not self.untold and self.waiting <= self.signs


def what_is_told(session: Session, now: datetime, provider_ids: Collection[int] | None = None) -> Iterator[Standing]:
    """How providers (None: all with coming visits) stand whose letters and visits differ, or could; those without any sign are left out."""
    coming = select(Appointment.provider_id).where(Appointment.status.in_((REQUESTED, CONFIRMED)), Appointment.starts_at > now).distinct()
    wanted = coming if provider_ids is None else coming.where(Appointment.provider_id.in_(provider_ids))
    ids = session.scalars(wanted.order_by(Appointment.provider_id)).all()
    for first in range(0, len(ids), BATCH):
        yield from _told_of(session, now, ids[first : first + BATCH])


def _told_of(session: Session, now: datetime, ids: Sequence[int]) -> Iterator[Standing]:
    found = misfits_of_providers(session, now, ids)
    about = {row[0]: row[1] for row in session.execute(select(Provider.id, Provider.public_id).where(Provider.id.in_(ids)))}
    signs: dict[int, set[Sign]] = defaultdict(set)
    for booked in list_visits(session, sorted(found)):
        visit = booked.appointment
        signs[visit.provider_id] |= {(visit.public_id, visit.starts_at.isoformat(), code) for code in found[visit.id]}
    told: dict[str, set[Sign]] = defaultdict(set)
    waiting: dict[str, set[Sign]] = defaultdict(set)
    letters = select(Letter).where(Letter.kind == UNFIT, Letter.about.in_(about.values()), Letter.withdrawn_at.is_(None))
    for letter in session.scalars(letters):
        said = {(one["id"], one["starts_at"], code) for one in letter.facts["visits"] for code in one["codes"]}
        told[str(letter.about)] |= said
        if letter.sent_at is None and letter.failed_at is None:
            waiting[str(letter.about)] |= said
    for provider_id, public_id in about.items():
        standing = (frozenset(signs[provider_id]), frozenset(told[public_id]), frozenset(waiting[public_id]))
        if any(standing):
            yield Standing(provider_id, public_id, *standing)


def misfit_findings(session: Session, now: datetime) -> Iterator[str]:
    """Coming visits that no longer fit where their provider was not told."""
    for standing in what_is_told(session, now):
        for public_id, _, code in sorted(standing.untold):
            yield f"appointment {public_id} no longer fits ({code}) and its therapist was not told"


def write_unfit(session: Session, standing: Standing, base_url: str, now: datetime) -> None:
    """One letter about all that is in none yet. What was waiting in one is taken back and told together with it, as far as it holds."""
    withdraw_letters(session, about=standing.about, kinds=(UNFIT,), now=now)
    gone = standing.told - standing.waiting
    fresh = {public_id for public_id, starts_at, code in standing.signs - gone}
    if not fresh:
        return
    visits = session.scalars(select(Appointment).where(Appointment.public_id.in_(fresh)).order_by(Appointment.starts_at)).all()
    listed = [
        {
            "id": visit.public_id,
            "reference": visit.reference,
            "starts_at": visit.starts_at.isoformat(),
            "codes": [code for code in MISFITS if (visit.public_id, visit.starts_at.isoformat(), code) in standing.signs],
        }
        for visit in visits
    ]
    name, email = session.execute(
        select(Provider.name, Account.email).join(Account, Account.id == Provider.account_id).where(Provider.id == standing.provider_id)
    ).one()
    written = session.scalar(select(func.count()).select_from(Letter).where(Letter.kind == UNFIT, Letter.about == standing.about))
    enqueue_letter(
        session, key=f"{UNFIT}:{standing.about}:{written}", kind=UNFIT, recipient=email, now=now, about=standing.about,
        facts={"name": name, "visits": listed, "link": f"{base_url}/provider/no-longer-fits"},
        send_after_at=now + PATIENCE, send_before_at=max(visit.starts_at for visit in visits),
    )  # fmt: skip
