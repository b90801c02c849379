"""What the running application knows of payouts, and how they are told."""

from __future__ import annotations

from typing import Any

from booking.payments.forms import find_port
from booking.payments.stripe_port.connect import ConnectPort
from booking.payouts.models import Payout
from booking.payouts.queries import Line, find_account
from booking.payouts.rules import Year
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.webkit.filters import rfc3339
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_id

MISSING, BEGUN, READY, OFF = "missing", "begun", "ready", "off"


def find_connect() -> ConnectPort | None:
    """The door to Stripe for payouts, or None: cards are off."""
    port = find_port()
    return None if port is None else ConnectPort(port)


def own_provider_id() -> int:
    """The provider at the desk. Raises NotFound before the application was begun."""
    found = find_own_id(db.session(), desk_owner().account_id)
    if found is None:
        raise NotFound("not_found", "Begin your application first.")
    return found


def account_state(provider_id: int) -> str:
    """How a provider's account stands: `off` (no cards here), `missing`, `begun`, `ready`."""
    if find_port() is None:
        return OFF
    account = find_account(db.session(), provider_id)
    if account is None or account.account is None:
        return MISSING
    return READY if account.ready else BEGUN


def payout_answer(payout: Payout, provider: Provider | None = None, lines: list[Line] | None = None) -> dict[str, Any]:
    """A payout as JSON; `provider` for the staff, `lines` where it is shown alone."""
    answer: dict[str, Any] = {
        "id": payout.public_id, "week_of": payout.week_on.isoformat(), "amount_cents": payout.amount_cents, "currency": "USD",
        "state": payout.state, "failure": payout.failure_code, "made_at": rfc3339(payout.made_at), "changed_at": rfc3339(payout.changed_at),
    }  # fmt: skip
    if provider is not None:
        answer["provider"] = {"slug": provider.slug, "name": provider.name}
    if lines is not None:
        answer["lines"] = [
            {
                "amount_cents": one.cents, "appointment": one.visit, "reference": one.reference, "service_name": one.service_name,
                "starts_at": None if one.starts_at is None else rfc3339(one.starts_at), "kind": one.kind,
            }
            for one in lines
        ]  # fmt: skip
    return answer


def year_answer(year: Year) -> dict[str, Any]:
    """A year of card money as JSON."""
    return {
        "year": year.year, "gross_cents": year.gross_cents, "payments": year.count, "paid_out_cents": year.paid_out_cents,
        "fee_cents": year.fee_cents, "form_1099_k": year.reported,
    }  # fmt: skip
