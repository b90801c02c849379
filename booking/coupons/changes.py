"""What verbs about visits do to codes, inside the caller's transaction: a use is taken with the booking, and given back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.coupons.models import Coupon, CouponUse
from booking.coupons.queries import as_draft, find_by_code, used_before
from booking.coupons.rules import NOT_VALID, USED_UP, CouponDraft, normal
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault

PURPOSE = "coupon client"


def client_key(email: str) -> str:
    """By whom a code is used, without saying who that is."""
    return vault().fingerprint(email, PURPOSE)


def usable(
    session: Session, provider_id: int, typed: str, service: str, service_cents: int, *, email: str | None, now: datetime
) -> tuple[str, CouponDraft]:
    """The coupon of a code, by public id, if it may be used for this service now. Every other code is refused alike, `coupon_not_valid`."""
    row = find_by_code(session, provider_id, normal(typed))
    if row is not None:
        draft = as_draft(row)
        room = row.most_uses is None or row.uses < row.most_uses
        again = row.once_a_client and email is not None and used_before(session, row.id, client_key(email))
        if room and not again and draft.counts_for(service, service_cents, local_day(to_minute(now))):
            return row.public_id, draft
    raise Refused("coupon_not_valid", NOT_VALID, faults=[FieldFault("code", NOT_VALID)])


def take_use(session: Session, public_id: str, hold_id: int, email: str, now: datetime) -> None:
    """A booking uses a code. The database counts: of two who want the last one, one hears Conflict `coupon_gone`."""
    row = session.scalars(select(Coupon).where(Coupon.public_id == public_id)).one()
    room = or_(Coupon.most_uses.is_(None), Coupon.uses < Coupon.most_uses)
    counted = session.execute(update(Coupon).where(Coupon.id == row.id, room).values(uses=Coupon.uses + 1))
    if not getattr(counted, "rowcount", None):
        raise Conflict("coupon_gone", USED_UP)
    try:
        with session.begin_nested():
            session.add(CouponUse(coupon_id=row.id, hold_id=hold_id, client_key=client_key(email), once=row.once_a_client, used_at=now))
    except IntegrityError:
        raise Conflict("coupon_gone", USED_UP) from None


def return_use(session: Session, hold_id: int | None, now: datetime) -> None:
    """Nothing came of a booking and nothing is owed: its code may be used again. What was given back already stays so."""
    given = update(CouponUse).where(CouponUse.hold_id == hold_id, CouponUse.returned_at.is_(None)).values(returned_at=now)
    coupon_id = session.scalar(select(CouponUse.coupon_id).where(CouponUse.hold_id == hold_id))
    if coupon_id is not None and getattr(session.execute(given), "rowcount", None):
        session.execute(update(Coupon).where(Coupon.id == coupon_id).values(uses=Coupon.uses - 1))
