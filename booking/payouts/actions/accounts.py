"""A provider's account at Stripe: begun here, stated there, looked at until money can be sent."""

from __future__ import annotations

from datetime import datetime

from booking.payments.changes.ordering import make_instance
from booking.payments.stripe_port.connect import ConnectPort, SeenAccount
from booking.payouts.models import PayoutAccount
from booking.payouts.queries import find_account
from marketplace import audit
from marketplace.db import db, transaction
from providers.registry.changes import lock_provider


def begin_account(port: ConnectPort, provider_id: int, back: str, actor: str, now: datetime) -> str:
    """The address of Stripe's page where a provider sets up their account (made once, the first time) or changes it. Raises Unknown."""
    with transaction() as session:
        lock_provider(session, provider_id)
        row = find_account(session, provider_id)
        if row is None:
            row = PayoutAccount(provider_id=provider_id, begun_at=now)
            session.add(row)
            session.flush()
            audit.record(session, audit.Deed(now, actor, "payout_account.begun", "payout_account", row.public_id))
        elif row.ready:
            audit.record(session, audit.Deed(now, actor, "payout_account.opened", "payout_account", row.public_id))
        instance, public_id, account, ready = make_instance(session), row.public_id, row.account, row.ready
    if account is None:
        made = port.create_account(public_id, instance)
        _note(provider_id, made, now)
        account = made.id
    return port.account_url(account) if ready else port.onboarding_url(account, back)


def read_account(port: ConnectPort, provider_id: int, now: datetime) -> bool:
    """Look at a provider's account; gives whether money can be sent there. Raises Unknown, Missing."""
    row = find_account(db.session(), provider_id)
    account = None if row is None else row.account
    db.session.rollback()
    return False if account is None else _note(provider_id, port.read_account(account), now)


def _note(provider_id: int, seen: SeenAccount, now: datetime) -> bool:
    with transaction() as session:
        row = find_account(session, provider_id, lock=True)
        if row is None or row.account not in (None, seen.id):
            return False
        if row.ready != seen.ready:
            audit.record(session, audit.Deed(now, "stripe", "payout_account.read", "payout_account", row.public_id, {"ready": seen.ready}))
        row.account, row.ready, row.stated, row.read_at = seen.id, seen.ready, seen.stated, now
        return seen.ready
