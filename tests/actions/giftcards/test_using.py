"""Gift cards through the verbs: worth nothing before the money is there, set aside with the booking, charged, given back, counted by the database."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from booking.appointments.actions.answer import Declining, decline
from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import Handing, offer_handover
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.pay import Asking, CardBooking, begin_paying
from booking.appointments.actions.pay_by_gift import GiftWish, put_in_card, take_off_cards
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.actions.settle import waive
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import bring_on
from booking.giftcards.actions.buying import Buyer, lapse_gifts, order_bank_card, order_gift, record_gift_sale, withdraw_gift
from booking.giftcards.actions.holding import add_to_account, look_up, pay_rest, void_card
from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.models import GiftCard, GiftCardMove, GiftCardUse
from booking.giftcards.queries import gift_findings, moves_of
from booking.giftcards.rules import Gift, Policy, pretty
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.payments.forms import KEY
from booking.payments.models import Payment
from booking.payments.rules.named import Card
from booking.upkeep.queries import findings
from marketplace.accounts.models import Person
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.services.models import Service
from tests.factories import TERMS, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, booking_of, hold_visit, visit_of

PROVIDER, ADMIN = Doer("provider", "account:test"), Doer("admin", "account:admin")
DAY, HOUR = START + timedelta(days=2), timedelta(hours=1)
PRICE, SERVICE = 16_720, 16_000
POLICY = Policy(allowed=True, amounts=(5_000, 10_000), least_cents=1_000, most_cents=50_000)


@pytest.fixture
def anna(ctx):
    """A therapist who sells gift cards."""
    allow_cards(POLICY, "To try it out.", "account:admin", START)
    provider = bookable_provider(slug="anna", name="Anna Alder")
    sell_cards(provider.id, "account:anna", START, sells=True)
    return provider


def ordered(anna, cents=10_000, **gift):
    """An order of somebody without an account; gives the card's public id."""
    buyer = Buyer(None, "Bea Birch", "bea@licensedhands.test")
    return order_gift(anna.id, Gift(cents, **gift), buyer, "anonymous", START).card.public_id


def bought(anna, cents=10_000, **gift):
    """A card that was paid to the therapist; gives its public id and its code."""
    card = ordered(anna, cents, **gift)
    return card, record_gift_sale(card, anna.id, "cash", "account:anna", START)[1]


def by_card(till, anna, cents=10_000, method="pm_card_visa", **gift):
    """A card that was paid with a bank card; gives its public id and the code of its letter."""
    card = ordered(anna, cents, **gift)
    till.settle(order_bank_card(card, Card(method), "anonymous", START))
    return card, code_in_letter()


def code_in_letter(kind="gift_card_given"):
    db.session.rollback()
    letters = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).all()
    return letters[0].facts["code"] if letters else None


def now_of(public_id):
    db.session.rollback()
    return db.session.scalars(select(GiftCard).where(GiftCard.public_id == public_id).execution_options(populate_existing=True)).one()


def left(public_id):
    return now_of(public_id).left_cents


def sums():
    db.session.rollback()
    found = {name: cents for name, cents in balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).items() if cents}
    assert sum(found.values()) == 0
    return found


def nothing_found(now=START):
    db.session.rollback()
    return list(findings(db.session(), now))


def booked_with(anna, sam, code, at=DAY, now=START):
    """A visit toward which a card pays all that it can."""
    hold = hold_visit(anna, sam, at, now)
    put_in_card(hold.public_id, sam.id, GiftWish(code), CLIENT, now)
    return visit_of(book_hold(hold, sam, now))


def fresh_visit(visit):
    """The visit as the database has it now."""
    db.session.rollback()
    db.session.refresh(visit)
    return visit


@pytest.fixture
def till(app, ctx, clock):
    made = Till(clock)
    app.extensions[KEY] = made.port
    return made


# --- bought ------------------------------------------------------------------------------------------------------------------------


def test_an_order_is_worth_nothing_until_it_is_paid(anna, sam):
    card = ordered(anna)
    assert (left(card), now_of(card).code_hash, code_in_letter(), sums()) == (0, None, None, {})
    paid, code = record_gift_sale(card, anna.id, "cash", "account:anna", START)
    assert (left(card), sums()) == (10_000, {"cash_at_visit": 10_000, "gift_cards_in_hand": -10_000})
    assert code not in {paid.card.code_hash, paid.card.public_id}
    with pytest.raises(Conflict):
        record_gift_sale(card, anna.id, "cash", "account:anna", START)
    assert nothing_found() == []


