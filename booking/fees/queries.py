"""Agreements and agreed fees, read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.fees.models import FeeAgreement, VisitFee
from booking.fees.rules import in_force
from providers.registry.models import Provider
from providers.registry.rules import LISTED


def list_agreements(session: Session) -> Sequence[FeeAgreement]:
    """Every agreement, in the order in which they were written."""
    return session.scalars(select(FeeAgreement).order_by(FeeAgreement.id)).all()


def find_agreement(session: Session, day: date) -> FeeAgreement | None:
    """The agreement of a New York day; None where none has started."""
    rows = list_agreements(session)
    found = in_force([row.agreement for row in rows], day)
    return next((row for row in reversed(rows) if row.agreement == found), None)


def find_visit_fee(session: Session, appointment_id: int) -> VisitFee | None:
    """What was agreed for a visit; None where nothing is taken of it."""
    return session.get(VisitFee, appointment_id)


def listed_providers(session: Session) -> Sequence[tuple[int, str]]:
    """Row ids and public names of those who can be booked."""
    return [
        (row.id, row.slug)
        for row in session.execute(select(Provider.id, Provider.slug).where(Provider.state == LISTED).order_by(Provider.id))
    ]
