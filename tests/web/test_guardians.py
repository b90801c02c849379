"""People under 18 on pages without scripts and for programs: asked at checkout, named, agreed behind a link, seen at the door."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.guardians.models import CareAge, Guardianship
from booking.screening import catalogue
from booking.screening.rules.door import door_groups
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.masking import mask
from providers.registry.models import Provider
from tests.factories import AccountFactory, CareAgeFactory, GuardianshipFactory, MinorPolicyFactory, PersonFactory, bookable_provider
from tests.support.visits import book_visit, clear_answers
from tests.web.test_checkout import answer_health, go_to_place, hold

GROUPS = [group.code for group in door_groups(catalogue.form())]
NAMED = {"name": "Greta Grownup", "relation": "parent", "phone": "(212) 555-0199"}
HERE = {**NAMED, "booker_is_guardian": True, "consent": {"version": "1", "accepted": True}}


@pytest.fixture
def anna(app):
    with app.app_context():
        account = AccountFactory(role="provider")
        made = bookable_provider(slug="anna", account=account)
        MinorPolicyFactory(provider=made, from_age=12)
        return account


@pytest.fixture
def shop(app, clock, anna):
    start = clock.now + timedelta(days=2)
    return {
        "provider": "anna", "service": "medical-massage", "minutes": "60", "setting": "clinic", "zip": "", "starts_at": start.isoformat(),
    }  # fmt: skip


@pytest.fixture
def teen(app):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Tara Teen", email="tara@licensedhands.test")
        return account


def link(app, kind):
    with app.app_context():
        address = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first().facts["link"]
    return re.sub(r"^https?://[^/]+", "", address)


def states(app):
    with app.app_context():
        return [row.state for row in db.session.scalars(select(Guardianship).order_by(Guardianship.id))]


def test_at_checkout_a_young_birth_date_leads_to_the_guardian_and_back_to_the_booking(app, visitor, shop, teen):
    young = visitor(teen)
    go_to_place(young, shop)
    assert 'name="born_on"' in young.page.text
    page = young.submit(at="/place", born_on="2011-06-01")
    assert page.request.path == "/guardian"
    assert "booked once a parent or guardian has agreed" in page.text
    page = young.submit(at="/guardian/name", who="self", version="1", accepted="y", **NAMED)
    assert "Agreed. You can book now." in page.text
    back = re.search(r'href="(/checkout/[^"]+/place)"', page.text)[1]
    assert 'name="born_on"' not in young.open(back).text
    young.submit(at="/place")
    assert young.submit(at="/review").request.path.startswith("/appointments/")
    assert "A guardian comes with this visit." in young.page.text


def test_a_guest_is_asked_too(app, visitor, shop):
    guest = visitor()
    go_to_place(guest, shop)
    page = guest.submit(at="/place", name="Gus Guest", email="gus@licensedhands.test", phone="(212) 555-0100", born_on="2011-06-01")
    assert page.request.path == "/guardian"
    page = guest.submit(at="/guardian/name", who="link", email="greta@licensedhands.test", **NAMED)
    assert "The letter is on its way." in page.text
    assert states(app) == ["asked"]


def test_an_adult_may_leave_it_empty(app, visitor, shop, teen):
    grown = visitor(teen)
    go_to_place(grown, shop)
    assert grown.submit(at="/place", born_on="").request.path.endswith("/review")
    with app.app_context():
        assert db.session.scalars(select(CareAge)).all() == []


def test_before_18_the_consent_does_not_offer_sensitive_areas(app, visitor, shop, teen):
    with app.app_context():
        person = db.session.scalar(select(Person))
        CareAgeFactory(person=person)
        GuardianshipFactory(person=person)
    young = visitor(teen)
    hold(young, shop)
    page = answer_health(young, minor="yes")
    assert page.request.path.endswith("/consent")
    assert "area_gluteal" not in page.text
    assert "reminders_email" in page.text


def test_without_a_guardian_the_answer_minor_stops_and_says_where_to_name_one(visitor, shop, teen):
    young = visitor(teen)
    hold(young, shop)
    page = answer_health(young, minor="yes")
    assert page.request.path.endswith("/stop")
    assert 'href="/guardian"' in page.text


def test_faults_are_shown_at_their_fields(visitor, teen, app):
    young = visitor(teen)
    young.open("/guardian")
    page = young.submit(at="/guardian/birth-date", born_on="2099-01-01")
    assert (page.status_code, "lies in the past" in page.text) == (422, True)
    young.submit(at="/guardian/birth-date", born_on="2011-06-01")
    page = young.submit(at="/guardian/name", who="self", name="", relation="parent", phone="", email="")
    assert page.status_code == 422
    assert "Give the guardian&#39;s name." in page.text
    assert "agree to it" in page.text
    page = young.submit(at="/guardian/birth-date", born_on="1990-06-01")
    assert (page.status_code, "is not changed to an earlier one" in page.text) == (422, True)


def test_a_guardian_reads_agrees_and_takes_it_back_behind_links(app, visitor, teen, program):
    asked = program(teen)
    asked.put("/guardian/birth-date", {"born_on": "2011-06-01"})
    made = asked.post("/guardian", {**NAMED, "email": "greta@licensedhands.test", "booker_is_guardian": False})
    assert (made.status_code, made.json["state"]) == (201, "asked")
    where = link(app, "guardian_asked")
    somebody = visitor()
    page = somebody.open(where)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "I am in the room for the whole visit." in page.text
    assert "2011" not in page.text
    page = somebody.submit(at=where, agrees="")
    assert page.status_code == 422
    page = somebody.submit(at=where, agrees="yes")
    assert "Your agreement is kept" in page.text
    assert somebody.open(where).status_code == 404
    end = link(app, "guardian_given")
    somebody.open(end)
    assert "It is taken back." in somebody.submit(at=end).text
    assert somebody.open(end).status_code == 404
    assert states(app) == ["ended"]
    assert where.rpartition("/")[2] not in mask(f"GET {where} 200")
    assert end.rpartition("/")[2] not in mask(f"GET {end} 200")


def test_a_program_states_names_books_and_takes_it_back(app, program, teen, anna, clock):
    asked = program(teen)
    before = asked.get("/guardian").json
    assert (before["born_on"], before["needed"], before["text"]["version"]) == (None, False, "1")
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
    held = asked.post("/holds", {**wish, "starts_at": (clock.now + timedelta(days=2)).isoformat()}).json["id"]
    screening = asked.post("/screenings", {"answers": clear_answers()}).json["id"]
    body = {"hold": held, "screening": screening, "consent": {"version": "1", "accepted": True}, "born_on": "2011-06-01"}
    refused = asked.post("/appointments", body)
    assert (refused.status_code, refused.json["code"]) == (422, "guardian_needed")
    del body["born_on"]  # what was stated stays stated
    assert asked.post("/appointments", body).json["code"] == "guardian_needed"
    assert asked.get("/guardian").json["age"] == 15
    assert asked.post("/guardian", HERE).status_code == 201
    assert asked.get("/guardian").json["agreed"] is True
    assert asked.post("/appointments", body).status_code == 201
    assert asked.delete("/guardian").status_code == 204
    assert asked.delete("/guardian").json["code"] == "no_guardian"
    assert asked.get("/appointments").json["items"][0]["attention"] == ["guardian_due"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**HERE, "colour": "red"}, 400, "unknown_field"),
        ({**HERE, "consent": {"version": "1", "accepted": True, "more": 1}}, 400, "unknown_field"),
        ({**HERE, "consent": {"version": "0", "accepted": True}}, 422, "invalid"),
        ({**HERE, "consent": None}, 422, "invalid"),
        ({**HERE, "consent": []}, 422, "invalid"),
        ({**HERE, "relation": "friend"}, 422, "invalid"),
        ({**NAMED, "booker_is_guardian": False}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused(app, program, teen, body, status, code):
    asked = program(teen)
    asked.put("/guardian/birth-date", {"born_on": "2011-06-01"})
    answer = asked.post("/guardian", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert states(app) == []


@pytest.fixture
def visit(app, teen, anna, clock):
    with app.app_context():
        person = db.session.scalar(select(Person))
        CareAgeFactory(person=person)
        GuardianshipFactory(person=person)
        made = book_visit(db.session.scalar(select(Provider)), person, clock.now + timedelta(days=2), clock.now)
        return made.booked.appointment.public_id


def test_at_the_door_the_guardian_is_shown_and_has_to_be_there(app, visitor, program, teen, anna, clock, visit):
    clock.set(clock.now + timedelta(days=2))
    desk = visitor(anna)
    assert "A guardian comes with this visit." in desk.open(f"/provider/appointments/{visit}").text
    page = desk.open(f"/provider/appointments/{visit}/door-check")
    assert "Greta Grownup" in page.text
    assert "+12125550199" in page.text
    page = desk.submit(at="/door-check", asked=GROUPS)
    assert (page.status_code, "the guardian is there" in page.text) == (422, True)
    assert "Asked and checked in." in desk.submit(at="/door-check", asked=[*GROUPS, "guardian"]).text
    told = program(anna).get(f"/appointments/{visit}/guardian").json
    assert (told["needed"], told["guardian"]["name"], told["version"]) == (True, "Greta Grownup", "1")
    assert "Who agreed for you as a guardian" in visitor(teen).open("/care/access-log").text


def test_a_check_in_by_program_is_refused_without_the_door_check(program, anna, clock, visit):
    clock.set(clock.now + timedelta(days=2))
    answer = program(anna).post(f"/appointments/{visit}/check-in")
    assert (answer.status_code, answer.json["code"]) == (422, "guardian_absent")


def test_a_therapist_states_from_which_age_and_clients_read_and_find_it(app, visitor, program, anna, shop):
    desk = visitor(anna)
    assert "from 12 on" in desk.open("/provider/minors").text
    page = desk.submit(at="/provider/minors", from_age="18")
    assert page.status_code == 422
    assert "from 14 on" in desk.submit(at="/provider/minors", from_age="14").text
    asked = program(None)
    assert asked.get("/providers/anna").json["minors"]["from_age"] == 14
    assert "Treats young people from 14 on" in visitor().open("/providers/anna").text
    found = {age: asked.get("/providers", near="10024", setting="clinic", age=age).json["items"] for age in (13, 14, 40)}
    assert {age: len(items) for age, items in found.items()} == {13: 0, 14: 1, 40: 1}
    assert found[14][0]["minors"]["from_age"] == 14
    own = program(anna)
    assert own.put("/provider/minors", {"from_age": None}).json["words"] == "Treats adults alone, from 18 on."
    assert asked.get("/providers", near="10024", setting="clinic", age=17).json["items"] == []
    assert [own.put("/provider/minors", body).status_code for body in ({}, {"from_age": 18}, {"from_age": "x"})] == [
        422,
        422,
        422,
    ]


def test_the_search_page_asks_for_an_age_and_keeps_what_was_typed(visitor, anna, shop):
    me = visitor()
    both = me.open("/search", near="10024", setting="clinic", age="14").text
    assert ('name="age"' in both, 'value="14"' in both, "For somebody aged 14" in both, "/providers/anna" in both) == (True,) * 4
    young = me.open("/search", near="10024", setting="clinic", age="11").text
    assert "/providers/anna?" not in young
    wrong = me.open("/search", near="10024", age="eleven").text
    assert ('aria-invalid="true"' in wrong, 'value="eleven"' in wrong, 'href="#f-age"' in wrong) == (True, True, True)
    assert "For somebody aged" not in me.open("/search", near="10024", age="").text


def test_a_later_consent_shows_no_sensitive_areas_to_minors(app, clock, visitor, program, teen, shop):
    with app.app_context():
        person = db.session.scalar(select(Person))
        visit = book_visit(
            db.session.scalars(select(Provider).where(Provider.slug == "anna")).one(), person, clock.now + timedelta(days=2), clock.now
        )
        CareAgeFactory(person=person)
        GuardianshipFactory(person=person)
        at = f"/appointments/{visit.booked.appointment.public_id}/consent"
    page = visitor(teen).open(at).text
    assert ("What you agree to" in page, "area_" in page) == (True, False)
    me = program(teen)
    told = me.get(at).json
    assert [section["code"] for section in told["today"]["sections"] if section["code"].startswith("area_")] == []
    refused = me.post(at, {"version": told["today"]["version"], "accepted": True, "sections": ["area_gluteal"]})
    assert refused.status_code in {400, 422}


def test_staff_put_a_birth_date_right_by_command(app, teen):
    with app.app_context():
        person = db.session.scalar(select(Person))
        CareAgeFactory(person=person)
        public_id = person.public_id
    runner = app.test_cli_runner()
    assert runner.invoke(args=["guardians", "correct-birth-date", public_id, "1990-06-01", "--by", "ada"]).exit_code == 0
    missing = runner.invoke(args=["guardians", "correct-birth-date", "nobody", "1990-06-01", "--by", "ada"])
    assert (missing.exit_code, "There is no such person." in missing.output) == (1, True)
    with app.app_context():
        assert db.session.scalars(select(CareAge)).one().born_on == "1990-06-01"