def test_a_bank_card_pays_for_it_once(till, anna):
    card, code = by_card(till, anna)
    assert (left(card), look_up(db.session(), code).card.public_id) == (10_000, card)
    assert sums() == {"card_clearing": 10_000, "gift_cards": -10_000}
    assert nothing_found() == []
    with pytest.raises(Conflict):
        order_bank_card(card, Card("pm_card_visa"), "anonymous", START)


def test_a_declined_card_gives_nothing_and_another_one_may_be_tried(till, anna):
    card, code = by_card(till, anna, method="pm_card_chargeDeclined")
    assert (left(card), code, sums()) == (0, None, {})
    till.settle(order_bank_card(card, Card("pm_card_visa"), "anonymous", START))
    assert left(card) == 10_000


def test_after_a_declined_card_the_therapist_may_be_paid_but_not_beside_one_that_is_asked(till, anna):
    declined, _code = by_card(till, anna, method="pm_card_chargeDeclined")
    record_gift_sale(declined, anna.id, "cash", "account:anna", START)
    asked = ordered(anna)
    order_bank_card(asked, Card("pm_card_visa"), "anonymous", START)
    with pytest.raises(Conflict):
        record_gift_sale(asked, anna.id, "cash", "account:anna", START)
    assert (left(declined), left(asked)) == (10_000, 0)


def test_money_for_a_withdrawn_order_goes_back(till, anna):
    card = ordered(anna)
    payment = order_bank_card(card, Card("pm_card_visa"), "anonymous", START)
    withdraw_gift(card, None, "anonymous", START)
    till.settle(payment)
    assert (left(card), sums(), till.double.captured()) == (0, {}, 0)


def test_who_buys_needs_no_account_and_the_letter_goes_to_whom_it_is_for_on_the_day(till, anna):
    by_card(till, anna, to_name="Sam", to_email="sam@licensedhands.test", message="Rest well.", deliver_on=DAY.date())
    letters = {letter.kind: letter for letter in db.session.scalars(select(Letter))}
    given, paid = letters["gift_card_given"], letters["gift_card_paid"]
    assert (given.recipient, paid.recipient) == ("sam@licensedhands.test", "bea@licensedhands.test")
    assert given.send_after_at.isoformat() == "2027-01-14T14:00:00+00:00"  # nine in the morning in New York
    assert (given.facts["message"], "code" in paid.facts) == ("Rest well.", False)
    assert db.session.scalars(select(Person).where(Person.name == "Bea Birch")).one().account_id is None


@pytest.mark.parametrize("before", ["site", "provider"])
def test_it_is_sold_only_where_both_say_so(ctx, before):
    provider = bookable_provider()
    if before == "provider":
        allow_cards(POLICY, "To try it out.", "account:admin", START)
    with pytest.raises(Refused, match="gift_cards_off"):
        order_gift(provider.id, Gift(5_000), Buyer(None, "Bea", "bea@licensedhands.test"), "anonymous", START)
    if before == "site":
        with pytest.raises(Refused, match="gift_cards_off"):
            sell_cards(provider.id, "account:anna", START, sells=True)


def test_an_order_that_nobody_pays_for_ends(anna):
    card = ordered(anna)
    assert lapse_gifts(START + timedelta(days=29)) == 0
    assert lapse_gifts(START + timedelta(days=30)) == 1
    assert now_of(card).state == "withdrawn"


# --- used --------------------------------------------------------------------------------------------------------------------------


def test_it_pays_in_part_and_the_rest_is_due_at_the_visit(anna, sam):
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    assert (visit.total_cents, visit.paid_cents, visit.due_cents, left(card)) == (PRICE, 10_000, 6_720, 0)
    assert sums() == {"cash_at_visit": 10_000, "gift_aside_in_hand": -10_000}
    complete(visit.public_id, PROVIDER, DAY + HOUR)
    visit = fresh_visit(visit)
    assert (visit.paid_cents, visit.due_cents) == (10_000, 6_720)
    assert sums() == {"cash_at_visit": 10_000, "client_receivable": 6_720, "provider_earned": -16_000, "tax_collected": -720}
    assert nothing_found(DAY + HOUR) == []


