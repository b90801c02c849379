"""Visits that count for a prescription, through both databases: never one more than allowed, never past its days, whoever races."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment, PrescribedVisit
from booking.care.actions.ending import tell_ending
from booking.care.queries.papers import care_findings, prescription_of_visit, prescriptions_of
from marketplace.db import db, transaction
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import PersonFactory, PrescribedVisitFactory, PrescriptionFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, booking_of, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


@pytest.fixture
def person(ctx):
    return PersonFactory()


def prescribed(person, clock, visits=2, days=60, **more):
    return PrescriptionFactory(
        person=person, visits_allowed=visits, expires_on=local_day(to_minute(clock.now)) + timedelta(days=days), **more
    )


def visit_on(anna, person, clock, day, prescription):
    hold = hold_visit(anna, person, clock.now + timedelta(days=day), clock.now)
    return visit_of(book_hold(hold, person, clock.now, prescription=prescription.public_id))


def left_of(person, clock):
    db.session.rollback()
    [row] = prescriptions_of(db.session(), person.id, clock.now)
    return row.used, row.left.visits


def test_visits_are_counted_and_the_next_one_is_refused(anna, person, clock):
    prescription = prescribed(person, clock)
    for day, used in ((2, 1), (3, 2)):
        visit = visit_on(anna, person, clock, day, prescription)
        assert left_of(person, clock) == (used, 2 - used)
        assert prescription_of_visit(db.session(), visit.id, clock.now).prescription.id == prescription.id
    with pytest.raises(Refused, match="prescription_used_up"):
        visit_on(anna, person, clock, 4, prescription)
    db.session.rollback()
    assert len(db.session.scalars(select(Appointment)).all()) == 2, "nothing was booked"
    hold = hold_visit(anna, person, clock.now + timedelta(days=5), clock.now)
    assert book_hold(hold, person, clock.now), "without it the same client books as anybody"
    assert list(care_findings(db.session())) == []


@pytest.mark.parametrize("day, code", [(1, None), (10, None), (11, "prescription_expired")])
def test_a_visit_past_its_last_day_is_refused(anna, person, clock, day, code):
    prescription = prescribed(person, clock, days=10)
    if code is None:
        assert visit_on(anna, person, clock, day, prescription)
        return
    with pytest.raises(Refused, match=code):
        visit_on(anna, person, clock, day, prescription)


def test_a_visit_is_not_moved_past_its_last_day(anna, person, clock):
    visit = visit_on(anna, person, clock, 2, prescribed(person, clock, days=10))
    with pytest.raises(Refused, match="prescription_expired"):
        move(visit.public_id, visit.starts_at + timedelta(days=9), CLIENT, BASE_URL, clock.now)
    db.session.rollback()
    assert move(visit.public_id, visit.starts_at + timedelta(days=8), CLIENT, BASE_URL, clock.now)
    assert left_of(person, clock) == (1, 1)


def test_what_does_not_take_place_gives_its_visit_back(anna, person, clock):
    prescription = prescribed(person, clock, visits=1)
    visit = visit_on(anna, person, clock, 2, prescription)
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert left_of(person, clock) == (0, 1)
    again = visit_on(anna, person, clock, 3, prescription)
    assert left_of(person, clock) == (1, 0)
    rows = db.session.scalars(select(PrescribedVisit).order_by(PrescribedVisit.id)).all()
    assert [(row.appointment_id, row.number, row.freed_at is None) for row in rows] == [(visit.id, 1, False), (again.id, 1, True)]


def series_of(anna, person, clock, count):
    starts = tuple(SeriesStart(clock.now + timedelta(days=2 + 7 * week), 60) for week in range(count))
    return hold_series(SeriesWanted(anna.slug, "medical-massage", "clinic", None, 7, starts), person.id, CLIENT, clock.now).holds


def test_a_series_counts_each_of_its_visits_or_books_none(anna, person, clock):
    prescription = prescribed(person, clock, visits=3)
    holds = series_of(anna, person, clock, 4)
    with pytest.raises(Refused, match="prescription_used_up"):
        book_hold(holds[0], person, clock.now, prescription=prescription.public_id)
    db.session.rollback()
    assert db.session.scalars(select(Appointment)).all() == []
    larger = prescribed(person, clock, visits=4)
    book_hold(holds[0], person, clock.now, prescription=larger.public_id)
    rows = prescriptions_of(db.session(), person.id, clock.now)
    assert {row.prescription.id: row.used for row in rows} == {prescription.id: 0, larger.id: 4}


def test_another_persons_prescription_is_none(anna, person, clock):
    with pytest.raises(NotFound):
        visit_on(anna, person, clock, 2, prescribed(PersonFactory(), clock))


def test_of_many_at_once_no_more_are_booked_than_allowed(app, clock):
    """With the same therapist and with others, from several holds of one client."""
    with app.app_context():
        person = PersonFactory()
        prescription = prescribed(person, clock, visits=1)
        providers = [bookable_provider() for _ in range(2)]
        holds = [hold_visit(one, person, clock.now + timedelta(days=2 + at), clock.now) for at, one in enumerate(providers)]
        wanted = [booking_of(hold, person, clock.now, prescription=prescription.public_id) for hold in holds]
        db.session.expunge_all()
    ended = race(app, [partial(book, one, person.id, CLIENT, BASE_URL, clock.now) for one in wanted * 3])
    assert ended["done"] == 1
    assert set(ended) <= {"done", "prescription_used_up", "hold_used"}
    with app.app_context():
        assert left_of(person, clock) == (1, 0)


def test_the_database_has_the_last_word(anna, person, clock):
    prescription = prescribed(person, clock)
    first, second = visit_on(anna, person, clock, 2, prescription), visit_of_another(anna, person, clock)
    for number, allowed in ((1, 2), (3, 2), (0, 2)):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(PrescribedVisit(prescription_id=prescription.id, appointment_id=second, number=number, allowed=allowed))
        db.session.rollback()
    assert first.id != second


def visit_of_another(anna, person, clock):
    hold = hold_visit(anna, person, clock.now + timedelta(days=9), clock.now)
    return visit_of(book_hold(hold, person, clock.now)).id


@pytest.mark.parametrize("visits, days, told", [(12, 60, False), (2, 60, True), (12, 13, True), (12, 14, False)])
def test_a_client_is_told_once_when_little_is_left(person, clock, visits, days, told):
    prescribed(person, clock, visits=visits, days=days)
    assert tell_ending(clock.now, BASE_URL) == int(told)
    clock.advance(hours=1)
    assert tell_ending(clock.now, BASE_URL) == 0
    letters = db.session.scalars(select(Letter)).all()
    assert [letter.kind for letter in letters] == ["prescription_ends"] * told
    for letter in letters:
        text = render_letter(letter.kind, letter.facts)
        for word in ("back pain", "M54", "Doe", "therapy", "lower"):
            assert word not in text.subject + text.text


def test_what_is_over_is_told_to_nobody(person, clock):
    prescribed(person, clock, days=-1)
    assert tell_ending(clock.now, BASE_URL) == 0


def test_a_visit_that_fits_no_prescription_is_found(ctx):
    row = PrescribedVisitFactory()
    assert list(care_findings(db.session())) == []
    visit = db.session.get_one(Appointment, row.appointment_id)
    visit.starts_at -= timedelta(days=400)
    db.session.commit()
    assert [one.partition(" lies ")[2] for one in care_findings(db.session())] == ["outside the days of its prescription"]
