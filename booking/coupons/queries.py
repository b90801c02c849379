"""Codes as they are read."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from booking.coupons.models import Coupon, CouponUse
from booking.coupons.rules import CouponDraft
from marketplace.kernel.errors import NotFound


def as_draft(row: Coupon) -> CouponDraft:
    """What its provider stated."""
    return CouponDraft(
        row.code, row.percent, row.amount_cents, row.starts_on, row.ends_on, row.most_uses, row.once_a_client, tuple(row.services),
        row.least_cents,
    )  # fmt: skip


def list_coupons(session: Session, provider_id: int | None) -> list[Coupon]:
    """A provider's codes, the newest first, ended ones too."""
    return list(session.scalars(select(Coupon).where(Coupon.provider_id == provider_id).order_by(Coupon.id.desc())))


def get_coupon(session: Session, provider_id: int | None, public_id: str) -> Coupon:
    """One's own code. Raises NotFound."""
    found = session.scalar(select(Coupon).where(Coupon.provider_id == provider_id, Coupon.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such code.")
    return found


def find_by_code(session: Session, provider_id: int, code: str) -> Coupon | None:
    """A provider's code that was not ended."""
    return session.scalar(select(Coupon).where(Coupon.provider_id == provider_id, Coupon.code == code, Coupon.retired_at.is_(None)))


def has_codes(session: Session, provider_id: int) -> bool:
    """Whether a provider has any code that was not ended."""
    return bool(session.scalar(select(exists().where(Coupon.provider_id == provider_id, Coupon.retired_at.is_(None)))))


def used_before(session: Session, coupon_id: int, client_key: str) -> bool:
    """Whether a client has a booking with a code already."""
    return bool(
        session.scalar(
            select(exists().where(CouponUse.coupon_id == coupon_id, CouponUse.client_key == client_key, CouponUse.returned_at.is_(None)))
        )
    )
