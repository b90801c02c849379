"""Terms and claims, read; and how a therapist came to a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import PAID_BACK, PARKING
from booking.parking.models import ParkingClaim, ParkingTerms
from booking.parking.rules.claims import ACCEPTED, SENT, Drive, Verdict, assess, month_of
from booking.parking.rules.terms import Terms, in_force
from marketplace.audit import AuditEntry
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from providers.places import gazetteer
from providers.places.queries import find_area
from providers.profiles.rules import MOBILE
from providers.registry.models import Provider

LISTED = 200


def list_terms(session: Session) -> Sequence[ParkingTerms]:
    """All terms, in the order in which they were written."""
    return session.scalars(select(ParkingTerms).order_by(ParkingTerms.id)).all()


def find_terms(session: Session, day: date) -> ParkingTerms | None:
    """The terms of a New York day; None where none have started."""
    rows = list_terms(session)
    found = in_force([row.terms for row in rows], day)
    return next((row for row in reversed(rows) if row.terms == found), None)


def terms_on(session: Session, day: date) -> Terms:
    """What holds on a New York day."""
    return in_force([row.terms for row in list_terms(session)], day)


def mode_at(session: Session, provider: Provider, at: datetime) -> str | None:
    """How a provider travelled at an instant, by what their area said then; the audit keeps every change of it."""
    said = select(AuditEntry.details).where(
        AuditEntry.object_kind == "provider", AuditEntry.object_id == provider.public_id, AuditEntry.verb == "area_changed",
        AuditEntry.at <= at,
    )  # fmt: skip
    details = session.scalar(said.order_by(AuditEntry.at.desc(), AuditEntry.number.desc()).limit(1))
    if isinstance(details, dict):
        return str(details.get("mode"))
    area = find_area(session, provider.id)
    return None if area is None else area.mode


def paid_in_month(session: Session, provider_id: int, day: date) -> int:
    """What was accepted for a provider's visits in the month of a day."""
    first, after = month_of(day)
    wanted = select(func.coalesce(func.sum(ParkingClaim.accepted_cents), 0)).where(
        ParkingClaim.provider_id == provider_id, ParkingClaim.state == ACCEPTED, ParkingClaim.visit_on >= first,
        ParkingClaim.visit_on < after,
    )  # fmt: skip
    return session.scalar(wanted) or 0


def assess_visit(session: Session, visit: Appointment, provider: Provider, now: datetime) -> Verdict:
    """Whether what parking at a visit cost may be sent in now."""
    day = local_day(to_minute(visit.starts_at))
    drive = Drive(visit.status, visit.setting, mode_at(session, provider, visit.starts_at), day)
    spent = paid_in_month(session, provider.id, day)
    return assess(drive, terms_on(session, day), spent, MOBILE, local_day(to_minute(now)))


def find_claim(session: Session, appointment_id: int) -> ParkingClaim | None:
    """What was sent in for a visit."""
    return session.scalar(select(ParkingClaim).where(ParkingClaim.appointment_id == appointment_id))


@dataclass(frozen=True)
class Sent:
    """A claim with its visit's reference and district, whose it is, and the earlier claim that came with the same photo."""

    claim: ParkingClaim
    visit: str
    reference: str
    district: str
    provider: Provider
    same_as: str | None


