"""Codes as they are stated on the page and by programs, and as they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.coupons.models import Coupon
from booking.coupons.queries import as_draft
from booking.coupons.rules import HIGHEST_CENTS, MOST_USES, CouponDraft, normal
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text, number_or_text

MOST_SERVICES = 40


def read_coupon(body: Mapping[str, Any]) -> CouponDraft:
    """The body of `POST /provider/codes`."""
    fields = Fields(body)
    draft = CouponDraft(
        code=normal(fields.text("code", longest=40) or ""),
        percent=fields.integer("percent", None, least=1, most=100),
        amount_cents=fields.integer("amount_cents", None, least=1, most=HIGHEST_CENTS),
        starts_on=fields.written_day("starts_on"),
        ends_on=fields.written_day("ends_on"),
        most_uses=fields.integer("most_uses", None, least=1, most=MOST_USES),
        once_a_client=fields.boolean("once_a_client", default=False),
        services=tuple(dict.fromkeys(fields.texts("services", []) or [])),
        least_cents=fields.integer("least_cents", 0, least=0, most=HIGHEST_CENTS) or 0,
    )
    if len(draft.services) > MOST_SERVICES:
        fields.fault("services", f"At most {MOST_SERVICES} services.")
    for field, message in draft.faults().items():
        fields.fault(field, message)
    fields.finish()
    return draft


def body_of_form(form: MultiDict[str, str]) -> dict[str, Any]:
    """The page's fields as a program would send them; an empty field is not there."""
    amount = form.get("amount", "").strip()
    kind = form.get("kind", "percent")
    body: dict[str, Any] = {
        "code": form.get("code", "").strip(),
        "percent": number_or_text(amount) if kind == "percent" else None,
        "amount_cents": cents_or_text(amount) if kind == "dollars" and amount else None,
        "starts_on": form.get("starts_on", "").strip() or None,
        "ends_on": form.get("ends_on", "").strip() or None,
        "most_uses": number_or_text(form.get("most_uses", "")),
        "once_a_client": "once_a_client" in form,
        "services": form.getlist("services"),
        "least_cents": cents_or_text(form["least"]) if form.get("least", "").strip() else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def coupon_answer(row: Coupon) -> dict[str, Any]:
    """A code as its provider sees it."""
    draft = as_draft(row)
    return {
        "id": row.public_id,
        "code": row.code,
        "percent": row.percent,
        "amount_cents": row.amount_cents,
        "starts_on": None if draft.starts_on is None else draft.starts_on.isoformat(),
        "ends_on": None if draft.ends_on is None else draft.ends_on.isoformat(),
        "most_uses": row.most_uses,
        "once_a_client": row.once_a_client,
        "services": list(draft.services),
        "least_cents": row.least_cents,
        "uses": row.uses,
        "made_at": rfc3339(row.made_at),
        "ended_at": None if row.retired_at is None else rfc3339(row.retired_at),
    }
