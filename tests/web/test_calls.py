"""The free call before booking, as people without scripts and as programs meet it: from the provider's yes to the number on the day."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from providers.services.models import Service
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.visits import book_call, offer_call, visit_of

PHONE = "+12125550142"
CALL = {
    "code": "intro_call",
    "name": "Free introductory call",
    "techniques": [],
    "minutes": {"10": 0},
    "settings": ["phone"],
    "first_visit_only": False,
}
MASSAGE = {
    "code": "medical-massage",
    "name": "Medical massage",
    "minutes": {"60": 16_000},
    "settings": ["clinic"],
    "first_visit_only": False,
}


@pytest.fixture
def desk_account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist")


@pytest.fixture
def provider(app, desk_account):
    with app.app_context():
        return bookable_provider(account=desk_account, name="Rosa Lindqvist", slug="rosa")


@pytest.fixture
def offered(app, provider):
    with app.app_context():
        offer_call(provider)
        return provider


@pytest.fixture
def client_account(app):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega", phone=None)
        return account


@pytest.fixture
def start(clock):
    return clock.now.replace(hour=17, minute=0) + timedelta(days=2)


@pytest.fixture
def booked(app, offered, client_account, start, clock):
    """A call that is booked."""
    with app.app_context():
        person = PersonFactory(name="Priya Natarajan", phone=PHONE)
        return visit_of(book_call(offered, person, start, clock.now))


def words(page):
    plain = re.sub(r"<[^>]+>", " ", page.text).replace("\u00a0", " ").replace("&#39;", "'")
    return re.sub(r"\s+", " ", plain)


def services_of(app):
    with app.app_context():
        return {row.code: (row.settings, row.retired) for row in db.session.scalars(select(Service))}


def last_code(app):
    with app.app_context():
        return db.session.scalars(select(Letter).where(Letter.kind == "code").order_by(Letter.id.desc())).first().facts["code"]


# --- the provider says yes -----------------------------------------------------------------------------------------------


def test_one_box_switches_the_call_on_and_off(app, visitor, provider, desk_account):
    desk = visitor(desk_account)
    desk.open("/provider/services")
    assert "intro_call" not in services_of(app)
    page = desk.submit(at="/provider/services", call="1")
    assert "Your services are stored" in page.text
    assert services_of(app)["intro_call"] == (["phone"], False)
    assert 'value="intro_call"' not in page.text
    page = desk.submit(at="/provider/services")
    assert services_of(app)["intro_call"] == (["phone"], False)
    desk.submit(at="/provider/services", call=None)
    assert services_of(app)["intro_call"] == (["phone"], True)
    assert services_of(app)["medical-massage"] == (["clinic"], False)


def test_what_a_program_said_of_the_call_survives_the_page(app, program, visitor, provider, desk_account):
    own = {**CALL, "code": "hello", "name": "Say hello", "buffer_after_minutes": 5}
    own_program = program(desk_account)
    assert own_program.put("/provider/services", {"services": [MASSAGE, own]}).status_code == 200
    desk = visitor(desk_account)
    desk.open("/provider/services")
    desk.submit(at="/provider/services")
    kept = own_program.get("/provider/services").json["services"]
    assert [(one["code"], one["name"], one["settings"], one["buffer_after_minutes"]) for one in kept][1:] == [
        ("hello", "Say hello", ["phone"], 5)
    ]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"minutes": {"10": 100}}, "minutes"),
        ({"minutes": {"20": 0}}, "minutes"),
        ({"settings": ["phone", "home"]}, "settings"),
        ({"techniques": ["trigger_point"]}, "techniques"),
        ({"first_visit_only": True}, "first_visit_only"),
    ],
)
def test_a_program_cannot_make_more_of_a_call(program, provider, desk_account, change, field):
    answer = program(desk_account).put("/provider/services", {"services": [MASSAGE, CALL | change]})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [f"services[1].{field}"]


def test_hours_and_profiles_know_no_phone(program, provider, desk_account):
    weekly = [{"weekday": 0, "opens": "09:00", "closes": "12:00", "settings": ["phone"]}]
    assert program(desk_account).put("/provider/schedule", {"weekly": weekly, "exceptions": []}).status_code == 422


def test_a_call_alone_is_no_service_to_be_listed_with(app, program):
    with app.app_context():
        account = AccountFactory(role="provider")
    own = program(account)
    own.put("/provider/services", {"services": [CALL]})
    missing = {gap["code"] for gap in own.get("/provider/profile").json["missing"]}
    assert "services" in missing


# --- what is shown -------------------------------------------------------------------------------------------------------


def test_the_public_profile_says_it_as_json(program, offered, provider):
    shown = program().get("/providers/rosa").json
    assert shown["call"] == {"service": "intro_call", "minutes": 10, "setting": "phone", "price_cents": 0}
    assert shown["settings"] == ["clinic"]
    assert [one["settings"] for one in shown["services"]] == [["clinic"], ["phone"]]


def test_without_a_call_there_is_none(program, client, provider):
    assert program().get("/providers/rosa").json["call"] is None
    assert "Ask first" not in client.get("/providers/rosa").text
    assert program().get("/providers/rosa/openings", service="intro_call", minutes="10", setting="phone").status_code == 422


def test_openings_of_a_call_need_no_zip_and_cost_nothing(program, offered, start):
    asked = {"service": "intro_call", "minutes": "10", "setting": "phone"}
    starts = program().get("/providers/rosa/openings", **asked).json["openings"]
    assert len(starts) > 20
    quote = program().post("/quotes", {"provider": "rosa", **asked, "minutes": 10, "starts_at": starts[-1]}).json
    assert (quote["total_cents"], quote["tax_cents"], quote["terms"]["summary"]) == (0, 0, "free until the call starts")


def test_search_never_shows_a_call(program, client, offered):
    assert program().get("/providers", minutes="10").json["total"] == 0
    found = program().get("/providers").json
    assert found["items"][0]["settings"] == ["clinic"]
    assert "phone" not in found["facets"]["setting"]
    assert "10-minute" not in client.get("/search").text


def test_the_page_of_a_therapist_offers_the_call_beside_the_visits(client, offered):
    page = client.get("/providers/rosa")
    assert "Ask first: free 10-minute call" in words(page)
    assert "Free introductory call" not in words(page)
    href = re.search(r'id="ask-first" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    shown = client.get(href)
    assert "A free 10-minute call: choose when." in words(shown)
    assert "Rosa Lindqvist calls you" in words(shown)
    assert "ZIP code of the visit" not in shown.text
    assert "If plans change" not in shown.text
    assert "Held for 10 minutes while you say whom to call. The call is free." in words(shown)
    start_href = re.search(r'class="time" href="([^"]+)"', shown.text)[1].replace("&amp;", "&")
    one = client.get(start_href)
    assert "You give the number to call, and book." in words(one)
    assert "health check, about" not in words(one)
    assert "by phone" in words(one)


def test_whoever_offers_a_call_alone_still_shows_it(app, client):
    with app.app_context():
        only = bookable_provider(slug="only")
        for service in db.session.scalars(select(Service).where(Service.provider_id == only.id)):
            service.retired = True
        offer_call(only)
    page = client.get("/providers/only")
    assert "No visits can be booked here at present." in words(page)
    assert "Ask first: free 10-minute call" in words(page)


# --- a person books ------------------------------------------------------------------------------------------------------


def hold(visitor, start):
    visitor.open("/providers/rosa/start", service="intro_call", minutes="10", setting="phone", starts_at=start.isoformat())
    return visitor.submit(at="/hold")


def test_a_guest_books_a_call_with_a_number_and_a_code(app, visitor, offered, start):
    guest = visitor()
    page = hold(guest, start)
    assert page.request.path.endswith("/call"), page.text
    assert "Step" in page.text
    page = guest.submit(at="/call", name="Sam Ortiz", email="sam@example.org", phone="nonsense", note="Do you know jaws?")
    assert page.status_code == 422
    assert "This is not a phone number" in page.text
    page = guest.submit(at="/call", name="Sam Ortiz", email="sam@example.org", phone="212 555 0142", note="Do you know jaws?")
    assert page.request.path.endswith("/call/review")
    assert "Rosa Lindqvist calls +12125550142" in words(page)
    assert "Do you know jaws?" in page.text
    page = guest.submit(at="/call/review", code="000000" if last_code(app) != "000000" else "111111")
    assert page.status_code == 422
    page = guest.submit(at="/call/review", code=last_code(app))
    assert page.request.path.startswith("/visits/"), page.text
    assert "Rosa Lindqvist calls you at +12125550142" in words(page)
    assert "technique" not in words(page)
    assert "What it costs" not in page.text
    assert "Canceling and moving are free until the call starts." in words(page)
    with app.app_context():
        visit = db.session.scalars(select(Appointment)).one()
        assert (visit.setting, visit.screening_id, visit.consent_id, visit.note) == ("phone", None, None, "Do you know jaws?")


def test_a_lost_code_is_sent_again(app, visitor, offered, start):
    guest = visitor()
    hold(guest, start)
    guest.submit(at="/call", name="Sam Ortiz", email="sam@example.org", phone="212 555 0142")
    first = last_code(app)
    page = guest.submit(at="/call/code")
    assert "A new code is on its way" in page.text
    page = guest.submit(at="/call/review", code=last_code(app))
    assert page.request.path.startswith("/visits/")
    assert first


def test_a_client_gives_the_number_once(app, visitor, offered, client_account, start):
    person = visitor(client_account)
    page = hold(person, start)
    assert 'name="email"' not in page.text
    assert person.submit(at="/call").status_code == 422
    page = person.submit(at="/call", phone="212 555 0142")
    page = person.submit(at="/call/review")
    assert page.request.path.startswith("/appointments/"), page.text
    assert "Call LH-" in page.text
    listed = person.open("/appointments")
    assert "Free introductory call" in listed.text
    assert "$0.00" not in listed.text
    again = visitor(client_account)
    page = hold(again, start + timedelta(hours=1))
    assert "in the last 30 days" in words(page)


def test_the_steps_of_a_visit_lead_back_to_those_of_a_call_and_the_other_way_round(app, visitor, offered, client_account, start):
    person = visitor(client_account)
    page = hold(person, start)
    own = page.request.path.removesuffix("/call")
    for step in ("health", "consent", "place", "review", "stop"):
        assert person.open(f"{own}/{step}").request.path == f"{own}/call"
    assert person.open(f"{own}/call/review").request.path == f"{own}/call"
    person.open(
        "/providers/rosa/start",
        service="medical-massage",
        minutes="60",
        setting="clinic",
        starts_at=(start + timedelta(hours=2)).isoformat(),
    )
    visit = person.submit(at="/hold").request.path.removesuffix("/health")
    assert person.open(f"{visit}/call").request.path == f"{visit}/health"
    assert person.open(f"{visit}/call/review").request.path == f"{visit}/health"


def test_a_booked_call_is_moved_and_canceled_free_of_charge(app, visitor, offered, client_account, start):
    person = visitor(client_account)
    hold(person, start)
    person.submit(at="/call", phone="212 555 0142")
    here = person.submit(at="/call/review").request.path
    page = person.open(f"{here}/move")
    assert "Move this call" in words(page)
    offered_at = re.findall(r'name="starts_at" value="([^"]+)"', page.text)
    assert 50 < len(offered_at) < 200, "one in each half hour of the coming days"
    assert "price" not in words(page).lower().replace("prices", "")
    page = person.submit(at="/move", starts_at=re.search(r'name="starts_at" value="([^"]+)"', page.text)[1])
    assert "before:" in words(page)
    page = person.open(f"{here}/cancel")
    assert "Cancel this call?" in words(page)
    assert "Fever" not in page.text
    page = person.submit(at="/cancel")
    assert "Canceled." in words(page)
    assert "There is no fee." in words(page)


# --- a program books -----------------------------------------------------------------------------------------------------


def wish(start, **other):
    return {"provider": "rosa", "service": "intro_call", "minutes": 10, "setting": "phone", "starts_at": start.isoformat(), **other}


def test_a_program_books_moves_and_cancels_a_call(program, offered, client_account, start):
    own = program(client_account)
    held = own.post("/holds", wish(start)).json
    assert held["quote"]["total_cents"] == 0
    refused = own.post("/appointments", {"hold": held["id"]})
    assert (refused.status_code, refused.json["code"], refused.json["errors"][0]["field"]) == (422, "phone_needed", "phone")
    assert own.patch("/me", {"phone": "212 555 0142"}).status_code == 200
    answer = own.post("/appointments", {"hold": held["id"], "note": "Jaws?"}, key="once")
    assert answer.status_code == 201
    made = answer.json
    assert (made["setting"], made["place"], made["due_cents"], made["note"]) == ("phone", None, 0, "Jaws?")
    assert own.post("/appointments", {"hold": held["id"], "note": "Jaws?"}, key="once").json["id"] == made["id"]
    moved = own.post(f"/appointments/{made['id']}/reschedule", {"starts_at": (start + timedelta(hours=1)).isoformat()}).json
    assert (moved["id"], moved["sequence"]) == (made["id"], 1)
    assert own.get(f"/appointments/{made['id']}/cancellation").json["fee_cents"] == 0
    assert own.post(f"/appointments/{made['id']}/cancel", {}).json["status"] == "cancelled"


@pytest.mark.parametrize(
    "more", [{"screening": "x"}, {"consent": {"version": "1", "accepted": True}}, {"place": None}, {"technique": "met"}]
)
def test_health_answers_and_places_are_not_taken_for_a_call(program, offered, client_account, start, more):
    own = program(client_account)
    held = own.post("/holds", wish(start)).json
    answer = own.post("/appointments", {"hold": held["id"], **more})
    assert (answer.status_code, answer.json["code"]) == (400, "unknown_field")


def test_of_a_visit_they_are_asked_as_ever(program, offered, client_account, start):
    own = program(client_account)
    held = own.post("/holds", wish(start, service="medical-massage", minutes=60, setting="clinic")).json
    answer = own.post("/appointments", {"hold": held["id"]})
    assert answer.status_code == 422
    assert {"screening", "consent"} <= {fault["field"].split(".")[0] for fault in answer.json["errors"]}


def test_a_zip_is_not_asked_for_and_not_minded(program, offered, client_account, start):
    own = program(client_account)
    assert own.post("/holds", wish(start, zip="10003")).status_code == 201
    assert own.post("/holds", wish(start + timedelta(hours=1), setting="hotel")).json["code"] == "unknown_service"
    assert own.post("/holds", wish(start + timedelta(hours=1), minutes=60)).json["code"] == "unknown_service"


def test_a_start_that_is_taken_says_so_and_what_else_there_is(program, visitor, booked, client_account, start):
    answer = program(client_account).post("/holds", wish(start))
    assert (answer.status_code, answer.json["code"]) == (409, "slot_taken")
    assert all(one["setting"] == "phone" for one in answer.json["alternatives"])
    guest = visitor()
    guest.open(
        "/providers/rosa/start", service="intro_call", minutes="10", setting="phone", starts_at=(start + timedelta(hours=1)).isoformat()
    )
    page = guest.submit(at="/hold", starts_at=start.isoformat())
    assert "This time has just been taken." in words(page)
    assert re.search(r'class="start" href="[^"]*setting=phone', page.text)
    assert "waitlist/join" not in page.text


def test_staff_see_a_call_that_cannot_take_place(app, visitor, program, booked, desk_account):
    with app.app_context():
        admin = AccountFactory(role="admin")
        db.session.scalars(select(Provider)).one().state = "suspended"
        db.session.commit()
    assert "Phone" in words(visitor(admin).open("/admin/attention"))
    assert program(admin).get("/admin/attention").json["items"][0]["setting"] == "phone"
    desk = visitor(desk_account)
    assert "You cannot give this call as things stand." in words(desk.open(f"/provider/appointments/{booked.public_id}"))


# --- the therapist's day -------------------------------------------------------------------------------------------------


def test_day_and_week_show_the_call_and_count_no_visit(visitor, booked, desk_account, clock, start):
    desk = visitor(desk_account)
    week = desk.open("/provider/calendar", week=start.date().isoformat(), view="list")
    assert "Priya N." in words(week)
    assert "Phone" in words(week)
    assert "None" not in words(week)
    sheet = desk.open("/provider/calendar", week=start.date().isoformat())
    assert "one visit" not in words(sheet)
    clock.set(start - timedelta(hours=1))
    today = visitor(desk_account).open("/provider")
    assert "Next call" in words(today)
    assert "Open this call" in words(today)


def test_the_number_is_shown_on_the_day_and_the_page_says_that_it_is_recorded(visitor, booked, desk_account, clock, start):
    desk = visitor(desk_account)
    page = desk.open(f"/provider/appointments/{booked.public_id}")
    assert "You call the client." in words(page)
    assert "The number is shown from" in words(page)
    assert PHONE not in page.text
    assert desk.open(f"/provider/appointments/{booked.public_id}/phone").request.path.endswith(booked.public_id)
    clock.set(start - timedelta(hours=2))
    desk = visitor(desk_account)
    assert PHONE not in desk.open(f"/provider/appointments/{booked.public_id}").text
    page = desk.open(f"/provider/appointments/{booked.public_id}/phone")
    assert f'href="tel:{PHONE}"' in page.text
    assert "That you looked is recorded." in words(page)
    assert "Check in" not in page.text


def test_the_therapist_ends_a_call_by_saying_what_became_of_it(app, visitor, booked, desk_account, clock, start):
    clock.set(start + timedelta(minutes=6))
    desk = visitor(desk_account)
    page = desk.open(f"/provider/appointments/{booked.public_id}")
    assert "We have talked" in words(page)
    assert "Nobody answered" in words(page)
    assert "Check in" not in words(page)
    page = desk.submit(at="/complete")
    assert "Recorded." in words(page)
    assert "I have left" not in words(page)
    with app.app_context():
        assert db.session.scalars(select(Appointment)).one().status == "completed"


def test_nobody_else_sees_the_number(app, visitor, program, booked, client_account, clock, start):
    clock.set(start)
    with app.app_context():
        stranger = AccountFactory(role="provider")
        bookable_provider(account=stranger, slug="stranger")
    assert visitor(stranger).open(f"/provider/appointments/{booked.public_id}/phone").status_code == 404
    assert PHONE not in program(client_account).get("/providers/rosa").text
