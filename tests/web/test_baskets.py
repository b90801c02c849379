"""Different visits in one checkout, for programs and for people without script."""

import re

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Hold
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.visits import answered, hold_visit, traveling_provider
from tests.web.test_checkout import answer_health, last_code

SENT = {"service": "medical-massage", "minutes": 60, "setting": "clinic"}
START = {"service": "medical-massage", "minutes": "60", "setting": "clinic"}
THURSDAY, FRIDAY, NEXT = "2027-01-14T12:00:00-05:00", "2027-01-15T12:00:00-05:00", "2027-01-22T12:00:00-05:00"


@pytest.fixture
def shops(app):
    """Two therapists at clinics and one who comes to homes."""
    with app.app_context():
        bookable_provider(slug="anna", name="Anna Alder")
        bookable_provider(slug="bea", name="Bea Birch")
        traveling_provider(slug="cleo", name="Cleo Cedar")
        db.session.expunge_all()


@pytest.fixture
def account(app):
    with app.app_context():
        made = AccountFactory()
        person_of(made)
        db.session.expunge_all()
    return made


def visit(slug, starts_at, **other):
    return {**SENT, "provider": slug, "starts_at": starts_at, **other}


def live(app):
    with app.app_context():
        return len(db.session.scalars(select(Hold).where(Hold.state == "live")).all())


def test_a_program_holds_different_visits_and_books_all_by_one(app, shops, program, account, clock):
    me = program(account)
    body = {"visits": [visit("bea", FRIDAY), visit("cleo", NEXT, setting="home", zip="10024"), visit("anna", THURSDAY)]}
    held = me.post("/baskets", body, key="once")
    assert (held.status_code, held.json["state"]) == (201, "held")
    assert [one["provider"]["slug"] for one in held.json["visits"]] == ["bea", "cleo", "anna"]
    assert held.json["total_cents"] == sum(one["hold"]["quote"]["total_cents"] for one in held.json["visits"])
    assert me.post("/baskets", body, key="once").json == held.json
    assert me.post("/baskets", {"visits": body["visits"][:2]}, key="once").json["code"] == "idempotency_conflict"
    assert live(app) == 3
    with app.app_context():
        screening = answered(person_of(account), clock.now)
    consent = {"version": me.get("/screenings/form").json["consent"]["version"], "accepted": True}
    booking = {"hold": held.json["visits"][0]["hold"]["id"], "screening": screening, "consent": consent}
    assert me.post("/appointments", booking).json["code"] == "place_needed"
    booked = me.post("/appointments", {**booking, "place": {"line1": "64 East 7th Street", "zip": "10024"}}, key="twice")
    assert booked.status_code == 201
    assert me.post("/appointments", {**booking, "place": {"line1": "64 East 7th Street", "zip": "10024"}}, key="twice").json == booked.json
    basket = me.get(f"/baskets/{held.json['id']}").json
    assert basket["state"] == "booked"
    assert {one["appointment"] for one in basket["visits"]} == {one["id"] for one in me.get("/appointments").json["items"]}
    assert me.delete(f"/baskets/{basket['id']}").json["code"] == "wrong_state"


def test_one_clash_and_nothing_is_held(app, shops, program, account):
    me = program(account)
    refused = me.post("/baskets", {"visits": [visit("anna", THURSDAY), visit("bea", "2027-01-14T12:30:00-05:00"), visit("bea", NEXT)]})
    assert (refused.status_code, refused.json["code"]) == (409, "basket_clash")
    assert [(one["visit"], one["code"], one["starts_at"]) for one in refused.json["clashes"]] == [
        (2, "overlaps_own", "2027-01-14T12:30:00-05:00")
    ]
    assert live(app) == 0
    assert me.post("/baskets", {"visits": [visit("anna", THURSDAY), visit("nobody", NEXT)]}).status_code == 404
    assert me.post("/baskets", {"visits": [visit("anna", THURSDAY)]}).json["code"] == "invalid"
    assert me.post("/baskets", {"visits": [visit("anna", "2027-01-14T12:00:00"), visit("bea", NEXT)]}).json["code"] == "naive_datetime"


