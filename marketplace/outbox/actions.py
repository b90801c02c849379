"""Sending what is due.

What holds: a letter has one key, is written once, and while no process dies it is handed to the mail server exactly once, whoever and how
many may be sending. A process that dies between claiming a letter and noting it as sent leaves it claimed; after `LEASE` another one sends
it, with the same Message-ID, so that a letter which the server had taken already is known as the same by whoever receives it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from marketplace.outbox.queries import due_letter_id, overdue_ids
from marketplace.outbox.rules import wait_refused, wait_unreachable
from marketplace.outbox.smtp_port import Envelope, Message, Unreachable

MOST_AT_ONCE = 500
LONGEST_ERROR = 200


@dataclass(frozen=True)
class Post:
    """How letters are made and handed over: `render` makes one of its kind and facts, `send` gives it to the mail server."""

    render: Callable[[str, Any], Message]
    send: Callable[[Envelope, Message], None]
    now: Callable[[], datetime] = field(kw_only=True)


@dataclass(frozen=True)
class _Claimed:
    id: int
    kind: str
    facts: Any
    envelope: Envelope
    attempts: int


def deliver_due(post: Post) -> int:
    """Send the letters that are due, the oldest first; gives how many left. Stops when the server cannot be reached."""
    _withdraw_overdue(post.now())
    sent = 0
    while sent < MOST_AT_ONCE and (claimed := _claim_next(post.now())):
        try:
            post.send(claimed.envelope, post.render(claimed.kind, claimed.facts))
        except Unreachable as error:
            _put_back(claimed, post.now(), wait_unreachable(claimed.attempts), str(error))
            break
        except Exception as error:  # noqa: BLE001 (one bad letter must not cost the others)
            _put_back(claimed, post.now(), wait_refused(claimed.attempts), type(error).__name__)
        else:
            _note_sent(claimed, post.now())
            sent += 1
    return sent


def _withdraw_overdue(now: datetime) -> None:
    overdue = overdue_ids(db.session(), now)
    db.session.rollback()
    if overdue:
        with transaction() as session:
            session.execute(update(Letter).where(Letter.id.in_(overdue), Letter.sent_at.is_(None)).values(withdrawn_at=now))


def _claim_next(now: datetime) -> _Claimed | None:
    due = db.session.scalar(due_letter_id(now))
    db.session.rollback()
    if due is None:
        return None
    with transaction() as session:
        letter_id = session.scalar(due_letter_id(now).with_for_update(skip_locked=True))
        letter = session.get(Letter, letter_id) if letter_id else None
        if letter is None:
            return None
        letter.claimed_at = now
        letter.attempts += 1
        envelope = Envelope(letter.recipient, letter.public_id, letter.created_at)
        return _Claimed(letter.id, letter.kind, letter.facts, envelope, letter.attempts)


def _note_sent(claimed: _Claimed, now: datetime) -> None:
    with transaction() as session:
        session.execute(update(Letter).where(Letter.id == claimed.id).values(sent_at=now, claimed_at=None, last_error=None))


def _put_back(claimed: _Claimed, now: datetime, wait: timedelta | None, error: str) -> None:
    facts: dict[str, Any] = {"claimed_at": None, "last_error": error[:LONGEST_ERROR]}
    facts |= {"withdrawn_at": now} if wait is None else {"send_after_at": now + wait}
    with transaction() as session:
        session.execute(update(Letter).where(Letter.id == claimed.id).values(**facts))
