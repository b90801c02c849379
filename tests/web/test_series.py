"""Planning visits together, for programs and for people without script."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Hold
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.visits import answered, book_visit
from tests.web.test_checkout import answer_health


@pytest.fixture
def anna(app, clock):
    """The second of four weeks is taken at noon."""
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder")
        book_visit(provider, PersonFactory(), clock.now + timedelta(days=9), clock.now)
        db.session.expunge_all()
    return provider


@pytest.fixture
def account(app):
    with app.app_context():
        made = AccountFactory()
        person_of(made)
        db.session.expunge_all()
    return made


ASKED = {"provider": "anna", "service": "medical-massage", "minutes": "60", "setting": "clinic", "first": "2027-01-14", "time": "12:00"}
SENT = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "every_days": 7}


def visits_of(*starts):
    return [{"starts_at": start} for start in starts]


def test_a_program_reads_the_plan_holds_all_and_books_all(app, anna, program, account, clock):
    me = program(account)
    plan = me.get("/series/plan", **ASKED, visits="4").json
    assert [one["state"] for one in plan["visits"]] == ["free", "clash", "free", "free"]
    clash = plan["visits"][1]
    assert (clash["code"], {one["kind"] for one in clash["options"]}) == ("slot_taken", {"other_time", "move"})
    assert (plan["reassess_after"], [one["reassess"] for one in plan["visits"]]) == ([4], [False, False, False, True])
    wanted = [{"starts_at": one["starts_at"], "minutes": one["minutes"]} for one in plan["visits"]]
    held = me.post("/series", {**SENT, "visits": wanted}, key="once")
    assert (held.status_code, held.json["state"], len(held.json["visits"])) == (201, "held", 4)
    assert me.post("/series", {**SENT, "visits": wanted}, key="once").json == held.json
    with app.app_context():
        screening = answered(person_of(account), clock.now)
    body = {"hold": held.json["visits"][0]["hold"]["id"], "screening": screening, "consent": {"version": consent(me), "accepted": True}}
    assert me.post("/appointments", body).status_code == 201
    [item] = me.get("/series").json["items"]
    assert item["state"] == "booked"
    booked = [one["appointment"] for one in item["visits"]]
    assert {one["id"] for one in me.get("/appointments").json["items"]} == set(booked)
    assert me.delete(f"/series/{item['id']}").json["code"] == "wrong_state"
    assert me.post(f"/appointments/{booked[2]}/cancel").status_code == 200
    assert me.get(f"/appointments/{booked[3]}").json["status"] == "confirmed"


def consent(me):
    return me.get("/screenings/form").json["consent"]["version"]


def test_one_clash_and_nothing_is_held(app, anna, program, account):
    refused = program(account).post("/series", {**SENT, "visits": visits_of("2027-01-14T12:00:00-05:00", "2027-01-21T12:00:00-05:00")})
    assert (refused.status_code, refused.json["code"]) == (409, "series_clash")
    assert [(one["visit"], one["code"], one["starts_at"]) for one in refused.json["clashes"]] == [
        (2, "slot_taken", "2027-01-21T12:00:00-05:00")
    ]
    with app.app_context():
        assert db.session.scalars(select(Hold).where(Hold.state == "live")).all() == []


def test_what_is_held_is_given_back(anna, program, account):
    me = program(account)
    held = me.post("/series", {**SENT, "visits": visits_of("2027-01-14T12:00:00-05:00", "2027-01-28T12:00:00-05:00")}).json
    assert me.delete(f"/series/{held['id']}").status_code == 204
    assert [one["state"] for one in me.get("/series").json["items"]] == ["released"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"visits": "9"}, 422),
        ({"every_days": "1"}, 422),
        ({"time": "25:00"}, 422),
        ({"first": "soon"}, 422),
        ({"minutes": "45"}, 422),
        ({"provider": "nobody"}, 404),
    ],
)
def test_what_cannot_be_planned(anna, program, change, status):
    assert program().get("/series/plan", **{**ASKED, **change}).status_code == status


def test_a_person_plans_sees_the_clash_and_books_all_in_one_checkout(app, anna, visitor, account):
    me = visitor(account)
    start = me.open(
        "/providers/anna/start", service="medical-massage", minutes="60", setting="clinic", starts_at="2027-01-14T12:00:00-05:00"
    )
    assert "Plan several visits" in start.text
    page = me.open("/series/plan", **ASKED, visits="4")
    assert "Not free" in page.text
    assert "just been taken" in page.text
    assert "look together whether it helps" in page.text
    page = me.submit(at="/series", **{"visit-3": "skip"})
    assert page.request.path.endswith("/health")
    assert page.text.count('<li class="cap">') == 3
    answer_health(me)
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place")
    assert "Book for $501.60" in me.page.text
    page = me.submit(at="/review")
    assert "Booked, all 3 visits" in page.text
    with app.app_context():
        starts = [visit.starts_at.isoformat()[:10] for visit in db.session.scalars(select(Appointment).order_by(Appointment.starts_at))]
        assert len(starts) == 4
    page = me.open("/series")
    assert re.findall(r"Visit \d of 3", page.text) == ["Visit 1 of 3", "Visit 2 of 3", "Visit 3 of 3"]


def test_a_plan_that_was_overtaken_comes_back_with_what_is_free_now(app, anna, visitor, account, clock):
    me = visitor(account)
    me.open("/series/plan", **ASKED, visits="2", every_days="14")
    with app.app_context():
        book_visit(anna, PersonFactory(), clock.now + timedelta(days=2), clock.now)
    page = me.submit(at="/series")
    assert page.request.path == "/series/plan"
    assert "so nothing is" in page.text
    assert "Not free" in page.text


def test_a_plan_that_cannot_be_is_said_and_what_was_typed_is_kept(anna, visitor):
    page = visitor().open("/series/plan", **{**ASKED, "visits": "30"})
    assert page.status_code == 422
    assert 'value="30"' in page.text


def test_a_guest_plans_too(anna, visitor):
    guest = visitor()
    guest.open("/series/plan", **ASKED, visits="2", every_days="14")
    assert guest.submit(at="/series").request.path.endswith("/health")
