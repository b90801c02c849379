"""Holding payouts against the transfers that Stripe has, and mending what differs. Nothing is ever sent from here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.payments.queries import find_instance
from booking.payments.stripe_port.connect import ConnectPort, SeenTransfer
from booking.payouts.changes import note_back, note_found, note_sent
from booking.payouts.models import Payout
from booking.payouts.queries import find_named, get_payout, payouts_since
from booking.payouts.rules import ASKED, FAILED
from marketplace.db import db, transaction
from providers.registry.changes import lock_provider

# A clock's and a list's own lateness.
MARGIN = timedelta(hours=1)
USD = "usd"


def compare_transfers(port: ConnectPort, since: datetime, now: datetime) -> Iterator[str]:
    """Look at all transfers of ours since an instant; gives a sentence for what is left to a person. Raises Unknown.

    Money that left is written down where we did not know of it, and money that came back too; nothing is sent or called back.
    """
    instance = find_instance(db.session())
    rows = [(row.public_id, str(row.transfer)) for row in payouts_since(db.session(), since + MARGIN)]
    db.session.rollback()
    if instance is None:
        return
    listed = [seen for seen in port.transfers_since(since) if seen.mark.instance == instance]
    for seen in sorted(listed, key=lambda one: (one.created_at, one.id)):
        yield from _hold(seen, now)
    names = {seen.id for seen in listed}
    for public_id, transfer in rows:
        if transfer not in names:
            yield f"payout {public_id}: Stripe has no transfer {transfer} of ours"


def _hold(seen: SeenTransfer, now: datetime) -> Iterator[str]:
    known = find_named(db.session(), seen.mark.ours or "")
    name, provider_id = (known.public_id, known.provider_id) if known is not None else ("", 0)
    db.session.rollback()
    if not name:
        yield f"transfer {seen.id} of {seen.amount_cents} cents to {seen.account} carries our mark, but no payout of ours asked for it"
        return
    with transaction() as session:
        lock_provider(session, provider_id)
        yield from list(_note(session, get_payout(session, name, lock=True), seen, now))


def _note(session: Session, payout: Payout, seen: SeenTransfer, now: datetime) -> Iterator[str]:
    """What a transfer says of the payout that asked for it, which is locked."""
    about = f"payout {payout.public_id}"
    if payout.transfer not in (None, seen.id):
        yield f"{about}: transfer {seen.id} of {seen.amount_cents} cents was sent beside its own, {payout.transfer}"
        return
    if (seen.amount_cents, seen.currency, seen.account) != (payout.amount_cents, USD, payout.account):
        asked = f"{payout.amount_cents} {USD} to {payout.account}"
        yield f"{about}: {asked} was asked for, transfer {seen.id} is of {seen.amount_cents} {seen.currency} to {seen.account}"
        return
    if payout.state == ASKED:
        note_sent(session, payout, seen.id, now)
    elif payout.state == FAILED and note_found(session, payout, seen.id, now):
        yield f"{about} had failed, transfer {seen.id} left all the same: the next payout is less by {seen.amount_cents} cents"
    back = note_back(session, payout, seen.id, seen.reversed_cents, now)
    if back:
        yield f"{about}: {back} cents of transfer {seen.id} were called back, so they count toward the next payout again"
