"""Rows for `flask check`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.changes.card_checks import ending_findings
from booking.appointments.changes.discounts import code_findings
from booking.appointments.changes.fitting import misfit_findings
from booking.appointments.changes.loading import lapses
from booking.appointments.models import Appointment, AppointmentEvent, Couple, Hold, WaitlistEntry, WaitlistGuest
from booking.appointments.queries import clashing_ids, coming_visits, overdue_requests, run_out_holds
from booking.appointments.rules.attention import PROVIDER_LAPSED
from booking.appointments.rules.money import Figures, figures
from booking.appointments.rules.paying import CARD
from booking.appointments.rules.states import CONFIRMED
from booking.appointments.rules.states import LIVE as LIVE_VISITS
from booking.bodymap.queries import map_findings
from booking.care.queries.guardians import guardian_findings
from booking.care.queries.papers import care_findings
from booking.claims.queries import claim_form_findings
from booking.classes.models import ClassSeat
from booking.classes.queries import class_findings
from booking.extensions.queries import extension_findings
from booking.giftcards.queries import gift_findings
from booking.intake.queries import intake_findings
from booking.ledger.models import Receipt
from booking.ledger.queries import strayed_credit, sums_of_visits
from booking.ledger.rules.sums import VisitSums
from booking.memberships.queries import membership_findings
from booking.notes.queries import note_findings
from booking.packages.queries import package_findings
from booking.parking.queries import parking_findings
from booking.payments.models import Payment
from booking.payments.queries import card_findings, terms_of_visits
from booking.payments.rules.keeping import KEPT
from booking.payments.rules.states import AUTHORISED, CAPTURED, CAPTURING
from booking.payouts.queries import payout_findings
from booking.plans.queries.plans import plan_findings
from booking.reliability.queries import reliability_findings
from booking.reviewing.queries import reviewing_findings
from booking.sharing.queries.letters import sharing_findings
from booking.upkeep.rules import KEEPS_TIME, LIVE, Half, Kept, fallen, mismatches, overlaps, uneven
from marketplace.accounts.models import Account, Person
from marketplace.audit import broken_entries
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from providers.calendars.models import DavAccount, DavSource, OutsideCalendar
from providers.insurers.queries import insurance_findings
from providers.registry.models import Change, Provider
from providers.schedule.models import Claim
from providers.schedule.queries import room_findings

BATCH = 500
PAID_STATES = (AUTHORISED, CAPTURING, CAPTURED)
# A job that charges cards may be an hour late.
LATE = timedelta(hours=1)
# In a visit's history: the provider has the standing for it again.
RESTORED = "standing_restored"
STALE, CLASH = "provider_calendar_stale", "provider_visit_clash"
# A server that rests for an hour is nobody's business.
STALE_TOLD_AFTER = timedelta(hours=6)


def findings(session: Session, now: datetime) -> Iterator[str]:
    """Everything that does not hold, one sentence each."""
    yield from overlap_findings(session)
    yield from room_findings(session, now)
    yield from appointment_findings(session, now)
    yield from sequence_findings(session)
    yield from couple_findings(session)
    yield from hold_findings(session, now)
    yield from standing_findings(session, now)
    yield from misfit_findings(session, now)
    yield from letter_findings(session)
    yield from money_findings(session)
    yield from credit_findings(session)
    yield from card_findings(session, now)
    yield from agreed_findings(session, now)
    yield from ending_findings(session)
    yield from package_findings(session)
    yield from membership_findings(session, local_day(to_minute(now)))
    yield from parking_findings(session)
    yield from gift_findings(session)
    yield from payout_findings(session, now)
    yield from code_findings(session)
    yield from care_findings(session)
    yield from extension_findings(session)
    yield from sharing_findings(session)
    yield from intake_findings(session)
    yield from note_findings(session)
    yield from map_findings(session)
    yield from plan_findings(session)
    yield from insurance_findings(session)
    yield from guardian_findings(session)
    yield from reviewing_findings(session)
    yield from reliability_findings(session)
    yield from claim_form_findings(session)
    yield from class_findings(session, now)
    yield from broken_entries(session)


@dataclass(frozen=True)
class Untold:
    """A letter to a provider that has not been written yet: its key, kind, recipient, what it is about, and its facts but for links."""

    key: str
    kind: str
    recipient: str
    about: str
    facts: dict[str, object]


def untold_stale(session: Session, now: datetime) -> list[Untold]:
    """Calendars that could not be read for some hours, of providers who were not told; a lost password is told elsewhere."""
    lost = exists().where(
        DavSource.calendar_id == OutsideCalendar.id, DavAccount.id == DavSource.account_id, DavAccount.lost_at.is_not(None)
    )
    since = OutsideCalendar.stale_since
    wanted = select(OutsideCalendar, Provider.name, Account.email, since).join(Provider, Provider.id == OutsideCalendar.provider_id)
    rows = session.execute(wanted.join(Account, Account.id == Provider.account_id).where(since <= now - STALE_TOLD_AFTER, ~lost))
    return _not_written(
        session,
        [
            Untold(
                f"{STALE}:{row[0].public_id}:{row[3].isoformat()}", STALE, row[2], row[0].public_id,
                {"name": row[1], "calendar": row[0].name, "since": row[3].isoformat(), "fault": row[0].fault},
            )
            for row in rows
            if row[3] is not None
        ],
    )  # fmt: skip


def untold_clashes(session: Session, now: datetime) -> list[Untold]:
    """Coming visits during which an outside calendar says that their provider is busy, where that provider was not told."""
    clashing = clashing_ids(session, now, [visit.id for visit in coming_visits(session, now)])
    wanted = select(Appointment, Provider.name, Account.email).join(Provider, Provider.id == Appointment.provider_id)
    rows = session.execute(wanted.join(Account, Account.id == Provider.account_id).where(Appointment.id.in_(clashing)))
    return _not_written(
        session,
        [
            Untold(
                f"{CLASH}:{row[0].public_id}:{row[0].starts_at.isoformat()}", CLASH, row[2], row[0].public_id,
                {"name": row[1], "reference": row[0].reference, "starts_at": row[0].starts_at.isoformat()},
            )
            for row in rows
        ],
    )  # fmt: skip


def _not_written(session: Session, letters: list[Untold]) -> list[Untold]:
    written = set(session.scalars(select(Letter.key).where(Letter.key.in_([letter.key for letter in letters])))) if letters else set()
    return [letter for letter in letters if letter.key not in written]


def overlap_findings(session: Session) -> Iterator[str]:
    """Live claims that meet: the database refuses them, so any is a sign of tampering or of a lost constraint."""
    table = Claim.__table__.c
    wanted = select(table.id, table.provider_id, table.busy_from_minute, table.busy_until_minute).where(table.live)
    yield from overlaps(session.execute(wanted.order_by(table.provider_id, table.busy_from_minute, table.id)))


def appointment_findings(session: Session, now: datetime) -> Iterator[str]:
    """Appointments whose claim is gone, elsewhere or of another kind; requests that ran out are told as such."""
    overdue = frozenset(overdue_requests(session, now))
    yield from (f"request {public_id} has ended and is still marked requested" for public_id in sorted(overdue))
    wanted = select(
        Appointment.public_id, Appointment.status, Appointment.starts_at, Appointment.ends_at, Claim.live, Claim.kind, Claim.begin_minute,
        Claim.end_minute,
    ).join(Claim, Claim.id == Appointment.claim_id)  # fmt: skip
    rows = session.execute(wanted.execution_options(yield_per=BATCH))
    yield from mismatches(
        Kept(
            row.public_id,
            row.status,
            row.live,
            row.kind,
            row.begin_minute,
            row.end_minute,
            to_minute(row.starts_at),
            to_minute(row.ends_at),
        )
        for row in rows
        if row.public_id not in overdue
    )


def sequence_findings(session: Session) -> Iterator[str]:
    """Appointments whose number of changes fell behind what calendars were told: they would keep the old time for good."""
    told = select(Appointment.public_id, Appointment.sequence, AppointmentEvent.facts).join(
        AppointmentEvent, AppointmentEvent.appointment_id == Appointment.id
    )
    rows = session.execute(told.where(AppointmentEvent.verb.in_(("moved", "cancelled"))).execution_options(yield_per=BATCH))
    yield from fallen((row.public_id, row.sequence, row.facts.get("sequence", 0)) for row in rows)


def couple_findings(session: Session) -> Iterator[str]:
    """Two visits side by side of which one is confirmed, or off, while the other one waits, or that are at two times."""
    first, second = aliased(Appointment), aliased(Appointment)
    wanted = select(first.public_id, first.status, first.starts_at, second.public_id, second.status, second.starts_at)
    rows = (
        wanted.select_from(Couple).join(first, first.hold_id == Couple.first_hold_id).join(second, second.hold_id == Couple.second_hold_id)
    )
    yield from uneven((Half(*row[:3]), Half(*row[3:])) for row in session.execute(rows.execution_options(yield_per=BATCH)))


def hold_findings(session: Session, now: datetime) -> Iterator[str]:
    """Holds that ended and are still marked live; the job marks them, a look in between finds some."""
    for hold_id in run_out_holds(session, now):
        yield f"hold {hold_id} has ended and is still marked live"


def standing_findings(session: Session, now: datetime) -> Iterator[str]:
    """Coming visits whose provider has no standing for them, unless their client has been told."""
    for visit, reason in untold_lapses(session, now):
        if reason is not None:
            yield f"appointment {visit.public_id} lies on a day without standing and nobody was told"


@dataclass(frozen=True)
class Told:
    """What a visit's client was told last of the provider's standing: the reason of a lapse (None: all is well), and how often in all."""

    reason: str | None
    times: int


NOTHING_TOLD = Told(None, 0)


def untold_lapses(session: Session, now: datetime, provider_ids: Collection[int] | None = None) -> Iterator[tuple[Appointment, str | None]]:
    """Coming visits whose client was told something else than what is so now, each with the reason of the lapse (None: there is none)."""
    visits = coming_visits(session, now, provider_ids)
    found, told = lapses(session, visits), told_lapses(session, [visit.id for visit in visits])
    for visit in visits:
        if found.get(visit.id) != told.get(visit.id, NOTHING_TOLD).reason:
            yield visit, found.get(visit.id)


def told_lapses(session: Session, visit_ids: Sequence[int]) -> dict[int, Told]:
    """What was told last about each of these visits of which anything was told, by id."""
    table = AppointmentEvent.__table__.c
    about = select(table.appointment_id, table.verb, table.facts).where(table.verb.in_((PROVIDER_LAPSED, RESTORED)))
    told: dict[int, Told] = {}
    for row in session.execute(about.where(table.appointment_id.in_(visit_ids)).order_by(table.id)):
        times = told.get(row.appointment_id, NOTHING_TOLD).times + 1
        told[row.appointment_id] = Told(row.facts["reason"] if row.verb == PROVIDER_LAPSED else None, times)
    return told


def touched_since(session: Session, mark: int) -> tuple[int, frozenset[int]]:
    """Where the change feed stands, and which providers were touched after `mark`."""
    top = session.scalar(select(func.max(Change.seq))) or 0
    touched = session.scalars(select(Change.provider_id).where(Change.seq > mark).distinct()) if top > mark else ()
    return top, frozenset(touched)


def letter_findings(session: Session) -> Iterator[str]:
    """Reminders still to be sent for visits that will not take place."""
    for public_id in ended_with_reminders(session):
        yield f"a reminder waits for appointment {public_id}, which will not take place"


def money_findings(session: Session) -> Iterator[str]:
    """Visits whose figures are not what the ledger comes to, fees above the price, receipts whose numbers have a gap."""
    for visit, sums in strayed_figures(session):
        kept, found = kept_figures(visit), figures(visit.status, visit.total_cents, sums)
        yield f"appointment {visit.public_id} is {visit.status} and says {kept.words}; the ledger says {found.words}"
    numbered = select(Receipt.provider_id, Receipt.year, func.count(), func.max(Receipt.number)).group_by(Receipt.provider_id, Receipt.year)
    for provider_id, year, count, last in session.execute(numbered):
        if count != last:
            yield f"receipts of provider {provider_id} in {year}: {count} of {last} are there"


def agreed_findings(session: Session, now: datetime) -> Iterator[str]:
    """Visits by card, still to come, that do not have what was agreed: a kept card, a sum that is taken or kept by the bank."""
    visits = select(Appointment.id, Appointment.public_id, Appointment.payment_method, Appointment.status, Appointment.due_cents)
    rows = session.execute(visits.where(Appointment.payment_method == CARD, Appointment.status.in_(LIVE_VISITS))).all()
    agreed = terms_of_visits(session, [row.id for row in rows])
    for row in rows:
        terms, card, payment = agreed.get(row.id, (None, None, None))
        if terms is None:
            yield f"appointment {row.public_id} is paid by card and nothing was agreed about one"
        elif payment is None and (card is None or card.state != KEPT):
            yield f"appointment {row.public_id} relies on a card that is not kept"
        elif terms.amount_cents and payment is None and terms.charge_at is None:
            yield f"appointment {row.public_id} has no payment of the {terms.amount_cents} cents that were agreed"
        elif payment is None and row.status == CONFIRMED and row.due_cents and terms.charge_at is not None and terms.charge_at + LATE < now:
            yield f"appointment {row.public_id} was to be charged and was not"
        elif payment is not None and terms.charge_at is None and payment.state not in PAID_STATES:
            yield f"appointment {row.public_id} was booked on payment {payment.public_id}, which is {payment.state}"


def credit_findings(session: Session) -> Iterator[str]:
    """Credit of clients that is not what the ledger comes to."""
    for person_id, provider_id, left, told in strayed_credit(session):
        yield f"credit of person {person_id} with provider {provider_id} is {left}; the ledger says {told}"


def kept_figures(visit: Any) -> Figures:
    """What an appointment says of money."""
    return Figures(visit.paid_cents, visit.due_cents, visit.fee_cents, visit.waived_cents)


def strayed_figures(session: Session) -> Iterator[tuple[Any, VisitSums]]:
    """Visits (id, public_id, status, cents) that say something else of money than their ledger, with its sums."""
    last, table = 0, Appointment.__table__.c
    wanted = select(
        table.id, table.public_id, table.status, table.total_cents, table.paid_cents, table.due_cents, table.fee_cents, table.waived_cents,
        Appointment.terms["fee_base_cents"].as_integer().label("fee_base_cents"),
    )  # fmt: skip
    while rows := session.execute(wanted.where(table.id > last).order_by(table.id).limit(BATCH)).all():
        sums = sums_of_visits(session, [visit.id for visit in rows])
        for visit in rows:
            found = sums.get(visit.id, VisitSums())
            most = max(visit.total_cents, visit.fee_base_cents or 0)
            if kept_figures(visit) != figures(visit.status, visit.total_cents, found) or found.fee > most:
                yield visit, found
        last = rows[-1].id


def ended_with_reminders(session: Session) -> list[str]:
    """Public ids of visits that will not take place though a reminder waits."""
    waiting = (
        select(Appointment.public_id)
        .join(Letter, Letter.about == Appointment.public_id)
        .where(Letter.kind == "visit_reminder", Letter.sent_at.is_(None), Letter.withdrawn_at.is_(None), Appointment.status.not_in(LIVE))
    )
    return list(session.scalars(waiting.distinct()))


def stuck_time(session: Session) -> list[tuple[str, Claim]]:
    """Visits that will not take place, by public id, and the live claims that still keep their minutes."""
    stuck = select(Appointment.public_id, Claim).join(Claim, Claim.id == Appointment.claim_id)
    return [(row[0], row[1]) for row in session.execute(stuck.where(Claim.live, Appointment.status.not_in(KEEPS_TIME)))]


def ended_waiting(session: Session, before: datetime) -> list[int]:
    """Row ids of guests' wishes on the waitlist that were taken back, were never confirmed, or whose last day was over, at an instant."""
    asked_for_nothing = and_(WaitlistGuest.confirmed_at.is_(None), WaitlistGuest.asked_at <= before)
    over = or_(WaitlistEntry.left_at <= before, WaitlistEntry.until_on < local_day(to_minute(before)), asked_for_nothing)
    ended = select(WaitlistEntry.id).join(WaitlistGuest, WaitlistGuest.entry_id == WaitlistEntry.id).where(over)
    return list(session.scalars(ended.order_by(WaitlistEntry.id)))


def idle_guests(session: Session, before: datetime, limit: int) -> list[int]:
    """Row ids of guests from before an instant who have no visit, paid nothing by card, hold and have held nothing since, locked."""
    visited = exists().where(Appointment.person_id == Person.id)
    busy = exists().where(Hold.person_id == Person.id, or_(Hold.state == "live", Hold.created_at >= before))
    paid = exists().where(Payment.person_id == Person.id)
    booked = or_(ClassSeat.booked_at.is_not(None), ClassSeat.state == "held", ClassSeat.made_at >= before)
    seated = exists().where(ClassSeat.person_id == Person.id, booked)
    waits = exists().where(WaitlistEntry.person_id == Person.id)
    idle = select(Person.id).where(Person.account_id.is_(None), Person.created_at < before, ~visited, ~busy, ~paid, ~seated, ~waits)
    return list(session.scalars(idle.order_by(Person.id).limit(limit).with_for_update(skip_locked=True)))
