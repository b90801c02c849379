"""Sending what is due.

What holds: a letter has one key, is written once, and while no process dies it is handed to the mail server exactly once, whoever and how
many may be sending. A process that dies between claiming a letter and noting it as sent leaves it claimed; after `LEASE` another one sends
it, with the same Message-ID, so that a letter which the server had taken already is known as the same by whoever receives it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from marketplace.outbox.queries import due_letter_id, overdue_ids
from marketplace.outbox.rules import wait_refused, wait_unreachable
from marketplace.outbox.smtp_port import Envelope, Message, Unreachable

log = logging.getLogger(__name__)
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
    attempts: int
    refusals: int


def deliver_due(post: Post) -> int:
    """Send the letters that are due, the oldest first; gives how many left. Stops when the server cannot be reached."""
    _withdraw_overdue(post.now())
    sent = 0
    while sent < MOST_AT_ONCE and (claimed := _claim_next(post.now())):
        try:
            _send(post, claimed.id)
        except Unreachable as error:
            _put_back(claimed, str(error), send_after_at=post.now() + wait_unreachable(claimed.attempts))
            break
        except Exception as error:  # noqa: BLE001 (one bad letter must not cost the others)
            db.session.rollback()
            _refuse(claimed, post.now(), type(error).__name__)
        else:
            _note_sent(claimed, post.now())
            sent += 1
    return sent


def _send(post: Post, letter_id: int) -> None:
    """Open the letter's seals only here: one that cannot be opened fails alone."""
    letter = db.session.get_one(Letter, letter_id, populate_existing=True)
    envelope, kind, facts = Envelope(letter.recipient, letter.public_id, letter.created_at), letter.kind, letter.facts
    db.session.rollback()
    post.send(envelope, post.render(kind, facts))


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
        if letter_id is None:
            return None
        mark = update(Letter).where(Letter.id == letter_id).values(claimed_at=now, attempts=Letter.attempts + 1)
        session.execute(mark.execution_options(synchronize_session=False))
        counts = session.execute(select(Letter.attempts, Letter.refusals).where(Letter.id == letter_id)).one()
        return _Claimed(letter_id, counts.attempts, counts.refusals)


def _note_sent(claimed: _Claimed, now: datetime) -> None:
    with transaction() as session:
        session.execute(update(Letter).where(Letter.id == claimed.id).values(sent_at=now, claimed_at=None, last_error=None))


def _refuse(claimed: _Claimed, now: datetime, error: str) -> None:
    """Later and later, and in the end never again: a letter given up stays, for people to see."""
    refusals = claimed.refusals + 1
    wait = wait_refused(refusals)
    log.warning("letter %s: refusal %s, %s", claimed.id, refusals, error)
    _put_back(claimed, error, refusals=refusals, **({"failed_at": now} if wait is None else {"send_after_at": now + wait}))


def _put_back(claimed: _Claimed, error: str, **facts: Any) -> None:
    with transaction() as session:
        values = {"claimed_at": None, "last_error": error[:LONGEST_ERROR], **facts}
        session.execute(update(Letter).where(Letter.id == claimed.id).values(**values))
