"""Answering once more before a visit: for programs, for a person without script, behind a guest's link."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.screening import catalogue
from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.visits import book_visit, clear_answers


@pytest.fixture
def people(app, clock):
    with app.app_context():
        customer = AccountFactory()
        anna = bookable_provider(slug="anna", name="Anna Alder")
        visit = book_visit(anna, person_of(customer), clock.now + timedelta(days=1), clock.now).booked.appointment.public_id
        db.session.remove()
    return customer, visit


def status(app):
    with app.app_context():
        return db.session.execute(select(Appointment.status, Appointment.fee_cents)).one()


def test_a_program_answers_and_a_new_stop_costs_nothing(app, program, people, clock):
    me, visit = program(people[0]), people[1]
    fine = me.post(f"/appointments/{visit}/screening", {"answers": clear_answers()})
    assert (fine.status_code, fine.json["outcome"], fine.json["cancelled"]) == (201, "clear", False)
    clock.advance(hours=22)
    stopped = me.post(f"/appointments/{visit}/screening", {"answers": clear_answers(fever=True)})
    assert (stopped.json["outcome"], stopped.json["advice"], stopped.json["cancelled"]) == ("stop", "rest_and_rebook", True)
    assert status(app) == ("cancelled", 0)
    over = me.post(f"/appointments/{visit}/screening", {"answers": clear_answers()})
    assert (over.status_code, over.json["code"]) == (409, "wrong_state")


def test_alcohol_calls_nothing_off_by_itself_but_lets_nobody_begin(app, program, people, clock):
    me, visit = program(people[0]), people[1]
    clock.advance(hours=22)
    told = me.post(f"/appointments/{visit}/screening", {"answers": clear_answers(intoxicated=True)}).json
    assert (told["outcome"], told["cancelled"]) == ("stop", False)
    assert status(app) == ("confirmed", 0)


def test_a_program_that_leaves_answers_out_is_told(program, people):
    refused = program(people[0]).post(f"/appointments/{people[1]}/screening", {"answers": {}})
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_answers")


ANEW = {"chest_pain": "no", "sudden_headache": "no", "acute_neuro": "no", "fever": "no", "systemic_infection": "no", "recent_trauma": "no",
        "intoxicated": "no"}  # fmt: skip


def test_a_person_answers_what_is_about_today_and_the_rest_is_filled_in(app, visitor, people):
    customer, visit = people
    person = visitor(customer)
    assert f"/appointments/{visit}/health" in person.open(f"/appointments/{visit}").text
    page = person.open(f"/appointments/{visit}/health")
    assert all(question.text in page.text for question in catalogue.form().questions if question.code in ANEW)
    page = person.submit(at="/health")
    assert page.status_code == 422
    assert 'href="#fever"' in page.text
    page = person.submit(at="/health", **ANEW)
    assert page.request.path == f"/appointments/{visit}"
    assert "Your therapist sees what matters" in page.text
    person.open(f"/appointments/{visit}/health")
    page = person.submit(at="/health", **ANEW, surgery_recent="yes")
    assert "A physician has to agree first" in page.text
    assert f"/appointments/{visit}/clearance" in page.text
    person.open(f"/appointments/{visit}/health")
    page = person.submit(at="/health", **{**ANEW, "fever": "yes"})
    assert "Get well soon" in page.text
    assert status(app) == ("cancelled", 0)


def test_a_question_that_an_answer_opens_is_asked_before_anything_is_kept(visitor, people):
    person = visitor(people[0])
    person.open(f"/appointments/{people[1]}/health")
    page = person.submit(at="/health", **ANEW, pregnancy="yes")
    assert page.status_code == 422
    assert "high-risk pregnancy" in page.text
    page = person.submit(at="/health", **ANEW, pregnancy="yes", pregnancy_high_risk="no")
    assert "A physician has to agree first" in page.text