def test_it_pays_whole_and_what_is_left_stays_on_it(anna, sam):
    card, code = bought(anna, 20_000)
    visit = booked_with(anna, sam, code)
    assert (visit.paid_cents, visit.due_cents, left(card)) == (PRICE, 0, 3_280)
    complete(visit.public_id, PROVIDER, DAY + HOUR)
    kinds = [(move.kind, move.cents) for move in moves_of(db.session(), [now_of(card).id])[now_of(card).id]]
    assert kinds == [("sold", 20_000), ("visit", -PRICE)]
    assert nothing_found(DAY + HOUR) == []


def test_several_pay_together_in_turn(anna, sam):
    (first, one), (second, two) = bought(anna), bought(anna)
    hold = hold_visit(anna, sam, DAY, START)
    put_in_card(hold.public_id, sam.id, GiftWish(one), CLIENT, START)
    held = put_in_card(hold.public_id, sam.id, GiftWish(two), CLIENT, START)
    assert ([share.cents for share in held.shares], held.rest_cents) == ([10_000, 6_720], 0)
    visit = visit_of(book_hold(hold, sam, START))
    assert (visit.due_cents, left(first), left(second)) == (0, 0, 3_280)
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START)
    assert (left(first), left(second)) == (10_000, 10_000)
    assert nothing_found() == []


@pytest.mark.parametrize(
    ("hours", "fee", "back"),
    [
        (24, 0, 10_000),  # free: all of it goes back
        (23, 8_000, 2_000),  # half the service's price is paid by the card
        (11, 16_000, 0),  # more than was on it: the rest is owed
    ],
)
def test_a_cancellation_costs_what_was_shown_and_the_rest_goes_back(anna, sam, hours, fee, back):
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    _, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, DAY - timedelta(hours=hours))
    after = fresh_visit(visit)
    assert (verdict.fee_cents, verdict.refund_cents, left(card)) == (fee, back, back)
    assert (after.paid_cents, after.due_cents) == (min(fee, 10_000), max(0, fee - 10_000))
    assert nothing_found(DAY) == []


def test_who_does_not_come_pays_with_it(anna, sam):
    card, code = bought(anna, 20_000)
    visit = booked_with(anna, sam, code)
    mark_no_show(visit.public_id, PROVIDER, DAY + HOUR)
    assert (fresh_visit(visit).due_cents, left(card)) == (0, 20_000 - SERVICE)
    assert nothing_found(DAY + HOUR) == []


