"""What is said about gift cards, on pages and in JSON, and how they are told: the same values for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.giftcards.actions.buying import Buyer, order_bank_card
from booking.giftcards.catalogue import law
from booking.giftcards.models import GiftCard, GiftCardMove
from booking.giftcards.queries import Kept, find_policy, get_kept, list_policies, moves_of, papers_of, refunds_of, sells_cards
from booking.giftcards.rules import LONGEST_MESSAGE, Gift, LawRow, Policy, law_on
from booking.payments.actions.settle import Settled, settle_payment
from booking.payments.forms import find_port
from booking.payments.queries import find_customer, find_kept_card
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.named import Card
from booking.payments.stripe_port.values import Unknown
from marketplace.accounts.contacts import read_email, read_name
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text
from providers.profiles.queries import get_listed_facts
from providers.profiles.rules import ProviderFacts
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

LONGEST_TYPED, LONGEST_REASON, LONGEST_NAME, LONGEST_ADDRESS, MOST_CENTS = 40, 200, 80, 254, 10_000_000
# Whoever tries codes has few tries, on pages and by program together.
few_codes = limiter.shared_limit("12 per hour", scope="gift card codes")
few_orders = limiter.shared_limit("10 per hour", scope="gift card orders")


def own_provider() -> int | None:
    """The viewer's row as a provider, where they have one."""
    return find_own_id(db.session(), desk_owner().account_id)


def own_person() -> int:
    """The person behind the request. Raises NotFound."""
    person_id = viewer().person_id
    if person_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    return person_id


def law_at(now: datetime) -> LawRow | None:
    """What the law says on the New York day of an instant."""
    return law_on(law(), local_day(to_minute(now)))


# --- read --------------------------------------------------------------------------------------------------------------------


def read_gift(body: Mapping[str, Any]) -> tuple[str, Gift]:
    """The body of `POST /gift-cards`: of which provider, and the card."""
    fields = Fields(body)
    slug = fields.text("provider", longest=80)
    gift = _gift(fields)
    fields.finish()
    return slug, gift


def _gift(fields: Fields) -> Gift:
    email = fields.text("to_email", None, longest=LONGEST_ADDRESS)
    day = fields.written_day("deliver_on")
    gift = Gift(
        fields.integer("amount_cents", least=1, most=MOST_CENTS),
        fields.text("to_name", None, longest=LONGEST_NAME),
        email,
        fields.text("from_name", None, longest=LONGEST_NAME),
        fields.text("message", None, longest=LONGEST_MESSAGE),
        day,
    )
    if email is not None:
        try:
            read_email(email)
        except Refused as refusal:
            fields.fault("to_email", refusal.sentence)
    elif day is not None:
        fields.fault("to_email", "Say to which address the letter goes on that day.")
    return gift


def gift_of_form(form: MultiDict[str, str]) -> tuple[Gift, Buyer]:
    """The page's fields, read as a program's are; whoever has no account gives a name and an address too. Raises Refused, Malformed."""
    own = form.get("own_amount", "").strip()
    picked = form.get("amount", "")
    cents: Any = cents_or_text(own) if picked in {"own", ""} else int(picked) if picked.isascii() and picked.isdigit() else picked
    body: dict[str, Any] = {"amount_cents": cents}
    words = ("to_name", "to_email", "from_name", "message", "deliver_on")
    body |= {name: form[name].strip() for name in words if form.get(name, "").strip()}
    fields = Fields(body)
    gift = _gift(fields)
    fields.finish()
    person_id = viewer().person_id if viewer().signed_in else None
    if person_id is not None:
        return gift, Buyer(person_id)
    return gift, Buyer(None, read_name(form.get("name", ""), "name"), read_email(form.get("email", ""), "email"))


def read_code(body: Mapping[str, Any]) -> str:
    """A body with one code."""
    fields = Fields(body)
    code = fields.text("code", longest=LONGEST_TYPED)
    fields.finish()
    return str(code)


