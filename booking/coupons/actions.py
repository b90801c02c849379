"""What a provider does about their codes."""

from __future__ import annotations

from datetime import datetime

from booking.coupons.models import Coupon
from booking.coupons.queries import get_coupon, list_coupons
from booking.coupons.rules import CouponDraft
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Limited, Refused
from providers.registry.changes import note_deed, own_provider
from providers.registry.rules import Owner

MOST_CODES = 100


def make_coupon(owner: Owner, draft: CouponDraft, now: datetime) -> Coupon:
    """Give out a code. Raises Refused `invalid`, Conflict `code_taken`, Limited."""
    faults = [FieldFault(field, message) for field, message in draft.faults().items()]
    if faults:
        raise Refused("invalid", "Some of this cannot stand as it is.", faults=faults)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        known = list_coupons(session, provider.id)
        if any(one.code == draft.code for one in known):
            raise Conflict("code_taken", "You have, or had, a code like this. Choose another one.")
        if sum(one.retired_at is None for one in known) >= MOST_CODES:
            raise Limited("too_many_codes", f"You have {MOST_CODES} codes. End one first.")
        row = Coupon(
            provider_id=provider.id, code=draft.code, percent=draft.percent, amount_cents=draft.amount_cents, starts_on=draft.starts_on,
            ends_on=draft.ends_on, most_uses=draft.most_uses, once_a_client=draft.once_a_client, services=list(draft.services),
            least_cents=draft.least_cents, made_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        note_deed(session, provider, owner.actor, "code_made", now, coupon=row.public_id)
        return row


def retire_coupon(owner: Owner, public_id: str, now: datetime) -> None:
    """End a code: nobody can enter it any more; checkouts and visits that have it keep it. Raises NotFound."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        row = get_coupon(session, provider.id, public_id)
        if row.retired_at is None:
            row.retired_at = now
            note_deed(session, provider, owner.actor, "code_ended", now, coupon=public_id)
