"""Keys as they are read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.idempotency.models import IdempotencyKey


def find_key(session: Session, owner: str, key: str) -> IdempotencyKey | None:
    """What is known of a key of one owner."""
    wanted = select(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
    return session.scalar(wanted.execution_options(populate_existing=True))