def read_reason(body: Mapping[str, Any]) -> str:
    """The body of `POST /gift-cards/{id}/void`."""
    fields = Fields(body)
    reason = fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return str(reason)


def read_refund(body: Mapping[str, Any]) -> tuple[str, int | None]:
    """The body of `POST /gift-cards/{id}/refund`: why, and what was shown to be left, if it was."""
    fields = Fields(body)
    reason = fields.text("reason", longest=LONGEST_REASON)
    expected = fields.integer("expected_left_cents", None, least=1, most=MOST_CENTS)
    fields.finish()
    return str(reason), expected


def read_sells(body: Mapping[str, Any]) -> bool:
    """The body of `PUT /provider/gift-card-sale`."""
    fields = Fields(body)
    sells = fields.boolean("sells")
    fields.finish()
    return bool(sells)


def read_policy(body: Mapping[str, Any]) -> tuple[Policy, str]:
    """The body of `PUT /admin/gift-card-policy`."""
    fields = Fields(body)
    amounts = fields.raw("amounts", [])
    if not isinstance(amounts, list) or not all(type(one) is int for one in amounts):
        fields.fault("amounts", "This must be a list of amounts.")
        amounts = []
    least = fields.integer("least_cents", 2_500, least=1, most=MOST_CENTS)
    most = fields.integer("most_cents", 50_000, least=1, most=MOST_CENTS)
    policy = Policy(fields.boolean("allowed"), tuple(sorted(set(amounts))), least or 1, most or MOST_CENTS)
    reason = fields.text("reason", longest=LONGEST_REASON)
    for field, message in policy.faults().items() if least and most else ():
        fields.fault(field, message)
    fields.finish()
    return policy, str(reason)


def policy_of_form(form: MultiDict[str, str]) -> dict[str, Any]:
    """The staff's page as a program would send it."""
    amounts = [cents_or_text(one) for one in form.get("amounts", "").replace(",", " ").split()]
    return {
        "allowed": form.get("allowed") == "yes", "amounts": amounts, "least_cents": cents_or_text(form.get("least", "")),
        "most_cents": cents_or_text(form.get("most", "")), "reason": form.get("reason", "").strip(),
    }  # fmt: skip


# --- asked of a bank card ----------------------------------------------------------------------------------------------------


def chosen_card(person_id: int | None, name: str) -> Card:
    """The bank card that was chosen on a page: a kept one by our name of it, else one that is given on the card company's page."""
    session = db.session()
    kept = None if person_id is None else find_kept_card(session, person_id, name)
    if kept is None:
        return Card(ON_PAGE, None if person_id is None else find_customer(session, person_id))
    return Card(str(kept.payment_method), kept.customer)


def ask_card(public_id: str, card: Card, now: datetime, person_id: int | None) -> Settled | None:
    """Ask a bank card for an order, of one person where that is said; None where Stripe does not answer and a job goes on.

    Raises NotFound, Conflict `wrong_state`, Refused `cards_off`.
    """
    port = find_port()
    get_kept(db.session(), public_id, person_id=person_id)
    if port is None:
        raise Refused("cards_off", "Cards are not taken here. Pay the therapist.")
    payment = order_bank_card(public_id, card, viewer().actor, now, person_id=person_id)
    try:
        return settle_payment(port, payment, now)
    except Unknown:
        db.session.rollback()
        return None


# --- told --------------------------------------------------------------------------------------------------------------------


def sold_here(slug: str) -> tuple[ProviderFacts, Policy]:
    """A listed provider with what may be bought of them now; nothing where they sell none. Raises NotFound."""
    facts = get_listed_facts(db.session(), slug)
    policy = find_policy(db.session())
    return facts, policy if sells_cards(db.session(), facts.id) else Policy(allowed=False, amounts=(), least_cents=1, most_cents=1)


def offer_answer(policy: Policy) -> dict[str, Any]:
    """What may be bought, as JSON."""
    least, most = (policy.least_cents, policy.most_cents) if policy.allowed else (None, None)
    amounts = list(policy.amounts) if policy.allowed else []
    return {"sold": policy.allowed, "amounts": amounts, "least_cents": least, "most_cents": most, "currency": "USD"}


