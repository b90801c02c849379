"""Payouts, and the entries they are made of, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import CARD, PAID_OUT, PARKING, PLATFORM_COSTS, Entry
from booking.payments.queries import frozen_visits
from booking.payouts.models import Payout, PayoutAccount, PayoutLine
from booking.payouts.rules import ASKED, BACK, FAILED, FOUND, Moved, Year, payout_key
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import NEW_YORK
from providers.registry.models import Provider

LONG = timedelta(hours=1)
LISTED = 200


def find_account(session: Session, provider_id: int, *, lock: bool = False) -> PayoutAccount | None:
    """A provider's account at Stripe, as far as it was begun."""
    wanted = select(PayoutAccount).where(PayoutAccount.provider_id == provider_id).execution_options(populate_existing=True)
    return session.scalar(wanted.with_for_update() if lock else wanted)


def moved_of(session: Session, provider_id: int) -> list[Moved]:
    """Every entry of a provider with its visit."""
    table = LedgerEntry.__table__.c
    wanted = select(table.appointment_id, table.memo, table.debit, table.credit, table.amount_cents).where(table.provider_id == provider_id)
    return [Moved(row.appointment_id, Entry(row.memo, row.debit, row.credit, row.amount_cents)) for row in session.execute(wanted)]


def disputed_visits(session: Session, provider_id: int) -> frozenset[int]:
    """Visits of whose card money a client's bank may still take back, or has taken it."""
    return frozen_visits(session, provider_id)


def ready_providers(session: Session) -> Sequence[int]:
    """Row ids of providers to whom money can be sent."""
    return session.scalars(select(PayoutAccount.provider_id).where(PayoutAccount.ready).order_by(PayoutAccount.id)).all()


def unready_accounts(session: Session, before: datetime) -> Sequence[int]:
    """Row ids of providers whose account was begun, is not ready, and was last looked at before an instant."""
    wanted = select(PayoutAccount.provider_id).where(~PayoutAccount.ready, PayoutAccount.account.is_not(None))
    return session.scalars(wanted.where(PayoutAccount.read_at < before).order_by(PayoutAccount.id)).all()


def find_payout(session: Session, provider_id: int, week_on: date) -> Payout | None:
    """The payout of a week that stands."""
    return session.scalar(select(Payout).where(Payout.provider_id == provider_id, Payout.week_on == week_on, Payout.state != FAILED))


def get_payout(session: Session, public_id: str, *, provider_id: int | None = None, lock: bool = False) -> Payout:
    """One payout, of one provider where that is said. Raises NotFound."""
    wanted = select(Payout).where(Payout.public_id == public_id).execution_options(populate_existing=True)
    if provider_id is not None:
        wanted = wanted.where(Payout.provider_id == provider_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("not_found", "There is no such payout here.")
    return found


def find_named(session: Session, public_id: str) -> Payout | None:
    """One payout by our name of it."""
    return session.scalar(select(Payout).where(Payout.public_id == public_id))


def payouts_since(session: Session, since: datetime) -> Sequence[Payout]:
    """Payouts ordered since an instant, of which Stripe has told us the transfer."""
    return session.scalars(select(Payout).where(Payout.made_at >= since, Payout.transfer.is_not(None)).order_by(Payout.id)).all()


def cents_back(session: Session, public_id: str) -> int:
    """How much of a payout came back to us, by the ledger."""
    mine = LedgerEntry.key.startswith(payout_key(public_id, "back:"), autoescape=True)
    return session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(mine)) or 0


def open_payouts(session: Session, due_by: datetime | None = None) -> Sequence[str]:
    """Public ids of payouts that were ordered and have not left; with `due_by` only those to be tried by then."""
    wanted = select(Payout.public_id).where(Payout.state == ASKED)
    return session.scalars((wanted if due_by is None else wanted.where(Payout.next_try_at <= due_by)).order_by(Payout.id)).all()


def list_payouts(session: Session, *, provider_id: int | None = None) -> list[tuple[Payout, Provider]]:
    """Payouts, the newest first, of one provider or of all."""
    wanted = select(Payout, Provider).join(Provider, Provider.id == Payout.provider_id)
    if provider_id is not None:
        wanted = wanted.where(Payout.provider_id == provider_id)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Payout.id.desc()).limit(LISTED))]


