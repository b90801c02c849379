"""The questions at the door: nothing new begins the visit, a new stop ends it at no fee, a new need keeps it waiting; pages and programs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.screening import catalogue
from booking.screening.rules.door import door_groups
from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider
from tests.support.visits import clear_answers

GROUPS = [group.code for group in door_groups(catalogue.form())]


@pytest.fixture
def door(app, sides, clock):
    """A little before the visit begins."""
    with app.app_context():
        starts_at = db.session.scalar(select(Appointment.starts_at).where(Appointment.public_id == sides[2]))
    clock.set(starts_at - timedelta(minutes=5))
    return sides


def standing(app):
    with app.app_context():
        row = db.session.scalars(select(Appointment)).one()
        return row.status, row.fee_cents, row.cancelled_by, row.attention


def test_a_therapist_asks_ticks_and_begins(app, door, visitor):
    desk, visit = visitor(door[1]), door[2]
    path = f"/provider/appointments/{visit}/door-check"
    assert f'href="{path}"' in desk.open(f"/provider/appointments/{visit}").text
    page = desk.open(path).text
    assert all(question.text in page for group in door_groups(catalogue.form()) for question in group.questions)
    page = desk.submit(at="/door-check", asked=GROUPS[1:])
    assert page.status_code == 422
    assert "Ask about this too: How you are right now." in page.text
    page = desk.submit(at="/door-check", asked=GROUPS)
    assert "Asked and checked in." in page.text
    assert "Door checked" in page.text
    assert standing(app)[0] == "checked_in"


def test_a_new_stop_ends_the_visit_at_no_fee(app, door, visitor, program):
    desk, visit = visitor(door[1]), door[2]
    desk.open(f"/provider/appointments/{visit}/door-check")
    page = desk.submit(at="/door-check", asked=GROUPS, new=["fever"])
    assert [words in page.text for words in ("Do not begin.", "The visit is canceled, and the client pays nothing.")] == [True, True]
    assert standing(app)[:3] == ("cancelled", 0, "client")
    assert program(door[0]).get(f"/appointments/{visit}").json["due_cents"] == 0


def test_a_new_need_for_a_physician_keeps_it_from_beginning(app, door, visitor):
    desk, visit = visitor(door[1]), door[2]
    desk.open(f"/provider/appointments/{visit}/door-check")
    assert "A physician has to agree first" in desk.submit(at="/door-check", asked=GROUPS, new=["surgery_recent"]).text
    assert standing(app)[0] == "confirmed"
    assert "clearance_due" in standing(app)[3]


def test_programs_ask_too(app, door, program):
    anna, me, path = program(door[1]), program(door[0]), f"/appointments/{door[2]}/door-check"
    assert me.post(path, {"asked": GROUPS}).status_code == 403
    left_out = anna.post(path, {"asked": GROUPS[:-1]})
    assert (left_out.status_code, [fault["field"] for fault in left_out.json["errors"]]) == (422, ["asked"])
    assert anna.post(path, {"asked": GROUPS, "ticked": 1}).json["code"] == "unknown_field"
    assert anna.post(path, {"asked": [1]}).status_code == 422
    fine = anna.post(path, {"asked": GROUPS})
    assert (fine.status_code, fine.json["outcome"], fine.json["cancelled"]) == (201, None, False)
    alcohol = anna.post(path, {"asked": GROUPS, "new": ["intoxicated"]}).json
    assert (alcohol["outcome"], alcohol["advice"], alcohol["cancelled"]) == ("stop", "rest_and_rebook", False)
    assert anna.post(f"/appointments/{door[2]}/check-in").json["code"] == "screening_stop"
    with app.app_context():
        other = AccountFactory(role="provider")
        bookable_provider(slug="other", account=other)
        db.session.refresh(other)
        db.session.expunge_all()
    assert program(other).post(path, {"asked": GROUPS}).status_code == 404


def test_the_version_of_the_rules_stands_with_each_outcome_and_in_the_record(door, visitor, program):
    me, visit = program(door[0]), door[2]
    version = catalogue.rules_version()
    assert me.post("/screenings", {"answers": clear_answers()}).json["rules_version"] == version
    assert me.post(f"/appointments/{visit}/screening", {"answers": clear_answers()}).json["rules_version"] == version
    assert f"rules version {version}" in visitor(door[1]).open(f"/provider/appointments/{visit}/health").text
