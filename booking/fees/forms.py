"""What is said about the platform's fee, on the page and in JSON, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking.fees.models import FeeAgreement
from booking.fees.rules import KINDS, Agreement, SignOff, words
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text, number_or_text

LONGEST_REASON, LONGEST_SIGN_OFF = 200, 2000


def read_agreement(body: Mapping[str, Any]) -> tuple[Agreement, str]:
    """The body of `POST /admin/platform-fee`: the agreement, and why."""
    fields = Fields(body)
    kind, starts_on = fields.choice("kind", KINDS), fields.day("starts_on")
    cents, percent = fields.integer("cents", 0), fields.integer("percent", 0, most=100)
    by, on = fields.text("signed_by", None, longest=120), fields.day("signed_on", None)
    text, reason = fields.text("sign_text", None, longest=LONGEST_SIGN_OFF), fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    signed = SignOff(by, on, text or "") if by and on else None
    return Agreement(kind, starts_on, cents, percent, signed), reason


def typed_agreement(form: Mapping[str, str]) -> dict[str, Any]:
    """What somebody typed, for the same reader; what was left empty was not said."""
    said = {name: form.get(name, "").strip() or None for name in ("kind", "starts_on", "signed_by", "signed_on", "sign_text", "reason")}
    return {**said, "cents": cents_or_text(form.get("cents", "")), "percent": number_or_text(form.get("percent", ""))}


def agreement_answer(row: FeeAgreement, *, whole: bool = False) -> dict[str, Any]:
    """An agreement as JSON; `whole` with who said so and who signed off, for the staff."""
    answer: dict[str, Any] = {
        "kind": row.kind, "starts_on": row.starts_on.isoformat(), "cents": row.cents, "percent": row.percent, "currency": "USD",
        "words": words(row.agreement),
    }  # fmt: skip
    if whole:
        signed = None if row.signed_on is None else {"by": row.signed_by, "on": row.signed_on.isoformat(), "text": row.sign_text}
        answer |= {"reason": row.reason, "made_by": row.made_by, "sign_off": signed}
    return answer
