"""Estimates through a real database: given by themselves where one is due, anew where something changed, at once to who asks, and kept."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment
from booking.appointments.queries import get_any
from booking.papers.actions import ask_estimate, give_due_estimates, state_birth_date, state_tax_id
from booking.papers.models import Estimate, PaperFacts
from booking.papers.queries import find_birth_date, find_estimate, find_tax_id
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.outbox.models import Letter
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


def letters():
    return list(db.session.scalars(select(Letter).where(Letter.kind == "estimate_given").order_by(Letter.id)))


def visit_in(days, anna, clock, **who):
    made = book_visit(anna, PersonFactory(**who), clock.now + timedelta(days=days), clock.now)
    return made.booked.appointment.public_id


def test_a_visit_far_ahead_gets_one_by_itself_and_its_client_is_told(anna, clock):
    visit = visit_in(14, anna, clock, name="Kim Doe", email="kim@mail.test")
    assert give_due_estimates(clock.now, BASE_URL) == 1
    made = find_estimate(db.session(), get_any(db.session(), visit))
    content = made.content
    assert (made.version, made.reason) == (1, "scheduled")
    assert made.due_on == date.fromisoformat(content["due_on"])
    assert content["scheduled_on"] < content["due_on"] < content["service_on"]
    assert (
        content["total_cents"]
        == sum(item["amount_cents"] for item in content["items"])
        == get_any(db.session(), visit).appointment.total_cents
    )
    service = content["items"][0]
    assert (service["line"], service["code"], service["units"]) == ("service", "97124", 4)
    assert (content["client"], content["provider"]["tax_id"]) == ({"name": "Kim Doe", "born_on": None}, None)
    [letter] = letters()
    assert (letter.recipient, letter.facts["link"]) == ("kim@mail.test", f"{BASE_URL}/appointments/{visit}/estimate")


def test_it_is_given_once_however_often_somebody_looks(anna, clock):
    visit_in(14, anna, clock)
    given = [give_due_estimates(clock.now, BASE_URL) for _ in range(3)]
    clock.advance(hours=30)
    assert [*given, give_due_estimates(clock.now, BASE_URL)] == [1, 0, 0, 0]
    assert len(letters()) == 1


def test_a_near_visit_needs_none_unless_its_client_asks(anna, clock):
    visit = visit_in(2, anna, clock)
    assert give_due_estimates(clock.now, BASE_URL) == 0
    assert find_estimate(db.session(), get_any(db.session(), visit)) is None
    made = ask_estimate(visit, "account:test", BASE_URL, clock.now)
    assert (made.version, made.reason) == (1, "asked")
    assert made.due_on > date.fromisoformat(made.content["scheduled_on"])
    assert ask_estimate(visit, "account:test", BASE_URL, clock.now).id == made.id


def test_what_has_changed_is_estimated_anew_and_the_earlier_one_is_kept(anna, clock):
    visit = visit_in(14, anna, clock)
    give_due_estimates(clock.now, BASE_URL)
    clock.advance(minutes=30)
    kept = get_any(db.session(), visit).appointment
    move(visit, kept.starts_at + timedelta(days=1), CLIENT, BASE_URL, clock.now)
    assert give_due_estimates(clock.now, BASE_URL) == 1
    first, second = db.session.scalars(select(Estimate).order_by(Estimate.version))
    assert first.subject == second.subject
    assert (second.version, second.reason) == (2, "changed")
    assert first.content["service_on"] < second.content["service_on"]
    assert [letter.facts["again"] for letter in letters()] == [False, True]


def test_what_was_given_up_gets_none(anna, clock):
    visit = visit_in(14, anna, clock)
    cancel(visit, Cancelling(0), CLIENT, BASE_URL, clock.now)
    assert give_due_estimates(clock.now, BASE_URL) == 0


def test_visits_that_were_planned_together_have_one_together(anna, clock):
    person = PersonFactory()
    starts = tuple(SeriesStart(clock.now + timedelta(days=day), 60) for day in (9, 16, 23))
    held = hold_series(SeriesWanted("anna", "medical-massage", "clinic", None, 7, starts), person.id, CLIENT, clock.now)
    book_hold(held.holds[0], person, clock.now)
    assert give_due_estimates(clock.now, BASE_URL) == 1
    visits = list(db.session.scalars(select(Appointment).order_by(Appointment.starts_at)))
    estimates = {find_estimate(db.session(), get_any(db.session(), visit.public_id)).id for visit in visits}
    assert len(visits) == 3
    assert len(estimates) == len(letters()) == 1
    [made] = db.session.scalars(select(Estimate))
    assert {item["visit"] for item in made.content["items"]} == {visit.reference for visit in visits}
    assert made.content["total_cents"] == sum(visit.total_cents for visit in visits)


def test_what_somebody_states_for_papers_stands_on_the_next_one_and_is_sealed(anna, clock):
    visit = visit_in(14, anna, clock)
    give_due_estimates(clock.now, BASE_URL)
    person_id = get_any(db.session(), visit).person.id
    state_birth_date(person_id, date(1980, 2, 3), clock.now)
    state_tax_id(anna.id, "12-3456789", "account:test", clock.now)
    made = ask_estimate(visit, "account:test", BASE_URL, clock.now)
    assert (made.version, made.content["client"]["born_on"], made.content["provider"]["tax_id"]) == (2, "1980-02-03", "12-3456789")
    raw = db.session.connection().exec_driver_sql("SELECT facts FROM paper_facts").scalars().all()
    assert len(raw) == 2
    assert not [row for row in raw if "1980" in str(row) or "3456789" in str(row)]
    state_birth_date(person_id, None, clock.now)
    state_tax_id(anna.id, None, "account:test", clock.now)
    assert (find_birth_date(db.session(), person_id), find_tax_id(db.session(), anna.id)) == (None, None)


def test_of_two_who_ask_at_once_both_get_the_same_one(app, clock):
    with app.app_context():
        visit = visit_in(14, bookable_provider(slug="anna"), clock)
        db.session.remove()
    deeds = [lambda: ask_estimate(visit, "account:test", BASE_URL, clock.now)] * 6
    assert race(app, deeds) == {"done": 6}
    with app.app_context():
        assert len(list(db.session.scalars(select(Estimate)))) == 1


def test_two_who_state_a_birth_date_at_once_leave_one(app, clock):
    with app.app_context():
        person_id = PersonFactory().id
        db.session.remove()
    assert race(app, [lambda: state_birth_date(person_id, date(1980, 2, 3), clock.now)] * 6) == {"done": 6}
    with app.app_context():
        assert len(list(db.session.scalars(select(PaperFacts)))) == 1


def test_of_what_is_not_there_nothing_is_estimated(anna, clock):
    with pytest.raises(NotFound):
        ask_estimate("no-such-visit", "account:test", BASE_URL, clock.now)
