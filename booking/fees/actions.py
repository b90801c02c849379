"""Announcing what the platform takes, and charging months."""

from __future__ import annotations

from datetime import datetime

from booking.fees.models import FeeAgreement
from booking.fees.queries import find_agreement, listed_providers
from booking.fees.rules import MONTHLY, Agreement, check_agreement, subscribed
from booking.ledger.changes import Whose, post
from marketplace import audit
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.walltime import local_day, to_minute

JOB = "job:subscriptions"


def announce_agreement(wanted: Agreement, reason: str, actor: str, now: datetime) -> FeeAgreement:
    """Say what is taken from a day on. What is booked until then keeps what was agreed. Raises Refused with the fields at fault."""
    check_agreement(wanted, local_day(to_minute(now)))
    signed = wanted.sign_off
    with transaction() as session:
        made = FeeAgreement(
            kind=wanted.kind, starts_on=wanted.starts_on, cents=wanted.cents, percent=wanted.percent, reason=reason, made_by=actor,
            made_at=now, signed_by=signed and signed.by, signed_on=signed and signed.on, sign_text=signed and signed.text,
        )  # fmt: skip
        session.add(made)
        session.flush()
        details = {
            "kind": made.kind,
            "cents": made.cents,
            "percent": made.percent,
            "starts_on": made.starts_on.isoformat(),
            "signed_by": made.signed_by,
        }
        audit.record(session, audit.Deed(now, actor, "fee.announced", "fee_agreement", made.public_id, details))
        return made


def charge_months(now: datetime) -> int:
    """Where a month is what is agreed on its first day, charge everyone who can be booked for it, once; counts them."""
    month = local_day(to_minute(now)).replace(day=1)
    agreed = find_agreement(db.session(), month)
    if agreed is None or agreed.kind != MONTHLY:
        db.session.rollback()
        return 0
    cents, slugs = agreed.cents, dict(listed_providers(db.session()))
    db.session.rollback()

    def charge(provider_id: int) -> bool:
        with transaction() as session:
            return post(session, subscribed(slugs[provider_id], month, cents), Whose(None, provider_id, None), JOB, now)

    return one_by_one("charge months", slugs, charge)
