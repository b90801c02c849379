"""The outbox, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.outbox.models import Letter
from marketplace.outbox.rules import LEASE

_OPEN = and_(Letter.sent_at.is_(None), Letter.withdrawn_at.is_(None), Letter.failed_at.is_(None))


def due_letter_id(now: datetime) -> Select[int]:
    """The statement that finds the letter to be sent next."""
    return (
        select(Letter.id)
        .where(
            _OPEN,
            Letter.send_after_at <= now,
            or_(Letter.claimed_at.is_(None), Letter.claimed_at <= now - LEASE),
            or_(Letter.send_before_at.is_(None), Letter.send_before_at > now),
        )
        .order_by(Letter.send_after_at, Letter.id)
        .limit(1)
    )


def overdue_ids(session: Session, now: datetime) -> Sequence[int]:
    """Unsent letters that help nobody any more."""
    return session.scalars(select(Letter.id).where(_OPEN, Letter.send_before_at <= now)).all()


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the letter that waits longest should have been on its way."""
    return session.scalar(select(func.min(Letter.send_after_at)).where(_OPEN, Letter.send_after_at <= now))


def given_up(session: Session, since: datetime) -> Iterator[str]:
    """One sentence, without names or addresses, for each letter given up since an instant."""
    wanted = select(Letter.public_id, Letter.kind, Letter.refusals, Letter.last_error).where(Letter.failed_at >= since)
    for row in session.execute(wanted.order_by(Letter.id)):
        yield f"letter {row.public_id} ({row.kind}) was given up after {row.refusals} refusals: {row.last_error}"


def newest_letters(session: Session, limit: int) -> Sequence[Letter]:
    """The newest letters first, sent or not."""
    return session.scalars(select(Letter).order_by(Letter.id.desc()).limit(limit)).all()


def get_letter(session: Session, public_id: str) -> Letter:
    """One letter. Raises NotFound."""
    letter = session.scalar(select(Letter).where(Letter.public_id == public_id))
    if letter is None:
        raise NotFound("not_found", "There is no such letter.")
    return letter
