"""What is left of a gift card goes back to whoever bought it, by the way it came, once, never more than came; and its numbered papers."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import Handing, offer_handover
from booking.appointments.actions.pay_by_gift import GiftWish, put_in_card
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.history import Doer
from booking.giftcards.actions.buying import Buyer, order_bank_card, order_gift, record_gift_sale
from booking.giftcards.actions.holding import add_to_account, look_up, void_card
from booking.giftcards.actions.refunding import record_given_back, refund_card
from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.models import GiftCard, GiftCardMove, GiftCardPaper, GiftCardRefund
from booking.giftcards.queries import gift_findings, papers_of
from booking.giftcards.rules import Gift, Policy
from booking.payments.commands import reconcile_all
from booking.payments.forms import KEY
from booking.payments.models import Payment, Refund
from booking.payments.rules.named import Card
from booking.payments.stripe_port.double import Fault
from booking.upkeep.queries import findings
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.outbox.models import Letter
from tests.factories import bookable_provider
from tests.support.cards import Till, balances, port_to
from tests.support.clocks import START
from tests.support.endings import finish
from tests.support.killing import Killer, killed
from tests.support.visits import BASE_URL, CLIENT, book_hold, hold_visit, visit_of

ADMIN = Doer("admin", "account:admin")
DAY = START + timedelta(days=2)
WHY = "It was bought twice."


@pytest.fixture
def anna(ctx):
    """A therapist who sells gift cards."""
    allow_cards(Policy(allowed=True, amounts=(10_000,), least_cents=1_000, most_cents=50_000), "To try it out.", "account:admin", START)
    provider = bookable_provider(slug="anna", name="Anna Alder")
    sell_cards(provider.id, "account:anna", START, sells=True)
    return provider


@pytest.fixture
def killer():
    return Killer()


@pytest.fixture
def till(app, ctx, clock, killer):
    made = Till(clock)
    made.port = port_to(made.double, killer)
    app.extensions[KEY] = made.port
    return made


def ordered(anna, cents=10_000):
    buyer = Buyer(None, "Bea Birch", "bea@licensedhands.test")
    return order_gift(anna.id, Gift(cents), buyer, "anonymous", START).card.public_id


def bought(anna, cents=10_000):
    """A card that was paid to the therapist; gives its public id and its code."""
    card = ordered(anna, cents)
    return card, record_gift_sale(card, anna.id, "cash", "account:anna", START)[1]


def by_card(till, anna, cents=10_000):
    """A card that was paid with a bank card; gives its public id and the code of its letter."""
    card = ordered(anna, cents)
    till.settle(order_bank_card(card, Card("pm_card_visa"), "anonymous", START))
    db.session.rollback()
    return card, db.session.scalars(select(Letter).where(Letter.kind == "gift_card_given").order_by(Letter.id.desc())).first().facts["code"]


def booked_with(anna, sam, code, at=DAY):
    hold = hold_visit(anna, sam, at, START)
    put_in_card(hold.public_id, sam.id, GiftWish(code), CLIENT, START)
    return visit_of(book_hold(hold, sam, START))


def now_of(public_id):
    db.session.rollback()
    return db.session.scalars(select(GiftCard).where(GiftCard.public_id == public_id).execution_options(populate_existing=True)).one()


def give_back(card, **other):
    return refund_card(card, WHY, "account:admin", START, **other)


def kinds():
    db.session.rollback()
    return sorted(db.session.scalars(select(Letter.kind)))


def nothing_found():
    db.session.rollback()
    assert list(findings(db.session(), START)) == []


# --- the way back ------------------------------------------------------------------------------------------------------------------


def test_card_money_goes_back_to_the_card(till, anna):
    card, code = by_card(till, anna)
    give_back(card, expected_left_cents=10_000)
    assert (now_of(card).left_cents, balances()) == (0, {"card_clearing": 10_000, "refunds_owed": -10_000})
    finish(till)
    assert (till.double.captured(), till.double.refunded(), balances()) == (10_000, 10_000, {})
    assert [one for one in kinds() if "refund" in one] == ["gift_card_refunded", "provider_gift_card_refunded", "refund_sent"]
    assert look_up(db.session(), code).card.left_cents == 0
    nothing_found()


def test_what_the_therapist_has_they_give_back_and_record_once(anna):
    card, _code = bought(anna)
    give_back(card)
    assert balances() == {"cash_at_visit": 10_000, "refunds_owed": -10_000}
    with pytest.raises(NotFound):
        record_given_back(card, bookable_provider(slug="cora").id, "account:cora", START)
    record_given_back(card, anna.id, "account:anna", START)
    assert balances() == {}
    with pytest.raises(Conflict):
        record_given_back(card, anna.id, "account:anna", START)
    nothing_found()


def test_of_a_partly_used_card_what_is_left_goes_back_and_the_visit_stays_paid(till, anna, sam):
    card, code = by_card(till, anna, 20_000)
    visit = booked_with(anna, sam, code)
    give_back(card)
    finish(till)
    assert (till.double.refunded(), now_of(card).left_cents) == (3_280, 0)
    assert balances() == {"card_clearing": 16_720, "gift_aside": -16_720}
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START)
    assert now_of(card).left_cents == 16_720, "what the visit gives back is on the card again"
    nothing_found()
    give_back(card)
    finish(till)
    assert (till.double.captured(), till.double.refunded(), balances()) == (20_000, 20_000, {})
    nothing_found()


def test_of_a_replaced_card_it_goes_to_the_card_that_paid_for_the_first(till, anna):
    card, _code = by_card(till, anna)
    fresh = void_card(card, "It was stolen.", "account:admin", START).card.public_id
    with pytest.raises(Conflict, match="wrong_state"):
        give_back(card)
    give_back(fresh)
    finish(till)
    assert (till.double.refunded(), now_of(fresh).left_cents) == (10_000, 0)
    nothing_found()


def test_whoever_has_it_in_their_account_hears_that_it_has_ended(anna, sam):
    card, code = bought(anna)
    add_to_account(code, sam.id, "account:sam", START)
    give_back(card)
    letters = {one.kind: one.recipient for one in db.session.scalars(select(Letter))}
    assert (letters["gift_card_gone"], letters["gift_card_refunded"]) == (sam.email, "bea@licensedhands.test")


# --- refused -----------------------------------------------------------------------------------------------------------------------


def test_not_what_is_not_paid_not_twice_and_not_another_figure_than_was_shown(anna, sam):
    with pytest.raises(Conflict, match="wrong_state"):
        give_back(ordered(anna))
    card, code = bought(anna, 20_000)
    booked_with(anna, sam, code)
    with pytest.raises(Stale) as stale:
        give_back(card, expected_left_cents=20_000)
    assert stale.value.details == {"left_cents": 3_280}
    give_back(card)
    with pytest.raises(Conflict, match="nothing_left"):
        give_back(card)
    nothing_found()


def test_not_while_a_bank_has_taken_the_money(till, anna):
    card, _code = by_card(till, anna)
    till.double.dispute(db.session.scalars(select(Payment)).one().intent)
    list(reconcile_all(till.port, till.clock.now, till.clock.now - timedelta(days=1)))
    with pytest.raises(Conflict, match="disputed"):
        give_back(card)
    assert now_of(card).left_cents == 10_000


def test_the_database_lets_nothing_of_it_be_changed(anna):
    card, _code = bought(anna)
    give_back(card)
    for change in (
        delete(GiftCardRefund), update(GiftCardRefund).values(cents=1), update(GiftCardPaper).values(amount_cents=1), delete(GiftCardPaper),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(change)
        db.session.rollback()


def test_the_check_sees_cents_that_left_a_card_and_were_not_ordered_back(anna):
    card, _code = bought(anna)
    with transaction() as session:
        session.add(GiftCardMove(card_id=now_of(card).id, kind="refunded", cents=-1_000, by="somebody", at=START))
    assert any("1000 cents to its buyer, 0 were ordered back" in one for one in gift_findings(db.session()))


# --- killed ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_call_it_goes_back_once(till, anna, killer, when):
    card, _code = by_card(till, anna)
    give_back(card)
    killer.left, killer.when = 1, when
    assert killed(lambda: finish(till))
    assert now_of(card).left_cents == 0
    killer.left = None
    till.clock.advance(minutes=5)
    assert list(reconcile_all(till.port, till.clock.now, till.clock.now - timedelta(days=1))) == []
    assert (till.double.captured(), till.double.refunded(), balances()) == (10_000, 10_000, {})
    assert kinds().count("refund_sent") == 1
    nothing_found()


@pytest.mark.parametrize("kind", ["lost", "dropped", "broken"])
def test_an_answer_that_is_lost_is_found_again(till, anna, kind):
    card, _code = by_card(till, anna)
    give_back(card)
    till.double.faults.append(Fault(kind, "refunds"))
    for _hour in range(2):
        till.clock.advance(hours=1)
        list(reconcile_all(till.port, till.clock.now, till.clock.now - timedelta(days=1)))
    assert (till.double.refunded(), balances()) == (10_000, {})
    assert db.session.scalars(select(Refund)).one().state == "succeeded"


# --- papers ------------------------------------------------------------------------------------------------------------------------


def test_papers_are_numbered_without_a_gap_and_never_say_a_code_or_a_name(anna):
    first, code = bought(anna)
    second, _code = bought(anna, 5_000)
    ordered(anna)
    give_back(first)
    papers = papers_of(db.session(), [now_of(first).id, now_of(second).id])
    assert [(one.name, one.kind, one.amount_cents) for one in papers] == [
        ("anna-gift-cards-2027-0001", "receipt", 10_000),
        ("anna-gift-cards-2027-0002", "receipt", 5_000),
        ("anna-gift-cards-2027-0003", "credit_note", 10_000),
    ]
    said = str([one.content for one in papers])
    assert (code in said, "Bea" in said) == (False, False)


def test_the_order_that_went_back_at_once_has_none(till, anna):
    """A bank card that was declined gives no paper, one that pays gives one."""
    card = ordered(anna)
    till.settle(order_bank_card(card, Card("pm_card_chargeDeclined"), "anonymous", START))
    assert papers_of(db.session(), [now_of(card).id]) == []
    till.settle(order_bank_card(card, Card("pm_card_visa"), "anonymous", START))
    assert len(papers_of(db.session(), [now_of(card).id])) == 1


# --- handed over -------------------------------------------------------------------------------------------------------------------


def test_a_visit_that_it_pays_for_is_handed_over_once_the_card_has_its_money_back(anna, sam):
    """The card is owed by one therapist: a colleague is not paid with it."""
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    cora = bookable_provider(slug="cora", name="Cora Cole")
    with pytest.raises(Refused, match="paid_by_gift_card") as refused:
        offer_handover(visit.public_id, Handing(cora.slug, "Anna is ill."), ADMIN, BASE_URL, START)
    assert "owed by this therapist" in refused.value.sentence
    refund(visit.public_id, Refunding(10_000, "A colleague comes, and the card is Anna's."), ADMIN, START)
    assert now_of(card).left_cents == 10_000
    offer_handover(visit.public_id, Handing(cora.slug, "Anna is ill."), ADMIN, BASE_URL, START)
    nothing_found()
