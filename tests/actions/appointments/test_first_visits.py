"""A service for a first visit is for a first visit; and what was typed at a checkout that led to nothing is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import forget_drafts
from booking.appointments.actions.hold import keep_draft
from booking.appointments.actions.move import move
from booking.appointments.models import Hold
from marketplace.db import db
from marketplace.kernel.errors import Refused
from tests.factories import PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, booking_of, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")
CONSULT = {"service": "first-consult", "minutes": 30}


@pytest.fixture
def provider():
    found = bookable_provider()
    ServiceDurationFactory(
        service=ServiceFactory(provider=found, code="first-consult", first_visit_only=True), minutes=30, price_cents=9_000
    )
    return found


@pytest.fixture
def start(clock):
    """Thursday noon."""
    return clock.now + timedelta(days=2)


def test_who_has_a_visit_cannot_hold_a_first_one(clock, start, provider):
    person, now = PersonFactory(), clock.now
    visit = book_visit(provider, person, start, now).booked.appointment
    with pytest.raises(Refused) as refused:
        hold_visit(provider, person, start + timedelta(hours=2), now, **CONSULT)
    assert refused.value.code == "not_bookable"
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, now)
    assert hold_visit(provider, person, start + timedelta(hours=2), now, **CONSULT).state == "live"


def test_of_two_first_visits_held_at_once_one_is_booked_and_it_can_be_moved(clock, start, provider):
    person, now = PersonFactory(), clock.now
    holds = [hold_visit(provider, person, start + timedelta(hours=hours), now, **CONSULT) for hours in (0, 2)]
    visit = visit_of(book_hold(holds[0], person, now))
    wanted = booking_of(holds[1], person, now)
    with pytest.raises(Refused) as refused:
        book(wanted, person.id, CLIENT, BASE_URL, now)
    assert refused.value.code == "not_bookable"
    assert move(visit.public_id, start + timedelta(hours=4), CLIENT, BASE_URL, now).appointment.moves == 1


def test_a_guest_is_known_by_the_confirmed_address(clock, start, provider):
    now = clock.now
    book_visit(provider, PersonFactory(email="ada@example.com"), start, now)
    again, other = PersonFactory(email="ada@example.com"), PersonFactory(email="bo@example.com")
    with pytest.raises(Refused):
        hold_visit(provider, again, start + timedelta(hours=2), now, **CONSULT)
    assert hold_visit(provider, other, start + timedelta(hours=2), now, **CONSULT).state == "live"


def test_what_was_typed_is_forgotten_after_a_day(clock, start, provider):
    person, now = PersonFactory(), clock.now
    hold = hold_visit(provider, person, start, now)
    keep_draft(hold.public_id, person.id, {"health": {"pregnant": True}})
    assert forget_drafts(now + timedelta(hours=24)) == 0
    assert forget_drafts(now + timedelta(hours=24, seconds=1)) == 1
    assert forget_drafts(now + timedelta(hours=25)) == 0
    db.session.rollback()
    assert db.session.scalar(select(Hold.draft)) is None