def get_claim(session: Session, public_id: str, *, provider_id: int | None = None, lock: bool = False) -> ParkingClaim:
    """One claim, of one provider where that is said. Raises NotFound."""
    wanted = select(ParkingClaim).where(ParkingClaim.public_id == public_id).execution_options(populate_existing=True)
    if provider_id is not None:
        wanted = wanted.where(ParkingClaim.provider_id == provider_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("not_found", "There is no such receipt here.")
    return found


def list_sent(session: Session, *, provider_id: int | None = None, state: str | None = None, public_id: str | None = None) -> list[Sent]:
    """Claims with all that is shown of them: what waits with the oldest first, else the newest first."""
    wanted = select(ParkingClaim, Appointment.public_id, Appointment.reference, Appointment.zip, Provider)
    wanted = wanted.join(Appointment, Appointment.id == ParkingClaim.appointment_id).join(Provider, Provider.id == ParkingClaim.provider_id)
    if provider_id is not None:
        wanted = wanted.where(ParkingClaim.provider_id == provider_id)
    if state is not None:
        wanted = wanted.where(ParkingClaim.state == state)
    if public_id is not None:
        wanted = wanted.where(ParkingClaim.public_id == public_id)
    rows = session.execute(wanted.order_by(ParkingClaim.id if state == SENT else ParkingClaim.id.desc()).limit(LISTED)).all()
    same = _same_photos(session, [row[0].id for row in rows])
    return [Sent(row[0], row[1], row[2], district_of(row[3]), row[4], same.get(row[0].id)) for row in rows]


def get_sent(session: Session, public_id: str, *, provider_id: int | None = None) -> Sent:
    """One claim with all that is shown of it. Raises NotFound."""
    get_claim(session, public_id, provider_id=provider_id)
    return list_sent(session, public_id=public_id)[0]


def _same_photos(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """For each claim that came with a photo sent in before, the public id of the earliest claim with it."""
    earlier = aliased(ParkingClaim)
    wanted = select(ParkingClaim.id, earlier.public_id).join(
        earlier, (earlier.photo_mark == ParkingClaim.photo_mark) & (earlier.id < ParkingClaim.id)
    )
    rows = session.execute(wanted.where(ParkingClaim.id.in_(ids)).order_by(earlier.id.desc()))
    return {row[0]: row[1] for row in rows}


def district_of(zip_code: str | None) -> str:
    """The names of the neighborhoods of a ZIP code: nothing finer is shown."""
    names = sorted(gazetteer.neighborhood(code).name for code in gazetteer.neighborhoods_of_zip(zip_code)) if zip_code else []
    return ", ".join(names)


def get_photo(session: Session, public_id: str, *, provider_id: int | None = None) -> tuple[str, bytes]:
    """The media type and content of a claim's photo. Raises NotFound."""
    claim = get_claim(session, public_id, provider_id=provider_id)
    return claim.media_type, claim.photo


def count_waiting(session: Session) -> int:
    """How many claims wait for staff."""
    return session.scalar(select(func.count(ParkingClaim.id)).where(ParkingClaim.state == SENT)) or 0


def parking_findings(session: Session) -> Iterator[str]:
    """Claims whose entries are not what was accepted, entries that nobody accepted, and claims and months above their caps."""
    signed = case((LedgerEntry.credit == PAID_BACK, LedgerEntry.amount_cents), else_=-LedgerEntry.amount_cents)
    sums = select(LedgerEntry.appointment_id, func.sum(signed).label("cents")).where(LedgerEntry.memo == PARKING)
    told = {row.appointment_id: int(row.cents) for row in session.execute(sums.group_by(LedgerEntry.appointment_id))}
    months: dict[tuple[int, date], list[tuple[int, int]]] = {}
    for claim, terms in session.execute(
        select(ParkingClaim, ParkingTerms).join(ParkingTerms, ParkingTerms.id == ParkingClaim.terms_id).order_by(ParkingClaim.id)
    ):
        cents = (claim.accepted_cents or 0) if claim.state == ACCEPTED else 0
        by_ledger = told.pop(claim.appointment_id, 0)
        if cents != by_ledger:
            yield f"parking {claim.public_id} is {cents} cents by its state, {by_ledger} by the ledger"
        if cents > terms.visit_cents:
            yield f"parking {claim.public_id} of {cents} cents is above the cap of a visit, {terms.visit_cents}"
        months.setdefault((claim.provider_id, claim.visit_on.replace(day=1)), []).append((cents, terms.month_cents))
    for appointment_id, cents in sorted(told.items(), key=lambda pair: pair[0] or 0):
        if cents:
            yield f"the ledger pays back {cents} cents of parking at visit {appointment_id} that nobody accepted"
    for (provider_id, month), rows in months.items():
        if sum(cents for cents, _cap in rows) > max(cap for _cents, cap in rows):
            yield f"parking of provider {provider_id} in {month:%Y-%m} is above the cap of a month"
