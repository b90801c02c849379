"""Claiming a key inside the transaction of the verb it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.idempotency.models import IdempotencyKey


class KeyTaken(Exception):
    """Another request with this key got there first; the caller's transaction must end."""


@dataclass(frozen=True)
class KeyClaim:
    """A key, whose it is, and the fingerprint of the request that carries it."""

    owner: str
    key: str
    request_hash: str
    at: datetime

    def __call__(self, session: Session) -> None:
        """Take the key in the running transaction: it stands or falls with the verb. Raises KeyTaken."""
        session.add(IdempotencyKey(owner=self.owner, key=self.key, request_hash=self.request_hash, created_at=self.at))
        try:
            session.flush()
        except IntegrityError as error:
            raise KeyTaken from error
