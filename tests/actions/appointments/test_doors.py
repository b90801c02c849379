"""Minutes for one door: said by the client or the therapist, added to set-up at the next booking there, and nobody else's business."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.actions.tell_door import tell_door
from booking.appointments.changes.booking import PlaceOfVisit
from booking.appointments.changes.history import Doer
from booking.appointments.models import DoorTime
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Forbidden, NotFound, Refused
from providers.schedule.models import Claim
from tests.factories import PersonFactory
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, book_visit, booking_of, hold_visit, traveling_provider, visit_of

pytestmark = pytest.mark.usefixtures("ctx")

DAY = START + timedelta(days=2)
ROSA = Doer("provider", "account:rosa")
USUAL = 15  # set-up minutes of the area


@pytest.fixture
def provider():
    return traveling_provider()


@pytest.fixture
def person():
    return PersonFactory()


def at_home(provider, person, days=0, zip_code="10024"):
    return visit_of(book_visit(provider, person, DAY + timedelta(days=days), START, setting="home", zip=zip_code))


def set_up(visit):
    db.session.rollback()
    return db.session.get_one(Claim, visit.claim_id, populate_existing=True).before_minutes


def been_there(visit, minutes):
    check_in(visit.public_id, ROSA, visit.starts_at)
    complete(visit.public_id, ROSA, visit.ends_at)
    tell_door(visit.public_id, minutes, ROSA, visit.ends_at)


def test_what_the_therapist_says_is_added_from_the_next_booking_on(provider, person):
    first, planned = at_home(provider, person), at_home(provider, person, days=3)
    been_there(first, 10)
    assert (set_up(first), set_up(planned)) == (USUAL, USUAL), "what is booked stays as it is"
    assert set_up(at_home(provider, person, days=4)) == USUAL + 10
    been_there(planned, 25)
    assert set_up(at_home(provider, person, days=5)) == USUAL + 25, "the last word counts"
    assert len(db.session.scalars(select(DoorTime)).all()) == 1


def test_it_is_about_this_therapist_this_client_and_this_door(provider, person):
    been_there(at_home(provider, person), 20)
    assert set_up(at_home(provider, PersonFactory(), days=1)) == USUAL
    assert set_up(at_home(traveling_provider(), person, days=2)) == USUAL
    assert set_up(at_home(provider, person, days=3, zip_code="10025")) == USUAL
    held = hold_visit(provider, person, DAY + timedelta(days=4), START, setting="home", zip="10024")
    assert db.session.get_one(Claim, held.claim_id).before_minutes == USUAL + 20


def test_what_the_client_says_counts_from_the_next_booking_with_anybody(provider, person):
    held = hold_visit(provider, person, DAY, START, setting="home", zip="10024")
    wanted = booking_of(held, person, START)
    place = PlaceOfVisit("1 West 85th Street", "10024", "PH", "Ask the doorman", door_minutes=15)
    made = book(replace(wanted, place=place), person.id, CLIENT, BASE_URL, START)
    first = visit_of(made)
    assert set_up(first) == USUAL
    assert set_up(at_home(traveling_provider(), person, days=1)) == USUAL + 15
    moved = move(first.public_id, DAY + timedelta(days=2), CLIENT, BASE_URL, START).appointment
    assert moved.address["door_minutes"] == 15


def test_a_door_is_kept_without_its_address(provider, person):
    been_there(at_home(provider, person), 10)
    (row,) = db.session.scalars(select(DoorTime)).all()
    assert (len(row.mark), row.minutes) == (64, 10)
    assert "7th" not in repr(vars(row))


@pytest.mark.parametrize(
    ("doer", "minutes", "refusal"),
    [(CLIENT, 10, Forbidden), (Doer("admin", "a"), 10, Forbidden), (ROSA, 61, Refused), (ROSA, -1, Refused)],
)
def test_who_else_and_what_else_is_refused(provider, person, doer, minutes, refusal):
    visit = at_home(provider, person)
    check_in(visit.public_id, ROSA, visit.starts_at)
    with pytest.raises(refusal):
        tell_door(visit.public_id, minutes, doer, visit.starts_at)


def test_before_the_visit_nothing_is_known(provider, person):
    visit = at_home(provider, person)
    with pytest.raises(Conflict, match="wrong_state"):
        tell_door(visit.public_id, 10, ROSA, visit.starts_at)
    with pytest.raises(NotFound):
        tell_door("nobody", 10, ROSA, visit.starts_at)
