"""What verbs do to the outbox inside their own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.outbox.models import Letter


def enqueue_letter(
    session: Session,
    *,
    key: str,
    kind: str,
    recipient: str,
    facts: Mapping[str, object],
    now: datetime,
    about: str | None = None,
    send_after_at: datetime | None = None,
    send_before_at: datetime | None = None,
) -> None:
    """Write a letter unless one with `key` stands already; of two at once with one key, one is written.

    `kind` names the template `letters/KIND.txt`; `facts` is plain JSON for it. A letter not sent by `send_before_at` is withdrawn
    (a reminder of a visit that has begun helps nobody).
    """
    session.flush()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    letter = insert(Letter).values(
        key=key,
        kind=kind,
        about=about,
        recipient=recipient,
        facts=dict(facts),
        created_at=now,
        send_after_at=send_after_at or now,
        send_before_at=send_before_at,
    )
    session.execute(letter.on_conflict_do_nothing(index_elements=[Letter.key]))


def withdraw_letters(session: Session, *, about: str, kinds: tuple[str, ...], now: datetime) -> None:
    """Take back the unsent letters of these kinds about one object: no reminder after a cancellation or for an old time."""
    session.execute(
        update(Letter)
        .where(
            Letter.about == about,
            Letter.kind.in_(kinds),
            Letter.sent_at.is_(None),
            Letter.withdrawn_at.is_(None),
            Letter.failed_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
