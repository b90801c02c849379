"""Keeping answers, and forgetting them after a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from marketplace.db import transaction
from marketplace.idempotency.models import IdempotencyKey

KEPT = timedelta(hours=24)


def keep_answer(owner: str, key: str, status: int, answer: str) -> None:
    """Keep what was answered, for whoever asks again."""
    with transaction() as session:
        row = update(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
        session.execute(row.values(status=status, answer=answer))


def drop_key(owner: str, key: str) -> None:
    """The key is as if it had never been sent."""
    with transaction() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key))


def forget_old_keys(now: datetime) -> int:
    """Delete keys older than a day; counts them."""
    with transaction() as session:
        gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
        return int(getattr(gone, "rowcount", 0))
