"""Reminding providers of credentials that end and that nothing follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.queries import CredentialOwner, credential_fact, list_own, list_owners_ending, load_policies, sent_reminders
from providers.credentials.rules.reminding import Reminder, due_reminders, was_known

KIND = "credential_ends"


def remind_of_ends(now: datetime, link: str) -> int:
    """Write the letters that are due today, each once; counts the providers who get one. `link` is where they look after it."""
    session, today = db.session(), local_day(to_minute(now))
    last = max(load_policies(session).on(today).reminder_days)
    owners = {owner.provider_id: owner for owner in list_owners_ending(session, today, last)}
    return one_by_one("remind of ends", list(owners), lambda provider_id: _remind(owners[provider_id], link, now))


def _remind(owner: CredentialOwner, link: str, now: datetime) -> bool:
    with transaction() as session:
        due = _due(session, owner, now)
        for key, reminder in due.items():
            kind = load_policies(session).newest.kinds[reminder.fact.kind]
            facts = {
                "name": owner.name,
                "title": kind.title,
                "technique": reminder.fact.technique,
                "last_day": reminder.last_day.isoformat(),
                "days_left": (reminder.last_day - local_day(to_minute(now))).days,
                "required": kind.required,
                "link": link,
            }
            enqueue_letter(session, key=key, kind=KIND, recipient=owner.email, facts=facts, now=now)
        return bool(due)


def _due(session: Session, owner: CredentialOwner, now: datetime) -> dict[str, Reminder]:
    """Reminders that are due and not written yet, by the key of their letter."""
    rows = list_own(session, owner.provider_id)
    facts = [credential_fact(row) for row in rows]
    row_of = {id(fact): row for fact, row in zip(facts, rows, strict=True)}
    due = {}
    for reminder in due_reminders(local_day(to_minute(now)), facts, load_policies(session)):
        row = row_of[id(reminder.fact)]
        verified_on = local_day(to_minute(row.verified_at)) if row.verified_at else None
        if was_known(reminder, verified_on):
            due[f"{KIND}:{row.id}:{reminder.last_day.isoformat()}:{reminder.days}"] = reminder
    written = sent_reminders(session, list(due))
    return {key: reminder for key, reminder in due.items() if key not in written}
