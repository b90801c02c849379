"""Reminders that a physician's confirmation runs out."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.queries import get_account
from marketplace.db import db, transaction
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.models import Credential
from providers.credentials.rules.collaboration import reminder_due
from providers.registry.models import Provider
from providers.verification.queries.confirming import list_to_reconfirm

BATCH = 100
RECONFIRM = "reconfirm_collaboration"


def remind_to_reconfirm(base_url: str, now: datetime) -> int:
    """Tell providers 30 and 7 days before a confirmation runs out, once each; counts the confirmations looked at."""
    today, last_id, looked_at = local_day(to_minute(now)), 0, 0
    while batch := list_to_reconfirm(db.session(), today, last_id, BATCH):
        for credential_id, reconfirm_on in batch:
            days = reminder_due(today, reconfirm_on)
            if days is not None:
                _write(credential_id, days, base_url, now)
        last_id, looked_at = batch[-1][0], looked_at + len(batch)
    return looked_at


def _write(credential_id: int, days: int, base_url: str, now: datetime) -> None:
    with transaction() as session:
        credential = session.get_one(Credential, credential_id)
        provider = session.get_one(Provider, credential.provider_id)
        until = credential.reconfirm_on
        facts = {
            "name": provider.name,
            "day": until.isoformat() if until else "",
            "link": f"{base_url}/provider/credentials/{credential.public_id}/doctor",
        }
        key = f"{RECONFIRM}:{credential_id}:{until}:{days}"
        recipient = get_account(session, provider.account_id).email
        enqueue_letter(session, key=key, kind=RECONFIRM, recipient=recipient, facts=facts, now=now, about=credential.public_id)
