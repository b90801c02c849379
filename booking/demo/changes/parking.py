"""What the house pays back of parking, so that a therapist who drives can send in a receipt."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.parking.models import ParkingTerms
from marketplace.kernel.walltime import local_day, to_minute

BY, AGO = "demo", timedelta(days=60)
VISIT_CENTS, MONTH_CENTS, DAYS = 3_000, 20_000, 14


def add_parking_terms(session: Session, public_id: str, now: datetime) -> None:
    """Thirty dollars a visit, two hundred a month, since two months."""
    session.add(
        ParkingTerms(
            public_id=public_id, starts_on=local_day(to_minute(now - AGO)), visit_cents=VISIT_CENTS, month_cents=MONTH_CENTS, days=DAYS,
            reason="Sample data.", made_by=BY, made_at=now - AGO,
        )
    )  # fmt: skip