def test_what_is_declined_goes_back(anna, sam):
    db.session.execute(update(Service).values(by_request={"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}))
    db.session.commit()
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    assert (visit.status, left(card)) == ("requested", 0)
    decline(visit.public_id, Declining("other"), PROVIDER, BASE_URL, START)
    assert (left(card), sums()) == (10_000, {"cash_at_visit": 10_000, "gift_cards_in_hand": -10_000})
    assert nothing_found() == []


@pytest.mark.parametrize("done", [False, True])
def test_a_refund_goes_back_to_the_card(anna, sam, done):
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    if done:
        complete(visit.public_id, PROVIDER, DAY + HOUR)
    refund(visit.public_id, Refunding(4_000, "The room was cold."), ADMIN, DAY + HOUR)
    assert (left(card), fresh_visit(visit).paid_cents) == (4_000, 6_000)
    assert fresh_visit(visit).due_cents == (6_720 if done else 10_720)
    with pytest.raises(Refused, match="refund_too_large"):
        refund(visit.public_id, Refunding(6_001, "Again."), ADMIN, DAY + HOUR)
    refund(visit.public_id, Refunding(6_000, "All of it."), ADMIN, DAY + HOUR)
    assert left(card) == 10_000
    assert list(gift_findings(db.session())) == []


def test_what_is_waived_is_not_taken_from_it(anna, sam):
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    complete(visit.public_id, PROVIDER, DAY + HOUR)
    waive(visit.public_id, None, "A bad day.", PROVIDER, DAY + HOUR)
    assert (fresh_visit(visit).due_cents, left(card)) == (0, 0)
    assert nothing_found(DAY + HOUR) == []


def test_a_bank_card_is_asked_for_the_rest_alone_and_gets_it_back_first(till, anna, sam):
    TermsPolicyFactory(provider=anna, terms={**TERMS, "payment": "prepaid"})
    card, code = by_card(till, anna)
    hold = hold_visit(anna, sam, DAY, START)
    put_in_card(hold.public_id, sam.id, GiftWish(code), CLIENT, START)
    wanted = CardBooking(booking_of(hold, sam, START, payment_method="card"), "pm_card_visa")
    made = bring_on(till.port, begin_paying(wanted, sam.id, Asking(CLIENT, BASE_URL), START), BASE_URL, START).outcome.made
    visit = visit_of(made)
    assert (visit.paid_cents, visit.due_cents, till.double.captured()) == (PRICE, 0, 16_720)
    assert sums() == {"card_clearing": 16_720, "deposits_held": -6_720, "gift_aside": -10_000}
    _, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, DAY - timedelta(hours=23))
    for payment in db.session.scalars(select(Payment.public_id)).all():
        db.session.rollback()
        till.settle(payment)
    assert (verdict.refund_cents, left(card), fresh_visit(visit).due_cents) == (PRICE - 8_000, 2_000, 0)
    assert sums()["gift_cards"] == -2_000
    assert list(gift_findings(db.session())) == []


def test_a_gift_that_pays_all_needs_no_bank_card(till, anna, sam):
    TermsPolicyFactory(provider=anna, terms={**TERMS, "payment": "prepaid"})
    _card, code = bought(anna, 20_000)
    hold = hold_visit(anna, sam, DAY, START)
    put_in_card(hold.public_id, sam.id, GiftWish(code), CLIENT, START)
    with pytest.raises(Refused, match="nothing_to_pay"):
        begin_paying(
            CardBooking(booking_of(hold, sam, START, payment_method="card"), "pm_card_visa"), sam.id, Asking(CLIENT, BASE_URL), START
        )
    assert visit_of(book_hold(hold, sam, START)).due_cents == 0


# --- who may ----------------------------------------------------------------------------------------------------------------------


def test_every_code_that_does_not_count_is_refused_alike(anna, sam):
    _card, code = bought(anna)
    elsewhere = bookable_provider(slug="cora")
    sell_cards(elsewhere.id, "account:cora", START, sells=True)
    _other, foreign = bought(elsewhere)
    void, stolen = bought(anna)
    void_card(void, "It was stolen.", "account:admin", START)
    add_to_account(code, PersonFactory().id, "account:x", START)
    hold = hold_visit(anna, sam, DAY, START)
    said = set()
    for typed in (code, foreign, stolen, "", "2345-6789-ABCD-EFGH", "x" * 40):
        with pytest.raises(Refused) as refused:
            put_in_card(hold.public_id, sam.id, GiftWish(typed), CLIENT, START)
        said.add((refused.value.code, refused.value.sentence))
    assert len(said) == 1
    with pytest.raises(NotFound):
        look_up(db.session(), stolen)


def test_in_an_account_it_needs_no_code_and_nobody_elses_account_takes_it(anna, sam):
    card, code = bought(anna)
    add_to_account(code.lower(), sam.id, "account:sam", START)
    add_to_account(code, sam.id, "account:sam", START)
    with pytest.raises(Refused):
        add_to_account(code, PersonFactory().id, "account:x", START)
    hold = hold_visit(anna, sam, DAY, START)
    held = put_in_card(hold.public_id, sam.id, GiftWish(card=card, amount_cents=1_000), CLIENT, START)
    assert (held.paid_cents, held.rest_cents) == (1_000, PRICE - 1_000)
    assert take_off_cards(hold.public_id, sam.id, CLIENT, START).rest_cents == PRICE
    assert visit_of(book_hold(hold, sam, START)).due_cents == PRICE
    assert left(card) == 10_000


def test_two_times_held_at_once_share_what_is_left(anna, sam):
    card, code = bought(anna)
    first, second = hold_visit(anna, sam, DAY, START), hold_visit(anna, sam, DAY + timedelta(hours=3), START)
    put_in_card(first.public_id, sam.id, GiftWish(code), CLIENT, START)
    with pytest.raises(Refused, match="gift_card_empty"):
        put_in_card(second.public_id, sam.id, GiftWish(code), CLIENT, START)
    release_hold(first.public_id, sam.id, CLIENT, START)
    assert put_in_card(second.public_id, sam.id, GiftWish(code), CLIENT, START).paid_cents == 10_000
    assert left(card) == 10_000


def test_two_tabs_never_spend_it_twice(app, anna, sam):
    """Both show ten thousand cents: whoever books first gets them, the other hears that less is left, and both stay whole."""
    card, _code = bought(anna)
    kim = PersonFactory(email="kim@licensedhands.test")
    holds = [(hold_visit(anna, who, DAY + timedelta(hours=3 * number), START), who) for number, who in enumerate((sam, kim))]
    one = now_of(card).id
    with transaction() as session:
        for hold, _who in holds:
            session.add(GiftCardUse(card_id=one, hold_id=hold.id, cents=10_000, at=START))
    wanted = [(booking_of(hold, who, START), who.id) for hold, who in holds]
    db.session.rollback()
    ended = race(app, [partial(book, booking, person_id, CLIENT, BASE_URL, START) for booking, person_id in wanted])
    assert ended == {"done": 1, "gift_card_short": 1}
    assert left(card) == 0
    assert sums() == {"cash_at_visit": 10_000, "gift_aside_in_hand": -10_000}
    assert list(gift_findings(db.session())) == []


def test_the_database_lets_nothing_fall_below_zero_and_edits_nothing(anna):
    card, _code = bought(anna)
    row = now_of(card).id
    more = insert(GiftCardMove).values(card_id=row, kind="visit", cents=-10_001, by="x", at=START)
    for deed in (more, update(GiftCardMove).values(cents=5), delete(GiftCardMove), delete(GiftCard)):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(deed)
    assert left(card) == 10_000


def test_a_visit_that_it_pays_for_is_not_handed_over(anna, sam):
    bookable_provider(slug="cora")
    _card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    with pytest.raises(Refused, match="paid_by_gift_card"):
        offer_handover(visit.public_id, Handing("cora", "I am ill."), PROVIDER, BASE_URL, START)


# --- the rest, and what was stolen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "code"), [(17_200, None), (17_300, "above_cash_limit")])
def test_a_rest_of_less_than_five_dollars_is_given_in_cash(anna, sam, amount, code):
    card, typed = bought(anna, amount)  # 4.80 or 5.80 are left after a visit of 167.20
    visit = booked_with(anna, sam, typed)
    complete(visit.public_id, PROVIDER, DAY + HOUR)
    if code:
        with pytest.raises(Refused, match=code):
            pay_rest(typed, anna.id, "account:anna", DAY + HOUR)
        return
    assert pay_rest(typed, anna.id, "account:anna", DAY + HOUR)[1] == 480
    assert left(card) == 0
    with pytest.raises(Conflict, match="nothing_left"):
        pay_rest(typed, anna.id, "account:anna", DAY + HOUR)
    assert sums()["cash_at_visit"] == PRICE
    assert nothing_found(DAY + HOUR) == []


def test_a_stolen_card_ends_and_what_is_left_has_a_new_code(anna, sam):
    card, code = bought(anna, 20_000, to_email="sam@licensedhands.test")
    add_to_account(code, PersonFactory().id, "account:thief", START)
    fresh = void_card(card, "It was stolen.", "account:admin", START).card
    assert (now_of(card).state, left(card), left(fresh.public_id), fresh.holder_id) == ("void", 0, 20_000, None)
    again = code_in_letter("gift_card_replaced")
    assert (look_up(db.session(), again).card.public_id, code_in_letter()) == (fresh.public_id, pretty(code))
    assert db.session.scalars(select(Letter).where(Letter.kind == "gift_card_given")).one().withdrawn_at is not None
    with pytest.raises(Conflict):
        void_card(card, "Again.", "account:admin", START)
    visit = booked_with(anna, sam, again)
    assert visit.due_cents == 0
    assert nothing_found() == []


def test_what_a_stolen_card_had_paid_goes_back_to_the_new_one(anna, sam):
    card, code = bought(anna)
    visit = booked_with(anna, sam, code)
    fresh = void_card(card, "It was stolen.", "account:admin", START).card.public_id
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START)
    assert (left(card), left(fresh)) == (0, 10_000)
    assert nothing_found() == []


def test_the_check_sees_worth_that_nobody_paid_for(anna):
    bought(anna)
    assert list(gift_findings(db.session())) == []
    db.session.execute(update(GiftCard).values(left_cents=9_000))
    db.session.commit()
    assert len(list(gift_findings(db.session()))) == 2
