"""What is said about packages, on pages and in JSON, and how they are told: the same values for both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.packages.actions.buying import order_card
from booking.packages.models import PackageOffer
from booking.packages.queries import Kept, get_kept, papers_of, uses_of
from booking.packages.rules import ACTIVE, CLIENT_ENDS, PROVIDER_ENDS, Offer, assess_end
from booking.payments.actions.settle import Settled, settle_payment
from booking.payments.forms import find_port
from booking.payments.queries import find_customer, find_kept_card
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.named import Card
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text, number_or_text
from providers.registry.forms import own_side

MOST_CENTS = 10_000_000
LONGEST_REASON = 200


def ends_as() -> str:
    """Whose end it is when the viewer ends a package."""
    return CLIENT_ENDS if viewer().role == "client" else PROVIDER_ENDS


def read_offer(body: Mapping[str, Any]) -> Offer:
    """The body of `POST /provider/package-offers`."""
    fields = Fields(body)
    offer = Offer(
        fields.text("service", longest=40),
        fields.integer("minutes", least=1, most=480),
        fields.integer("visits", least=1, most=1000),
        fields.integer("price_cents", least=1, most=MOST_CENTS),
        fields.integer("valid_months", least=1, most=1000),
    )
    fields.finish()
    return offer


def typed_offer(form: Mapping[str, str]) -> dict[str, Any]:
    """What somebody typed, for the same reader."""
    service, _, minutes = form.get("what", "").partition(":")
    return {
        "service": service,
        "minutes": number_or_text(minutes),
        "visits": number_or_text(form.get("visits", "")),
        "price_cents": cents_or_text(form.get("price", "")),
        "valid_months": number_or_text(form.get("valid_months", "")),
    }


def read_order(body: Mapping[str, Any]) -> str:
    """The body of `POST /packages`: which offer."""
    fields = Fields(body)
    offer = fields.text("offer", longest=24)
    fields.finish()
    return str(offer)


def chosen_card(person_id: int, name: str) -> Card:
    """The card that a client chose on a page: a kept one by our name of it, else one that they give on the card company's page."""
    kept, session = find_kept_card(db.session(), person_id, name), db.session()
    if kept is None:
        return Card(ON_PAGE, find_customer(session, person_id))
    return Card(str(kept.payment_method), kept.customer)


def ask_card(public_id: str, card: Card, now: datetime) -> Settled | None:
    """Ask a card of the viewer's for their order; None where Stripe does not answer and a job goes on.

    Raises NotFound, Conflict `wrong_state`, Refused `cards_off`.
    """
    port = find_port()
    get_kept(db.session(), public_id, **own_side())
    if port is None:
        raise Refused("cards_off", "Cards are not taken here. Pay your therapist.")
    payment = order_card(public_id, viewer().person_id or 0, card, viewer().actor, now)
    try:
        return settle_payment(port, payment, now)
    except Unknown:
        db.session.rollback()
        return None


def read_end(body: Mapping[str, Any]) -> int | None:
    """The body of `POST /packages/{id}/end`: what was shown to go back, if it was."""
    fields = Fields(body)
    expected = fields.integer("expected_refund_cents", None)
    fields.finish()
    return None if expected is None else int(expected)


def read_policy(body: Mapping[str, Any]) -> tuple[bool, str]:
    """The body of `PUT /admin/package-policy`."""
    fields = Fields(body)
    allowed, reason = fields.boolean("allowed"), fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return allowed, reason


def offer_answer(offer: PackageOffer) -> dict[str, Any]:
    """An offer as JSON."""
    return {
        "id": offer.public_id, "service": offer.service_code, "minutes": offer.minutes, "visits": offer.visits,
        "each_cents": offer.each_cents, "price_cents": offer.visits * offer.each_cents, "valid_months": offer.valid_months,
        "currency": "USD",
    }  # fmt: skip


def package_answer(kept: Kept, *, whole: bool = False) -> dict[str, Any]:
    """A package as JSON; `whole` with what used it and its papers."""
    package, worth = kept.package, kept.package.worth
    end = assess_end(worth, package.used, ends_as()) if package.state == ACTIVE else None
    answer: dict[str, Any] = {
        "id": package.public_id, "state": package.state, "provider": {"slug": kept.provider.slug, "name": kept.provider.name},
        "service": package.service_code, "service_name": package.service_name, "minutes": package.minutes, "visits": package.visits,
        "used": package.used, "left": kept.left, "each_cents": package.each_cents, "price_cents": package.visits * package.each_cents,
        "tax_cents": package.visits * package.each_tax_cents, "total_cents": worth.total_cents, "currency": "USD", "how": package.how,
        "ordered_at": rfc3339(package.ordered_at), "paid_at": None if package.paid_at is None else rfc3339(package.paid_at),
        "last_on": None if package.last_on is None else package.last_on.isoformat(), "ended_by": package.ended_by,
        "refund_cents": package.refund_cents, "refunded": package.refunded_at is not None,
        "refund_now_cents": None if end is None else end.refund_cents,
    }  # fmt: skip
    if viewer().role != "client":
        answer["client"] = {"name": kept.person.name}
    if whole:
        answer["uses"] = [
            {"appointment": use.visit, "reference": use.reference, "state": use.state, "used_at": rfc3339(use.used_at)}
            for use in uses_of(db.session(), package.id)
        ]
        answer["papers"] = [
            {"number": paper.name, "kind": paper.kind, "amount_cents": paper.amount_cents, "issued_at": rfc3339(paper.issued_at)}
            for paper in papers_of(db.session(), package.id)
        ]
    return answer
