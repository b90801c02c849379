"""A series through a real database: held whole or not at all, booked whole with one screening, and then each visit for itself."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series, release_series
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment, Hold, Series
from booking.appointments.queries import list_series
from booking.upkeep.queries import findings, overlap_findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.schedule.models import Claim
from tests.factories import PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, booking_of, hold_visit, traveling_provider


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


def wanted_at(start, *days, every=7, minutes=60, slug="anna", service="medical-massage", setting="clinic", zip_code=None):
    visits = tuple(SeriesStart(start + timedelta(days=day), minutes) for day in days)
    return SeriesWanted(slug, service, setting, zip_code, every, visits)


def held_by(person, clock, *days, **wish):
    return hold_series(wanted_at(clock.now + timedelta(days=2), *days, **wish), person.id, CLIENT, clock.now)


def live_claims():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live))


def test_all_visits_are_held_together_each_with_its_own_price(anna, clock):
    held = held_by(PersonFactory(), clock, 0, 7, 14, 21)
    assert [hold.starts_at for hold in held.holds] == [clock.now + timedelta(days=2 + 7 * week) for week in range(4)]
    assert {hold.expires_at for hold in held.holds} == {clock.now + timedelta(minutes=10)}
    assert all(hold.quote["total_cents"] == 16_720 for hold in held.holds)
    assert live_claims() == 4


def test_one_clash_holds_nothing_and_all_clashes_are_named(anna, clock):
    for day in (9, 23):
        book_visit(anna, PersonFactory(), clock.now + timedelta(days=day), clock.now)
    with pytest.raises(Conflict) as clash:
        held_by(PersonFactory(), clock, 0, 7, 14, 21, 70)
    assert clash.value.code == "series_clash"
    assert [(one["visit"], one["code"]) for one in clash.value.details["clashes"]] == [
        (2, "slot_taken"),
        (4, "slot_taken"),
        (5, "too_far_ahead"),
    ]
    assert live_claims() == 2
    assert db.session.scalar(select(func.count()).select_from(Hold).where(Hold.state == "live")) == 0
    assert list_series(db.session(), Series.id > 0) == []


def test_one_booking_books_all_with_one_screening_and_then_each_stands_alone(anna, clock):
    person = PersonFactory()
    held = held_by(person, clock, 0, 7, 14)
    book_hold(held.holds[1], person, clock.now)
    visits = db.session.scalars(select(Appointment).order_by(Appointment.starts_at)).all()
    assert [visit.status for visit in visits] == ["confirmed"] * 3
    assert len({visit.screening_id for visit in visits} | {visit.consent_id for visit in visits}) <= 2
    assert len({visit.reference for visit in visits}) == len({visit.uid for visit in visits}) == 3
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "visit_booked")).all()) == 3
    cancel(visits[1].public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    move(visits[2].public_id, visits[2].starts_at + timedelta(hours=1), CLIENT, BASE_URL, clock.now)
    db.session.rollback()
    assert [visit.status for visit in db.session.scalars(select(Appointment).order_by(Appointment.starts_at))] == [
        "confirmed",
        "cancelled",
        "confirmed",
    ]
    assert list(findings(db.session(), clock.now)) == []
    with pytest.raises(Conflict, match="wrong_state"):
        release_series(held.series.public_id, person.id, CLIENT, clock.now)


def test_a_series_that_ran_out_books_nothing(anna, clock):
    person = PersonFactory()
    held = held_by(person, clock, 0, 7)
    wanted = booking_of(held.holds[0], person, clock.now)
    clock.advance(minutes=10)
    with pytest.raises(Conflict, match="hold_expired"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)
    assert expire_holds(clock.now) == 2
    assert live_claims() == 0


def test_a_needed_clearance_makes_requests_of_all(anna, clock):
    person = PersonFactory()
    held = held_by(person, clock, 0, 7)
    from tests.support.visits import clear_answers  # noqa: PLC0415

    book_hold(held.holds[0], person, clock.now, clear_answers(pregnancy=True))
    assert {visit.status for visit in db.session.scalars(select(Appointment))} == {"requested"}


def test_letting_one_go_lets_all_go(anna, clock):
    person = PersonFactory()
    held = held_by(person, clock, 0, 7, 14)
    release_hold(held.holds[2].public_id, person.id, CLIENT, clock.now)
    assert live_claims() == 0
    again = held_by(person, clock, 0, 7)
    with pytest.raises(NotFound):
        release_series(again.series.public_id, PersonFactory().id, CLIENT, clock.now)
    release_series(again.series.public_id, person.id, CLIENT, clock.now)
    assert live_claims() == 0


def test_a_series_does_not_open_a_way_around_the_limits(anna, clock):
    person = PersonFactory()
    hold_visit(bookable_provider(), person, clock.now + timedelta(days=3), clock.now)
    hold_visit(bookable_provider(), person, clock.now + timedelta(days=3), clock.now)
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(person, clock, 0, 7)
    greedy = PersonFactory()
    held_by(greedy, clock, 0, 7, 14)
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(greedy, clock, 1, 8)
    with pytest.raises(Limited, match="too_many_holds"):
        hold_visit(bookable_provider(), greedy, clock.now + timedelta(days=3), clock.now)


def test_what_one_person_holds_of_the_coming_week_is_bounded_in_a_series_too(anna, clock):
    with pytest.raises(Limited, match="too_many_holds"):
        held_by(PersonFactory(), clock, 0, 1, 2, 3, every=4)
    assert live_claims() == 0


@pytest.mark.parametrize(
    ("days", "change", "code"),
    [
        ((0,), {}, "invalid"),
        (tuple(range(0, 63, 7)), {}, "invalid"),
        ((0, 0), {}, "invalid"),
        ((7, 0), {}, "invalid"),
        ((0, 7), {"every": 3}, "invalid"),
        ((0, 7), {"slug": "nobody"}, "not_found"),
        ((0, 7), {"service": "first"}, "not_bookable"),
    ],
)
def test_what_is_no_series(anna, clock, days, change, code):
    first = ServiceFactory(provider=anna, code="first", settings=["clinic"], first_visit_only=True, position=1)
    ServiceDurationFactory(service=first, minutes=60, price_cents=9_000)
    with pytest.raises((Refused, NotFound)) as refused:
        held_by(PersonFactory(), clock, *days, **change)
    assert refused.value.code == code


def test_a_series_at_home_asks_for_one_address(ctx, clock):
    traveling_provider(slug="cleo")
    person = PersonFactory()
    held = held_by(person, clock, 0, 7, slug="cleo", setting="home", zip_code="10024")
    book_hold(held.holds[0], person, clock.now)
    assert [visit.address["line1"] for visit in db.session.scalars(select(Appointment))] == ["64 East 7th Street"] * 2


def test_two_who_want_the_same_weeks_never_share_them(app, clock):
    with app.app_context():
        bookable_provider(slug="anna")
        people = [PersonFactory() for _ in range(6)]
        db.session.expunge_all()
    start = clock.now + timedelta(days=2)
    orders = [(0, 7, 14), (7, 14, 21), (14, 21, 28)]
    ended = race(
        app, [partial(hold_series, wanted_at(start, *orders[at % 3]), person.id, CLIENT, clock.now) for at, person in enumerate(people)]
    )
    assert set(ended) == {"done", "series_clash"}
    with app.app_context():
        assert live_claims() == 3 * ended["done"]
        assert list(overlap_findings(db.session())) == []
