"""A code is used with the booking and counted by the database; what comes to nothing gives it back; every wrong code is refused alike."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from booking.appointments.actions.add import choose_for_hold
from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.discount import use_code
from booking.appointments.actions.hold import release_hold
from booking.appointments.changes.history import Doer
from booking.coupons.actions import make_coupon, retire_coupon
from booking.coupons.models import Coupon
from booking.coupons.queries import list_coupons
from booking.coupons.rules import CouponDraft
from booking.quotes.rules.adding import DISCOUNT
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.rules import Owner
from tests.factories import CardCheckoutFactory, PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, booking_of, hold_visit, visit_of

THERAPIST = Doer("provider", "account:therapist")


@pytest.fixture
def provider(ctx):
    return bookable_provider()


@pytest.fixture
def start(clock):
    return clock.now + timedelta(days=2)


def owner_of(provider):
    return Owner(provider.account_id, provider.name, f"account:{provider.account_id}")


def give_out(provider, now, **more):
    stated = {"code": "SPRING10", "percent": 10} | more
    return make_coupon(owner_of(provider), CouponDraft(**stated), now)


def uses(coupon):
    db.session.rollback()
    return db.session.get_one(Coupon, coupon.id, populate_existing=True).uses


def enter(hold, person, now, typed="spring10"):
    return use_code(hold.public_id, person.id, typed, CLIENT, now)


def booked_with_code(provider, person, start, now):
    hold = enter(hold_visit(provider, person, start, now), person, now)
    return visit_of(book_hold(hold, person, now))


def test_it_is_in_the_price_at_once_and_used_with_the_booking(clock, provider, start):
    coupon, person = give_out(provider, clock.now), PersonFactory()
    hold = hold_visit(provider, person, start, clock.now)
    before = hold.quote
    hold = enter(hold, person, clock.now)
    assert hold.quote["total_cents"] == 15_048  # 160 less 16, and 4.5 %
    assert hold.terms["fee_base_cents"] == 14_400
    assert uses(coupon) == 0
    assert enter(hold, person, clock.now, None).quote == before
    visit = visit_of(book_hold(enter(hold, person, clock.now), person, clock.now))
    assert (visit.total_cents, uses(coupon)) == (15_048, 1)


def test_a_late_cancellation_costs_a_share_of_what_is_left_and_keeps_the_use(clock, provider, start):
    coupon = give_out(provider, clock.now)
    visit = booked_with_code(provider, PersonFactory(), start, clock.now)
    late = start - timedelta(hours=1)
    cancelled = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, late)[0].appointment
    assert cancelled.fee_cents == 14_400
    assert uses(coupon) == 1


@pytest.mark.parametrize("who", [CLIENT, THERAPIST])
def test_what_is_canceled_free_of_charge_gives_it_back_once(clock, provider, start, who):
    coupon = give_out(provider, clock.now, most_uses=1, once_a_client=True)
    person = PersonFactory()
    visit = booked_with_code(provider, person, start, clock.now)
    assert uses(coupon) == 1
    cancel(visit.public_id, Cancelling(), who, BASE_URL, clock.now)
    assert uses(coupon) == 0
    with pytest.raises(Conflict):
        cancel(visit.public_id, Cancelling(), who, BASE_URL, clock.now)
    assert uses(coupon) == 0
    assert booked_with_code(provider, person, start, clock.now).total_cents == 15_048


def test_a_hold_that_comes_to_nothing_never_used_it(clock, provider, start):
    coupon, person = give_out(provider, clock.now, most_uses=1), PersonFactory()
    hold = enter(hold_visit(provider, person, start, clock.now), person, clock.now)
    release_hold(hold.public_id, person.id, CLIENT, clock.now)
    assert uses(coupon) == 0


@pytest.mark.parametrize(
    "more",
    [
        {"code": "OTHER99"},
        {"starts_on": date(2100, 1, 1)},
        {"ends_on": date(2000, 1, 1)},
        {"services": ("other",)},
        {"least_cents": 16_001},
        {"most_uses": 1},
        {"once_a_client": True},
    ],
)
def test_every_code_that_does_not_count_is_refused_alike(clock, provider, start, more):
    give_out(provider, clock.now, **more)
    person = PersonFactory()
    if more.keys() & {"most_uses", "once_a_client"}:
        booked_with_code(provider, person, start + timedelta(hours=3), clock.now)
    hold = hold_visit(provider, person, start, clock.now)
    with pytest.raises(Refused) as refusal:
        enter(hold, person, clock.now)
    assert (refusal.value.code, refusal.value.sentence) == ("coupon_not_valid", "This code cannot be used for this visit.")


def test_codes_of_others_and_ended_ones_do_not_count(clock, provider, start):
    coupon = give_out(bookable_provider(), clock.now)
    person = PersonFactory()
    hold = hold_visit(provider, person, start, clock.now)
    with pytest.raises(Refused, match="coupon_not_valid"):
        enter(hold, person, clock.now)
    own = give_out(provider, clock.now)
    retire_coupon(owner_of(provider), own.public_id, clock.now)
    with pytest.raises(Refused, match="coupon_not_valid"):
        enter(hold, person, clock.now)
    with pytest.raises(NotFound):
        retire_coupon(owner_of(provider), coupon.public_id, clock.now)


def test_the_same_client_without_an_account_is_the_same_client(clock, provider, start):
    give_out(provider, clock.now, once_a_client=True)
    first, second = PersonFactory(email="same@people.test"), PersonFactory(email="same@people.test")
    booked_with_code(provider, first, start, clock.now)
    with pytest.raises(Refused, match="coupon_not_valid"):
        enter(hold_visit(provider, second, start + timedelta(hours=3), clock.now), second, clock.now)


def test_whoever_comes_too_late_is_told_and_books_without_it(clock, provider, start):
    coupon = give_out(provider, clock.now, most_uses=1)
    first, second = PersonFactory(), PersonFactory()
    early = enter(hold_visit(provider, first, start, clock.now), first, clock.now)
    late = enter(hold_visit(provider, second, start + timedelta(hours=3), clock.now), second, clock.now)
    book_hold(early, first, clock.now)
    with pytest.raises(Conflict, match="coupon_gone"):
        book_hold(late, second, clock.now)
    late = enter(late, second, clock.now, None)
    assert visit_of(book_hold(late, second, clock.now)).total_cents == 16_720
    assert uses(coupon) == 1


def test_a_code_is_one_providers_once(clock, provider):
    give_out(provider, clock.now)
    with pytest.raises(Conflict, match="code_taken"):
        give_out(provider, clock.now)
    assert give_out(bookable_provider(), clock.now).code == "SPRING10"
    with pytest.raises(Refused, match="invalid"):
        give_out(provider, clock.now, code="NEWCODE", percent=None)
    assert len(list_coupons(db.session(), provider.id)) == 1


@pytest.mark.parametrize("value", [-1, 3])
def test_the_database_refuses_a_count_that_cannot_be(clock, provider, value):
    coupon = give_out(provider, clock.now, most_uses=2)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Coupon).where(Coupon.id == coupon.id).values(uses=value))


@pytest.mark.parametrize(("limits", "expected"), [({"most_uses": 3}, 3), ({"most_uses": 3, "once_a_client": True}, 3)])
def test_of_many_at_once_no_more_than_its_limit_are_booked(app, clock, limits, expected):
    with app.app_context():
        provider = bookable_provider()
        coupon = give_out(provider, clock.now, **limits)
        wanted = []
        for number in range(8):
            person = PersonFactory()
            hold = enter(hold_visit(provider, person, clock.now + timedelta(days=2 + number), clock.now), person, clock.now)
            wanted.append((booking_of(hold, person, clock.now), person.id))
        coupon_id = coupon.id
        db.session.remove()
    ended = race(app, [partial(book, one, person_id, CLIENT, BASE_URL, clock.now) for one, person_id in wanted])
    assert ended == {"done": expected, "coupon_gone": 8 - expected}
    with app.app_context():
        assert db.session.get_one(Coupon, coupon_id).uses == expected


def test_one_client_in_two_checkouts_at_once_uses_it_once(app, clock):
    with app.app_context():
        provider = bookable_provider()
        coupon = give_out(provider, clock.now, once_a_client=True)
        wanted = []
        for number in range(4):
            person = PersonFactory(email="same@people.test")
            hold = enter(hold_visit(provider, person, clock.now + timedelta(days=2 + number), clock.now), person, clock.now)
            wanted.append((booking_of(hold, person, clock.now), person.id))
        coupon_id = coupon.id
        db.session.remove()
    ended = race(app, [partial(book, one, person_id, CLIENT, BASE_URL, clock.now) for one, person_id in wanted])
    assert ended == {"done": 1, "coupon_gone": 3}
    with app.app_context():
        assert db.session.get_one(Coupon, coupon_id).uses == 1


def test_the_quote_of_the_visit_names_the_code(clock, provider, start):
    give_out(provider, clock.now, percent=None, amount_cents=2_500)
    visit = booked_with_code(provider, PersonFactory(), start, clock.now)
    [line] = [line for line in visit.quote["lines"] if line["code"] == DISCOUNT]
    assert (line["label"], line["amount_cents"]) == ("Discount, code SPRING10", -2_500)
    assert local_day(to_minute(visit.starts_at)) > local_day(to_minute(clock.now))


def test_what_a_card_is_asked_for_is_not_changed_meanwhile(clock, provider, start):
    give_out(provider, clock.now)
    person = PersonFactory()
    hold = hold_visit(provider, person, start, clock.now)
    CardCheckoutFactory(hold=hold)
    for change in (partial(enter, hold, person, clock.now), partial(choose_for_hold, hold.public_id, person.id, (), CLIENT, clock.now)):
        with pytest.raises(Conflict, match="wrong_state"):
            change()