def card_answer(kept: Kept, *, whole: bool = False) -> dict[str, Any]:
    """A card as its buyer, its provider or the staff see it: never its code, and what is left is not the buyer's to know.

    `whole` with its numbered papers and what of it went back to the buyer.
    """
    card, buyer = kept.card, viewer().role == "client"
    answer: dict[str, Any] = {
        "id": card.public_id, "state": card.state, "provider": {"slug": kept.provider.slug, "name": kept.provider.name},
        "amount_cents": card.amount_cents, "currency": "USD", "how": card.how, "last_four": card.last_four,
        "deliver_on": None if card.deliver_on is None else card.deliver_on.isoformat(), "ordered_at": rfc3339(card.ordered_at),
        "paid_at": None if card.paid_at is None else rfc3339(card.paid_at),
    }  # fmt: skip
    if whole:
        answer |= {"papers": _papers(card), "refunds": _refunds(card)}
    if buyer:
        return answer | {"to_name": card.to_name, "to_email": card.to_email, "from_name": card.from_name, "message": card.message}
    answer |= {"left_cents": card.left_cents, "buyer": {"name": kept.person.name}}
    if viewer().role == "admin":
        answer |= {"void_reason": card.void_reason, "in_account": card.holder_id is not None}
    return answer


def _papers(card: GiftCard) -> list[dict[str, Any]]:
    return [
        {"number": one.name, "kind": one.kind, "amount_cents": one.amount_cents, "issued_at": rfc3339(one.issued_at)}
        for one in papers_of(db.session(), [card.id])
    ]


def _refunds(card: GiftCard) -> list[dict[str, Any]]:
    return [
        {"cents": one.cents, "reason": one.reason, "by_card": one.refund_id is not None, "at": rfc3339(one.at),
         "given_back_at": None if one.given_back_at is None else rfc3339(one.given_back_at)}
        for one in refunds_of(db.session(), [card.id])
    ]  # fmt: skip


def balance_answer(kept: Kept, moves: Sequence[GiftCardMove], now: datetime) -> dict[str, Any]:
    """What whoever holds a card may know: what is left and what moved, not for whose visits."""
    row = law_at(now)
    limit = 0 if row is None else row.cash_below_cents
    return {
        **_mine(kept.card), "provider": {"slug": kept.provider.slug, "name": kept.provider.name},
        "cash_on_request": 0 < kept.card.left_cents < limit, "history": [move_answer(one) for one in moves],
    }  # fmt: skip


def _mine(card: GiftCard) -> dict[str, Any]:
    return {
        "id": card.public_id, "amount_cents": card.amount_cents, "left_cents": card.left_cents, "currency": "USD",
        "last_four": card.last_four, "expires_on": None,
    }  # fmt: skip


def move_answer(one: GiftCardMove) -> dict[str, Any]:
    """One line of a card's history."""
    return {"kind": one.kind, "cents": one.cents, "at": rfc3339(one.at)}


def held_answers(rows: Iterable[Kept], now: datetime) -> list[dict[str, Any]]:
    """The cards of an account with their histories."""
    cards = list(rows)
    moves = moves_of(db.session(), [kept.card.id for kept in cards])
    return [balance_answer(kept, moves[kept.card.id], now) for kept in cards]


def policy_answer() -> dict[str, Any]:
    """What may be sold, and what was said about that."""
    session = db.session()
    said = [
        {"allowed": one.allowed, "amounts": list(one.amounts), "least_cents": one.least_cents, "most_cents": one.most_cents,
         "reason": one.reason, "by": one.by, "at": rfc3339(one.at)}
        for one in list_policies(session)
    ]  # fmt: skip
    policy = find_policy(session)
    return {
        "allowed": policy.allowed, "amounts": list(policy.amounts), "least_cents": policy.least_cents, "most_cents": policy.most_cents,
        "history": said,
    }  # fmt: skip
