"""Cards that are kept: by their owner's consent, once, whatever goes wrong on the way; and let go of."""

import pytest
from sqlalchemy import select

from booking.payments.actions.keep import settle_card
from booking.payments.actions.take_event import DONE, REPEATED, take_event
from booking.payments.changes.keeping import CardWish, let_go_of_card, order_card
from booking.payments.models import SavedCard, StripeCustomer
from booking.payments.queries import cards_of_person, find_kept_card, get_card, open_cards
from booking.payments.rules.keeping import CONSENT, ON_PAGE
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.reading import read_event
from booking.payments.stripe_port.values import Unknown
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from tests.factories import PersonFactory


@pytest.fixture
def keep(till, clock):
    """Write down that a card is to be kept; gives its public id."""
    person_id = PersonFactory().id

    def order(name: str = "pm_card_visa") -> str:
        with transaction() as session:
            return order_card(session, CardWish(person_id, name, "account:client"), clock.now).public_id

    order.person_id = person_id
    return order


def look(public_id: str) -> SavedCard:
    db.session.rollback()
    return get_card(db.session(), public_id)


def news(till, clock) -> list[str]:
    """Every event of Stripe's, as it would arrive."""
    return [take_event(till.port, read_event(till.double.webhook(event, "whsec")[0]), clock.now) for event in list(till.double.events)]


def test_a_card_is_kept_with_what_its_owner_agreed_to(till, keep, clock):
    public_id = keep()
    assert settle_card(till.port, public_id, clock.now).state == "kept"
    card = look(public_id)
    assert (card.brand, card.last_four, card.payment_method, card.next_try_at) == ("visa", "4242", "pm_card_visa", None)
    assert (card.consent_version, card.consent_by, card.created_at) == (CONSENT.version, "account:client", clock.now)
    made = next(call for call in till.double.calls if call.path == "/setup_intents")
    assert (made.words["usage"], made.words["metadata[ours]"], made.words["customer"]) == ("off_session", public_id, card.customer)
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_id == public_id).order_by(AuditEntry.id)).all()
    assert verbs == ["card_consented", "card_kept"]


def test_the_same_card_again_is_the_same(till, keep, clock):
    public_id = keep()
    settle_card(till.port, public_id, clock.now)
    assert keep() == public_id
    assert find_kept_card(db.session(), keep.person_id, public_id).public_id == public_id


def test_one_customer_a_person(till, keep, clock):
    for name in ("pm_card_visa", "pm_card_mastercard"):
        settle_card(till.port, keep(name), clock.now)
    assert len(db.session.scalars(select(StripeCustomer)).all()) == 1
    assert len(cards_of_person(db.session(), keep.person_id)) == 2


def test_a_declined_card_is_not_kept(till, keep, clock):
    public_id = keep("pm_card_chargeDeclined")
    kept = settle_card(till.port, public_id, clock.now)
    assert (kept.state, kept.failure_code, look(public_id).next_try_at) == ("failed", "generic_decline", None)
    assert cards_of_person(db.session(), keep.person_id) == []


def test_the_owner_must_act_and_acts(till, keep, clock):
    public_id = keep("pm_card_threeDSecure2Required")
    kept = settle_card(till.port, public_id, clock.now)
    assert (kept.state, kept.client_secret) == ("action_required", till.double.things[look(public_id).setup]["client_secret"])
    assert kept.action_url.endswith(f"/test-cards/bank/{look(public_id).setup}")
    assert till.double.act(look(public_id).setup) == till.port.back(public_id)
    assert settle_card(till.port, public_id, clock.now).state == "kept"


def test_whoever_does_not_come_back_is_not_waited_for(till, keep, clock):
    public_id = keep("pm_card_threeDSecure2Required")
    settle_card(till.port, public_id, clock.now)
    clock.advance(minutes=30)
    assert settle_card(till.port, public_id, clock.now).failure_code == "abandoned"
    assert open_cards(db.session()) == []


def test_on_stripes_own_page_another_card_may_be_tried(till, keep, clock):
    public_id = keep(ON_PAGE)
    kept = settle_card(till.port, public_id, clock.now)
    page = look(public_id).page
    assert (kept.state, kept.client_secret, kept.action_url.endswith(page)) == ("action_required", None, True)
    assert till.double.give_card(page, "pm_card_chargeDeclined") is None
    assert settle_card(till.port, public_id, clock.now).state == "action_required"
    assert till.double.give_card(page, "pm_card_mastercard") == till.port.back(public_id)
    assert settle_card(till.port, public_id, clock.now).state == "kept"
    assert (look(public_id).payment_method, look(public_id).last_four) == ("pm_card_mastercard", "4444")


@pytest.mark.parametrize("at", ["customers", "setup_intents", "payment_methods"])
@pytest.mark.parametrize("kind", ["lost", "dropped", "busy", "broken"])
def test_whatever_fails_on_the_way_one_card_is_kept(till, keep, clock, at, kind):
    public_id = keep()
    till.double.faults.append(Fault(kind, at))
    with pytest.raises(Unknown):
        settle_card(till.port, public_id, clock.now)
    assert open_cards(db.session(), clock.advance(minutes=1)) == [public_id]
    assert settle_card(till.port, public_id, clock.now).state == "kept"
    assert len([thing for thing in till.double.things.values() if thing["object"] == "setup_intent"]) == 1


def test_a_webhook_keeps_it_too_and_once(till, keep, clock):
    public_id = keep("pm_card_threeDSecure2Required")
    settle_card(till.port, public_id, clock.now)
    till.double.act(look(public_id).setup)
    assert DONE in news(till, clock)
    assert look(public_id).state == "kept"
    assert set(news(till, clock)) <= {REPEATED, "ignored"}


def test_a_removed_card_is_let_go_of_at_stripe(till, keep, clock):
    public_id = keep()
    settle_card(till.port, public_id, clock.now)
    with transaction() as session:
        let_go_of_card(session, get_card(session, public_id, lock=True), "account:client", clock.now)
    assert cards_of_person(db.session(), keep.person_id) == []
    assert settle_card(till.port, public_id, clock.now).state == "removed"
    assert till.double.calls[-1].path == "/payment_methods/pm_card_visa/detach"
    assert look(public_id).next_try_at is None
