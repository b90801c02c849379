"""Payments whose ends Stripe alone has seen: what its events tell, and everything that counts once they were heard."""

import json
import random
from collections import Counter
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select

from booking.payments.models import Dispute, Payment, Refund
from marketplace.db import db
from tests.support.cards import Till, balances, letters
from tests.support.endings import finish

SECRET, THIEF = "whsec_of_the_tests", "whsec_of_a_thief"
Event = dict[str, object]


def many_endings(till: Till, name: str = "") -> None:
    """Payments that end in every way, none of whose ends we noted ourselves. `name` tells one telling of it from another."""
    acting = {"payment_method": "pm_card_threeDSecure2Required"}
    for number in range(4):
        till.double.act(till.look(till.pay(cause=f"{name}act:{number}", **acting)).intent)
    refunded = till.pay(cause=f"{name}refunded")
    till.double.by_hand(till.look(refunded).intent, 5_000)
    till.double.by_hand(till.look(refunded).intent, 2_000)
    late = till.pay(cause=f"{name}late", **acting)
    till.release(late)
    till.double.act(till.look(late).intent)
    till.double.dispute(till.look(till.pay(cause=f"{name}disputed")).intent)


def few_endings(till: Till, name: str = "") -> None:
    """Two of them: the client acts at their bank and a part goes back on Stripe's own pages, and money that comes too late."""
    acting = {"payment_method": "pm_card_threeDSecure2Required"}
    refunded = till.pay(cause=f"{name}refunded", **acting)
    till.double.act(till.look(refunded).intent)
    till.double.by_hand(till.look(refunded).intent, 2_000)
    late = till.pay(cause=f"{name}late", **acting)
    till.release(late)
    till.double.act(till.look(late).intent)


def picture(name: str = "") -> tuple[object, ...]:
    """Everything that counts, without instants and names: payments and refunds of one telling, and all accounts, letters and disputes."""
    db.session.rollback()
    rows = db.session.scalars(select(Payment).where(Payment.cause.startswith(name))).all()
    payments = sorted((row.cause.removeprefix(name), row.state, row.captured_cents, row.refunded_cents) for row in rows)
    back = db.session.scalars(select(Refund).where(Refund.payment_id.in_([row.id for row in rows])))
    refunds = sorted((row.amount_cents, row.state) for row in back)
    disputes = db.session.scalar(select(func.count()).select_from(Dispute)) or 0
    return payments, refunds, sorted(balances().items()), letters("payment_received"), letters("refund_sent"), disputes


def came_to(before: tuple[object, ...], now: tuple[object, ...]) -> tuple[object, ...]:
    """One telling alone: its payments and refunds, and by how much accounts, letters and disputes have grown since `before`."""
    (_, _, accounts, *figures), (payments, refunds, fresh, *grown) = before, now
    moved = Counter(dict(fresh))
    moved.subtract(dict(accounts))
    sums = sorted((account, cents) for account, cents in moved.items() if cents)
    return payments, refunds, sums, *(more - less for more, less in zip(grown, figures, strict=True))


def shuffled(dice: random.Random, events: list[Event]) -> list[tuple[Event, bool]]:
    """Each event once, every second one again, in any order; between them forgeries, as (event, is it genuine)."""
    genuine = [(event, True) for event in [*events, *dice.choices(events, k=len(events) // 2)]]
    forged = [({**dice.choice(events), "id": f"evt_forged_{number}", "type": "payment_intent.canceled"}, False) for number in range(2)]
    return dice.sample([*genuine, *forged], len(genuine) + len(forged))


def deliver(client: FlaskClient, till: Till, dice: random.Random, events: list[Event]) -> Counter[str]:
    """Post all of them; counts the answers. A forgery is signed by a thief, or has a genuine signature over other words."""
    said: Counter[str] = Counter()
    for event, is_genuine in shuffled(dice, events):
        body, signature = till.double.webhook(event, SECRET if is_genuine else dice.choice([SECRET, THIEF]))
        if not is_genuine:
            body = json.dumps({**event, "livemode": True}).encode()
        answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
        assert answer.status_code == (200 if is_genuine else 400)
        said["genuine" if is_genuine else "forged"] += 1
    return said


def tell(
    client: FlaskClient, till: Till, dice: random.Random, endings: Callable[[Till, str], None], name: str
) -> tuple[Counter[str], tuple[object, ...]]:
    """One telling of payments of its own, and then of what followed from it (what came too late goes back); the answers, and what came of it."""
    before, first = picture(name), len(till.double.events)
    endings(till, name)
    said = deliver(client, till, dice, till.double.events[first:])
    first = len(till.double.events)
    finish(till)
    said += deliver(client, till, dice, till.double.events[first:])
    return said, came_to(before, picture(name))