def test_a_visit_joins_a_hold_one_is_taken_out_and_all_are_given_back(app, shops, program, account):
    me = program(account)
    first = me.post("/holds", visit("anna", THURSDAY)).json["id"]
    held = me.post("/baskets", {"hold": first, "visits": [visit("bea", FRIDAY), visit("anna", NEXT)]}).json
    ids = [one["hold"]["id"] for one in held["visits"]]
    assert ids[0] == first
    assert me.delete(f"/holds/{ids[1]}").status_code == 204
    assert [one["hold"]["id"] for one in me.get("/baskets").json["items"][0]["visits"]] == [ids[0], ids[2]]
    assert live(app) == 2
    assert me.delete(f"/baskets/{held['id']}").status_code == 204
    assert (live(app), me.get(f"/baskets/{held['id']}").json["state"]) == (0, "released")
    assert program().post("/baskets", {"visits": []}).status_code == 401


def hold_start(me, slug, starts_at, **other):
    me.open(f"/providers/{slug}/start", starts_at=starts_at, **{**START, **other})
    return me.submit(at="/hold")


def test_a_person_adds_visits_takes_one_out_and_books_the_rest_in_one_checkout(app, shops, visitor, account):
    me = visitor(account)
    hold_start(me, "anna", THURSDAY)
    answer_health(me)
    page = me.submit(at="/more")
    assert page.request.path == "/search"
    assert "is added to your checkout" in page.text
    page = hold_start(me, "bea", FRIDAY)
    assert page.request.path.endswith("/consent")
    assert "2 visits in one checkout" in page.text
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place")
    assert "Book for $334.40" in me.page.text
    me.submit(at="/more")
    page = hold_start(me, "cleo", NEXT, setting="home", zip="10024")
    assert page.request.path.endswith("/place")
    page = me.submit(at="/place", line1="64 East 7th Street")
    assert page.text.count("If plans change") == 3
    for name in ("Anna Alder", "Bea Birch", "Cleo Cedar"):
        assert name in page.text
    gone = re.findall(r'name="visit" value="([^"]+)"', me.open(page.request.path.replace("review", "consent")).text)[1]
    page = me.submit(at="/drop", visit=gone)
    assert "That time is free again" in page.text
    assert live(app) == 2
    assert page.request.path.endswith("/review")
    page = me.submit(at="/review")
    assert "Booked, all 2 visits" in page.text
    with app.app_context():
        made = db.session.scalars(select(Appointment).order_by(Appointment.starts_at)).all()
        assert [one.setting for one in made] == ["clinic", "home"]


def test_a_time_that_is_gone_leaves_the_checkout_as_it_was(app, shops, visitor, account, clock):
    me = visitor(account)
    hold_start(me, "anna", THURSDAY)
    me.submit(at="/more")
    me.open("/providers/bea/start", starts_at=FRIDAY, **START)
    with app.app_context():
        from datetime import datetime  # noqa: PLC0415

        from providers.registry.models import Provider  # noqa: PLC0415

        bea = db.session.scalars(select(Provider).where(Provider.slug == "bea")).one()
        hold_visit(bea, PersonFactory(), datetime.fromisoformat(FRIDAY), clock.now)
    page = me.submit(at="/hold")
    assert page.request.path == "/providers/bea/start"
    assert "is added to your checkout" in page.text
    page = me.submit(at="/enough")
    assert page.request.path.endswith("/health")
    assert "is added to your checkout" not in me.open("/search").text
    assert live(app) == 2


def test_after_a_checkout_ran_out_the_next_time_is_held_by_itself(app, shops, visitor, account, clock):
    me = visitor(account)
    hold_start(me, "anna", THURSDAY)
    me.submit(at="/more")
    clock.advance(minutes=11)
    assert "is added to your checkout" not in me.open("/search").text
    page = hold_start(me, "bea", FRIDAY)
    assert "visits in one checkout" not in page.text
    assert page.request.path.endswith("/health")


def test_all_visits_of_a_checkout_are_let_go(app, shops, visitor, account):
    me = visitor(account)
    hold_start(me, "anna", THURSDAY)
    me.submit(at="/more")
    hold_start(me, "bea", FRIDAY)
    me.submit(at="/release")
    assert live(app) == 0


def test_a_guest_books_two_visits_and_gets_a_letter_for_each(app, shops, visitor):
    guest = visitor()
    hold_start(guest, "anna", THURSDAY)
    guest.submit(at="/more")
    hold_start(guest, "bea", FRIDAY)
    answer_health(guest)
    guest.submit(at="/consent", accepted="y")
    guest.submit(at="/place", name="Priya", email="priya@example.org", phone="212 555 0142")
    page = guest.submit(at="/review", code=last_code(app))
    assert "Booked, all 2 visits" in page.text
    with app.app_context():
        letters = db.session.scalars(select(Letter).where(Letter.kind == "visit_booked")).all()
        assert len({letter.facts["link"] for letter in letters}) == 2