@dataclass(frozen=True)
class Line:
    """One line of a payout with its visit, where it is about one."""

    cents: int
    visit: str | None
    reference: str | None
    service_name: str | None
    starts_at: datetime | None
    kind: str


def lines_of(session: Session, payout_id: int) -> list[Line]:
    """What a payout is made of, the earliest visit first."""
    wanted = select(
        PayoutLine.cents, Appointment.public_id, Appointment.reference, Appointment.service_name, Appointment.starts_at, PayoutLine.kind
    )
    rows = wanted.outerjoin(Appointment, Appointment.id == PayoutLine.appointment_id).where(PayoutLine.payout_id == payout_id)
    return [Line(*row) for row in session.execute(rows.order_by(Appointment.starts_at, PayoutLine.id))]


def visits_by_id(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, str, datetime]]:
    """Public id, reference, service and start of visits, by row id."""
    wanted = select(Appointment.id, Appointment.public_id, Appointment.reference, Appointment.service_name, Appointment.starts_at)
    return {
        row.id: (row.public_id, row.reference, row.service_name, row.starts_at)
        for row in session.execute(wanted.where(Appointment.id.in_(ids)))
    }


def paid_out_parking(session: Session, appointment_id: int) -> bool:
    """Whether what parking cost at a visit is in a payout that stands."""
    wanted = select(PayoutLine.id).join(Payout, Payout.id == PayoutLine.payout_id)
    mine = wanted.where(PayoutLine.appointment_id == appointment_id, PayoutLine.kind == PARKING, Payout.state != FAILED)
    return session.scalar(mine.limit(1)) is not None


def years_of(session: Session, provider_id: int) -> list[Year]:
    """Card money of a provider by New York year, the newest first: what was taken, how often, what was paid out, what the fees were."""
    table = LedgerEntry.__table__.c
    wanted = select(table.key, table.debit, table.credit, table.amount_cents, table.at).where(table.provider_id == provider_id)
    sums: dict[int, list[int]] = {}
    for row in session.execute(wanted):
        year = sums.setdefault(row.at.astimezone(NEW_YORK).year, [0, 0, 0, 0])
        if row.debit == CARD and row.key.startswith("payment:"):
            year[0] += row.amount_cents
            year[1] += 1
        year[2] += row.amount_cents * ((row.debit == PAID_OUT) - (row.credit == PAID_OUT))
        year[3] += row.amount_cents * ((row.debit == PLATFORM_COSTS) - (row.credit == PLATFORM_COSTS))
    return [Year(year, *sums[year]) for year in sorted(sums, reverse=True) if any(sums[year])]


def payout_findings(session: Session, now: datetime) -> Iterator[str]:
    """Payouts whose lines are not their sum, whose entries are not their lines, and those that do not leave."""
    sums = select(PayoutLine.payout_id, func.sum(PayoutLine.cents).label("cents")).group_by(PayoutLine.payout_id).subquery()
    rows = select(Payout.public_id, Payout.amount_cents, func.coalesce(sums.c.cents, 0).label("lines"))
    for row in session.execute(
        rows.outerjoin(sums, sums.c.payout_id == Payout.id).where(Payout.amount_cents != func.coalesce(sums.c.cents, 0))
    ):
        yield f"payout {row.public_id} of {row.amount_cents} cents has lines of {row.lines}"
    standing = session.scalar(select(func.coalesce(func.sum(Payout.amount_cents), 0)).where(Payout.state != FAILED)) or 0
    table = LedgerEntry.__table__.c
    cents = select(func.coalesce(func.sum(table.amount_cents), 0)).where(table.memo.not_in((BACK, FOUND)))
    out = session.scalar(cents.where(table.debit == PAID_OUT)) or 0
    back = session.scalar(cents.where(table.credit == PAID_OUT)) or 0
    if out - back != standing:
        yield f"payouts of {standing} cents stand, the ledger says {out - back}"
    late = select(Payout.public_id, Payout.failure_code).where(Payout.state == ASKED, Payout.made_at < now - LONG)
    for row in session.execute(late.order_by(Payout.id)):
        yield f"payout {row.public_id} has not left ({row.failure_code})"
