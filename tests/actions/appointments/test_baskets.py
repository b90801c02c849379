"""Different visits in one checkout, through a real database: kept together or not at all, booked together or not at all."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import HoldWish, release_hold
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.hold_together import BasketWanted, drop_basket, hold_together
from booking.appointments.models import Appointment, Hold
from booking.appointments.queries import get_basket
from booking.openings.rules.asking import Wish
from booking.screening import catalogue
from booking.upkeep.queries import findings, overlap_findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.schedule.models import Claim
from tests.factories import PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    Booking,
    answered,
    book_hold,
    booking_of,
    clear_answers,
    hold_visit,
    traveling_provider,
)


@pytest.fixture
def two(ctx):
    """Two therapists of two practices."""
    return bookable_provider(slug="anna"), bookable_provider(slug="bea")


def wish(slug, starts_at, *, service="medical-massage", minutes=60, setting="clinic", zip_code=None, origin=None):
    return HoldWish(slug, Wish(service, minutes, setting, zip_code), starts_at, origin)


def held_by(person, now, *wishes, beside=None):
    return hold_together(BasketWanted(tuple(wishes), beside), person.id, CLIENT, now)


def noon(clock, day, hours=0):
    return clock.now + timedelta(days=2 + day, hours=hours)


def live_claims():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live))


def visits():
    db.session.rollback()
    return db.session.scalars(select(Appointment).order_by(Appointment.starts_at, Appointment.id)).all()


def test_different_visits_are_kept_together_each_with_its_own_price(two, clock):
    held = held_by(PersonFactory(), clock.now, wish("bea", noon(clock, 0)), wish("anna", noon(clock, 3)))
    assert [held.providers[hold.provider_id].slug for hold in held.holds] == ["bea", "anna"]
    assert {hold.expires_at for hold in held.holds} == {clock.now + timedelta(minutes=10)}
    assert [hold.quote["total_cents"] for hold in held.holds] == [16_720, 16_720]


def test_one_that_is_gone_keeps_nothing_and_each_is_named(two, clock):
    hold_visit(two[0], PersonFactory(), noon(clock, 1), clock.now)
    person = PersonFactory()
    with pytest.raises(Conflict) as clash:
        held_by(person, clock.now, wish("bea", noon(clock, 0)), wish("anna", noon(clock, 1)), wish("anna", noon(clock, 90)))
    assert clash.value.code == "basket_clash"
    assert [(one["visit"], one["code"]) for one in clash.value.details["clashes"]] == [(2, "slot_taken"), (3, "too_far_ahead")]
    assert live_claims() == 1


def test_a_visit_is_added_to_what_is_held_and_all_run_out_together(two, clock):
    person, first = PersonFactory(), clock.now
    hold = hold_visit(two[0], person, noon(clock, 0), clock.now)
    for minutes, day in ((6, 9), (6, 11), (6, 13), (6, 15), (5, 17)):
        clock.advance(minutes=minutes)
        start = first + timedelta(days=2 + day)
        held = held_by(person, clock.now, wish("bea", start), beside=hold.public_id)
    assert len(held.holds) == 6
    assert {one.expires_at for one in held.holds} == {first + timedelta(minutes=30)}
    assert {db.session.get_one(Claim, one.claim_id).expires_at for one in held.holds} == {first + timedelta(minutes=30)}
    clock.advance(minutes=1)
    with pytest.raises(Conflict, match="hold_expired"):
        held_by(person, clock.now, wish("anna", noon(clock, 9)), beside=hold.public_id)
    assert expire_holds(clock.now) == 6
    assert live_claims() == 0


def test_what_cannot_be_added_leaves_what_is_held_as_it_was(two, clock):
    person = PersonFactory()
    hold = hold_visit(two[0], person, noon(clock, 0), clock.now)
    hold_visit(two[1], PersonFactory(), noon(clock, 2), clock.now)
    ended = hold.expires_at
    clock.advance(minutes=3)
    with pytest.raises(Conflict, match="basket_clash"):
        held_by(person, clock.now, wish("bea", noon(clock, 2) - timedelta(minutes=3)), beside=hold.public_id)
    db.session.rollback()
    db.session.refresh(hold)
    assert (hold.state, hold.expires_at) == ("live", ended)
    book_hold(hold, person, clock.now)
    assert len(visits()) == 1


@pytest.mark.parametrize("named", [0, 1, 2])
def test_booking_any_of_them_books_all_with_one_screening_and_then_each_stands_alone(two, clock, named):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("bea", noon(clock, 0)), wish("anna", noon(clock, 0, hours=2)), wish("anna", noon(clock, 3)))
    book_hold(held.holds[named], person, clock.now)
    made = visits()
    assert [visit.status for visit in made] == ["confirmed"] * 3
    assert len({visit.screening_id for visit in made}) == len({visit.consent_id for visit in made}) == 1
    assert len({visit.reference for visit in made}) == len({visit.uid for visit in made}) == 3
    assert {visit.provider_id for visit in made} == {provider.id for provider in two}
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "visit_booked")).all()) == 3
    assert sorted(
        letter.recipient for letter in db.session.scalars(select(Letter).where(Letter.kind == "provider_visit_booked"))
    ) == sorted(letter_box(two[0], 2) + letter_box(two[1], 1))
    cancel(made[1].public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert [visit.status for visit in visits()] == ["confirmed", "cancelled", "confirmed"]
    assert list(findings(db.session(), clock.now)) == []
    with pytest.raises(Conflict, match="wrong_state"):
        drop_basket(held.basket.public_id, person.id, CLIENT, clock.now)
    with pytest.raises(Conflict, match="hold_used"):
        held_by(person, clock.now, wish("anna", noon(clock, 9)), beside=held.holds[0].public_id)


def letter_box(provider, count):
    from booking.appointments.queries import provider_email  # noqa: PLC0415

    return [provider_email(db.session(), provider.id)] * count


def test_where_one_therapist_cannot_be_booked_any_more_none_is(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)))
    wanted = booking_of(held.holds[0], person, clock.now)
    two[1].state = "suspended"
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)
    assert visits() == []
    assert [hold.state for hold in get_basket(db.session(), held.basket.public_id, person.id).holds] == ["live", "live"]


def test_a_stop_in_the_health_check_books_none(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)))
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(held.holds[1], person, clock.now, clear_answers(chest_pain=True))
    assert visits() == []


def test_a_needed_clearance_makes_requests_of_all(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)))
    book_hold(held.holds[0], person, clock.now, clear_answers(pregnancy=True))
    assert [visit.status for visit in visits()] == ["requested"] * 2


def test_one_is_taken_out_and_what_was_typed_goes_on_with_the_rest(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)), wish("bea", noon(clock, 4)))
    first = held.holds[0]
    first.draft = {"screening": "kept"}
    db.session.commit()
    release_hold(first.public_id, person.id, CLIENT, clock.now)
    db.session.rollback()
    rest = get_basket(db.session(), held.basket.public_id, person.id).holds
    assert [hold.public_id for hold in rest] == [hold.public_id for hold in held.holds[1:]]
    assert rest[0].draft == {"screening": "kept"}
    assert live_claims() == 2
    book_hold(rest[1], person, clock.now)
    assert len(visits()) == 2


def test_all_are_given_back(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)))
    with pytest.raises(NotFound):
        drop_basket(held.basket.public_id, PersonFactory().id, CLIENT, clock.now)
    drop_basket(held.basket.public_id, person.id, CLIENT, clock.now)
    assert live_claims() == 0


def test_a_visit_at_home_and_one_at_the_clinic_ask_for_one_address(two, clock):
    traveling_provider(slug="cleo")
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("cleo", noon(clock, 1), setting="home", zip_code="10024"))
    without = Booking(held.holds[0].public_id, answered(person, clock.now), catalogue.form().consent.version, consent_accepted=True)
    with pytest.raises(Refused, match="place_needed"):
        book(without, person.id, CLIENT, BASE_URL, clock.now)
    book_hold(held.holds[1], person, clock.now)
    assert [visit.address and visit.address["line1"] for visit in visits()] == [None, "64 East 7th Street"]


def test_a_technique_counts_for_the_service_it_was_chosen_for(two, clock):
    person = PersonFactory()
    held = held_by(person, clock.now, wish("anna", noon(clock, 0)), wish("bea", noon(clock, 1)), wish("anna", noon(clock, 3)))
    book_hold(held.holds[0], person, clock.now, technique="trigger_point")
    assert [visit.technique for visit in visits()] == ["trigger_point", None, "trigger_point"]


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({"starts_at": 0.5}, "overlaps_own"),
        ({"slug": "cleo", "setting": "home", "zip_code": "10024", "starts_at": 48}, None),
        ({"service": "first", "starts_at": 48}, None),
        ({"slug": "anna", "service": "first", "starts_at": 48}, "not_bookable"),
    ],
)
def test_what_goes_with_a_first_visit_on_thursday_noon(two, clock, second, code):
    traveling_provider(slug="cleo")
    for provider in two:
        first = ServiceFactory(provider=provider, code="first", settings=["clinic"], first_visit_only=True, position=1)
        ServiceDurationFactory(service=first, minutes=60, price_cents=9_000)
    hours = second["starts_at"]
    both = (wish("anna", noon(clock, 0), service="first"), wish(**{"slug": "bea", **second, "starts_at": noon(clock, 0, hours=hours)}))
    if code is None:
        assert len(held_by(PersonFactory(), clock.now, *both).holds) == 2
        return
    with pytest.raises(Conflict) as clash:
        held_by(PersonFactory(), clock.now, *both)
    assert [(one["visit"], one["code"]) for one in clash.value.details["clashes"]] == [(2, code)]
    assert live_claims() == 0


def test_a_series_and_an_offer_stay_alone(two, clock):
    person = PersonFactory()
    planned = tuple(SeriesStart(noon(clock, day), 60) for day in (0, 7))
    series = hold_series(SeriesWanted("anna", "medical-massage", "clinic", None, 7, planned), person.id, CLIENT, clock.now)
    with pytest.raises(Conflict, match="wrong_state"):
        held_by(person, clock.now, wish("bea", noon(clock, 3)), beside=series.holds[0].public_id)
    other = PersonFactory()
    offer = hold_visit(two[1], other, noon(clock, 1), clock.now)
    offer.expires_at = clock.now + timedelta(hours=4)
    db.session.commit()
    with pytest.raises(Conflict, match="wrong_state"):
        held_by(other, clock.now, wish("anna", noon(clock, 3)), beside=offer.public_id)


def test_a_basket_does_not_open_a_way_around_the_limits(two, clock):
    person = PersonFactory()
    eight = [wish(("anna", "bea")[day % 2], noon(clock, day)) for day in range(16, 24)]
    held = held_by(person, clock.now, *eight)
    assert len(held.holds) == 8
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(person, clock.now, wish("anna", noon(clock, 30)), beside=held.holds[0].public_id)
    with pytest.raises(Limited, match="too_many_holds"):
        hold_visit(two[0], person, noon(clock, 30), clock.now)
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(person, clock.now, wish("anna", noon(clock, 30)), wish("bea", noon(clock, 31)))
    with pytest.raises(Refused, match="invalid"):
        held_by(PersonFactory(), clock.now, wish("anna", noon(clock, 30)))
    with pytest.raises(Refused, match="invalid"):
        held_by(PersonFactory(), clock.now, *(wish("anna", noon(clock, 30 + day)) for day in range(9)))


def test_an_address_of_a_guest_holds_eight_times_in_all(two, clock):
    guests = [PersonFactory(account=None) for _ in range(2)]
    six = [wish(("anna", "bea")[day % 2], noon(clock, day), origin="house") for day in range(16, 22)]
    held_by(guests[0], clock.now, *six)
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(guests[1], clock.now, *(wish("anna", noon(clock, day), origin="house") for day in (30, 31, 32)))


def test_a_providers_share_of_the_week_holds_in_a_basket_too(two, clock):
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(PersonFactory(), clock.now, *(wish("anna", noon(clock, day)) for day in (0, 1, 2, 3)))
    assert live_claims() == 0


def test_those_who_want_the_same_visits_in_any_order_never_wait_for_each_other_and_never_get_half(app, clock):
    with app.app_context():
        for slug in ("anna", "bea", "cleo"):
            bookable_provider(slug=slug)
        people = [PersonFactory() for _ in range(6)]
        db.session.expunge_all()
    orders = [("anna", "bea", "cleo"), ("cleo", "bea", "anna"), ("bea", "cleo", "anna")]

    def three(at):
        return tuple(wish(slug, noon(clock, "abc".index(slug[0]))) for slug in orders[at % 3])

    ended = race(app, [partial(hold_together, BasketWanted(three(at)), person.id, CLIENT, clock.now) for at, person in enumerate(people)])
    assert ended == {"done": 1, "basket_clash": 5}
    with app.app_context():
        assert live_claims() == 3
        assert list(overlap_findings(db.session())) == []


def test_adding_taking_out_and_booking_at_once_leave_a_whole_basket(app, clock):
    """Whatever comes first: what is booked is everything that was in the basket then, and nothing is left of it half."""
    with app.app_context():
        for slug in ("anna", "bea", "cleo"):
            bookable_provider(slug=slug)
        person = PersonFactory()
        held = held_by(person, clock.now, wish("cleo", noon(clock, 0)), wish("bea", noon(clock, 1)))
        wanted = booking_of(held.holds[0], person, clock.now)
        ids = [hold.public_id for hold in held.holds]
        db.session.expunge_all()
    deeds = [
        partial(book, wanted, person.id, CLIENT, BASE_URL, clock.now),
        partial(hold_together, BasketWanted((wish("anna", noon(clock, 2)),), ids[1]), person.id, CLIENT, clock.now),
        partial(release_hold, ids[1], person.id, CLIENT, clock.now),
        partial(book, wanted, person.id, CLIENT, BASE_URL, clock.now),
        partial(hold_together, BasketWanted((wish("anna", noon(clock, 3)),), ids[0]), person.id, CLIENT, clock.now),
    ]
    ended = race(app, deeds)
    assert set(ended) <= {"done", "hold_used", "hold_expired"}
    with app.app_context():
        [basket] = [get_basket(db.session(), held.basket.public_id, person.id)]
        assert {hold.state for hold in basket.holds} == {"booked"}
        left = db.session.scalars(select(Hold).where(Hold.state == "live")).all()
        assert left == []
        assert len(visits()) == len(basket.holds) == live_claims()
        assert list(findings(db.session(), clock.now)) == []
