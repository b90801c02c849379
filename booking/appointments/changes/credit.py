"""Credit given, used and ended inside the caller's transaction: the row and the ledger say the same, and neither falls below zero."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.appointments.rules.credit import Pot, ends_at, take
from booking.ledger.changes import Whose, post
from booking.ledger.models import Credit
from booking.ledger.rules.entries import Group, credit_ended, credit_used, credited
from marketplace.db import wait_turn


def give_credit(session: Session, visit: Appointment, cents: int, doer: Doer, now: datetime) -> Credit | None:
    """The provider cancels: what their terms promised, once for a visit. Nothing where nothing was promised."""
    if cents <= 0:
        return None
    _post(session, visit, credited(visit.public_id, cents), doer, now)
    credit = Credit(
        person_id=visit.person_id, provider_id=visit.provider_id, appointment_id=visit.id, amount_cents=cents, left_cents=cents,
        issued_at=now, expires_at=ends_at(now),
    )  # fmt: skip
    session.add(credit)
    session.flush()
    return credit


def use_credit(session: Session, visit: Appointment, due_cents: int, doer: Doer, now: datetime) -> int:
    """Let credit with this provider pay for what is due; gives the cents. Two visits that end at once take turns."""
    wait_turn(session, f"credit {visit.person_id} {visit.provider_id}")
    mine = select(Credit).where(Credit.person_id == visit.person_id, Credit.provider_id == visit.provider_id, Credit.left_cents > 0)
    rows = {row.id: row for row in session.scalars(mine.with_for_update().execution_options(populate_existing=True))}
    used = take((Pot(row.id, row.left_cents, row.expires_at) for row in rows.values()), due_cents, now)
    for number, (row_id, cents) in enumerate(used, start=1):
        rows[row_id].left_cents -= cents
        _post(session, visit, credit_used(visit.public_id, number, cents), doer, now)
    session.flush()
    return sum(cents for _, cents in used)


def end_credit(session: Session, credit: Credit, visit: Appointment, by: str, now: datetime) -> None:
    """What is left has run out: the provider has it again."""
    post(session, credit_ended(visit.public_id, credit.left_cents), Whose(visit.id, visit.provider_id, visit.person_id), by, now)
    credit.left_cents = 0
    session.flush()


def _post(session: Session, visit: Appointment, group: Group, doer: Doer, now: datetime) -> None:
    post(session, group, Whose(visit.id, visit.provider_id, visit.person_id), doer.name, now)
