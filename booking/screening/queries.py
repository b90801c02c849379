"""Screenings as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.screening.models import Clearance, ClearanceDecision, Prescription, Screening
from booking.screening.rules.clearances import ACCEPT, SUBMITTED
from marketplace.kernel.errors import NotFound


def find_screening(session: Session, public_id: str, person_id: int) -> Screening | None:
    """A person's own screening."""
    return session.scalar(select(Screening).where(Screening.public_id == public_id, Screening.person_id == person_id))


def find_newest(session: Session, person_id: int, now: datetime) -> Screening | None:
    """A person's newest screening that still counts."""
    return session.scalar(
        select(Screening).where(Screening.person_id == person_id, Screening.valid_until_at > now).order_by(Screening.id.desc()).limit(1)
    )


def get_prescription(session: Session, public_id: str, person_id: int, *, lock: bool = False) -> Prescription:
    """A person's own prescription. Raises NotFound."""
    mine = select(Prescription).where(Prescription.public_id == public_id, Prescription.person_id == person_id)
    found = session.scalar(mine.with_for_update() if lock else mine)
    if found is None:
        raise NotFound("not_found", "There is no such prescription.")
    return found


def list_prescriptions(session: Session, person_id: int) -> Sequence[Prescription]:
    """A person's prescriptions, the newest first."""
    return session.scalars(select(Prescription).where(Prescription.person_id == person_id).order_by(Prescription.id.desc())).all()


def get_clearance(session: Session, public_id: str) -> Clearance:
    """A clearance; whose it is and who may see it was or will be decided elsewhere. Raises NotFound."""
    found = session.scalar(select(Clearance).where(Clearance.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such clearance.")
    return found


def list_clearances(session: Session, person_id: int) -> Sequence[Clearance]:
    """A person's clearances, the newest first, those that somebody was asked for among them."""
    return session.scalars(select(Clearance).where(Clearance.person_id == person_id).order_by(Clearance.id.desc())).all()


def newest_decisions(session: Session, clearance_ids: Sequence[int]) -> dict[int, dict[int, ClearanceDecision]]:
    """By clearance and by therapist what that therapist decided last."""
    rows = select(ClearanceDecision).where(ClearanceDecision.clearance_id.in_(clearance_ids)).order_by(ClearanceDecision.id)
    found: dict[int, dict[int, ClearanceDecision]] = {}
    for row in session.scalars(rows):
        found.setdefault(row.clearance_id, {})[row.provider_id] = row
    return found


def cleared_codes(session: Session, person_id: int, day: date, provider_id: int | None = None) -> frozenset[str]:
    """The codes that clearances in force on a New York day lift: those this therapist has taken, or (None) any therapist has."""
    standing = select(Clearance).where(
        Clearance.person_id == person_id, Clearance.state == SUBMITTED, Clearance.signed_on <= day, Clearance.expires_on >= day
    )
    rows = session.scalars(standing).all()
    decisions = newest_decisions(session, [row.id for row in rows]) if rows else {}
    taken = [row for row in rows if _taken(decisions.get(row.id, {}), provider_id)]
    return frozenset(code for row in taken for code in row.covers)


def _taken(decisions: dict[int, ClearanceDecision], provider_id: int | None) -> bool:
    mine = decisions.values() if provider_id is None else [decisions[provider_id]] if provider_id in decisions else []
    return any(one.decision == ACCEPT for one in mine)
