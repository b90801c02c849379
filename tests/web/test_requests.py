"""Visits by request on the pages and by JSON: said before booking, asked for, answered, and what a client sees of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.hold import keep_draft
from booking.appointments.models import Appointment
from booking.screening import catalogue
from marketplace.accounts.models import Account
from marketplace.db import db
from providers.registry.models import Provider
from providers.services.models import Service
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.visits import answered, book_hold, book_visit, hold_visit

ASKS = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}


@pytest.fixture
def world(app, clock):
    with app.app_context():
        client, guest = AccountFactory(), PersonFactory(account=None)
        person = PersonFactory(account=client)
        anna = bookable_provider(slug="anna", name="Anna Alder")
        service = db.session.scalar(select(Service).where(Service.provider_id == anna.id))
        service.by_request = ASKS
        db.session.commit()
        start = START + timedelta(days=2)
        visit = book_visit(anna, person, start, START).booked.appointment.public_id
        made = book_hold(hold_visit(anna, guest, start + timedelta(hours=3), START), guest, START, guest=True)
        ids = {"client": client.id, "anna": anna.account_id, "admin": AccountFactory(role="admin").id}
        stranger = bookable_provider(slug="bert").account_id
        guest_visit = made.booked.appointment.public_id
        db.session.expire_all()
        accounts = {name: db.session.get_one(Account, one) for name, one in (ids | {"bert": stranger}).items()}
        db.session.expunge_all()
    return accounts | {"visit": visit, "guest": guest_visit, "key": made.guest_key}


def status_of(app, public_id):
    with app.app_context():
        return db.session.scalars(select(Appointment.status).where(Appointment.public_id == public_id)).one()


def test_a_therapist_accepts_on_the_day_page(app, world, visitor):
    desk = visitor(world["anna"])
    page = desk.open("/provider")
    assert "Waiting for you" in page.text
    assert "Answer by Wednesday" in page.text
    assert "Waiting for you" in desk.open("/provider/calendar").text
    desk.open(f"/provider/appointments/{world['visit']}")
    assert "Accepted. The client is told." in desk.submit(at=f"{world['visit']}/accept").text
    assert status_of(app, world["visit"]) == "confirmed"
    seen = visitor(world["client"]).open(f"/appointments/{world['visit']}").text
    assert "Booked" in seen
    assert "Waits for your therapist" not in seen


def test_a_therapist_declines_with_other_times_and_the_client_holds_one_with_one_tap(app, world, visitor):
    client = visitor(world["client"])
    assert "Waits for your therapist" in client.open(f"/appointments/{world['visit']}").text
    assert "Waits for your therapist" in client.open("/appointments").text
    desk = visitor(world["anna"])
    page = desk.open(f"/provider/appointments/{world['visit']}/decline")
    assert "Propose other times" in page.text
    proposed = page.text.split('name="propose"')[1].split('value="')[1].split('"')[0]
    told = desk.submit(at="/decline", reason="full", words="See you another day.", propose=proposed)
    assert "Declined. The client has a letter" in told.text
    page = client.open(f"/appointments/{world['visit']}")
    for words in ("Anna Alder cannot give this visit.", "See you another day.", "You pay nothing.", "Proposed by your therapist"):
        assert words in page.text
    held = client.submit(at="/hold")
    assert "/checkout/" in held.request.path


def test_a_guest_sees_the_same_behind_their_link(app, world, visitor):
    visitor(world["anna"]).open(f"/provider/appointments/{world['guest']}/decline")
    assert "Waits for your therapist" in visitor(None).open(f"/visits/{world['key']}").text


def test_by_json(app, world, program):
    therapist, client = program(world["anna"]), program(world["client"])
    one = f"/appointments/{world['visit']}"
    seen = client.get(one).json
    assert (seen["status"], seen["waits_for"], seen["attention"]) == ("requested", ["provider"], ["answer_due"])
    assert seen["respond_by"] == "2027-01-13T12:00:00-05:00"
    assert client.post(f"{one}/accept").status_code == 403
    assert program(world["bert"]).post(f"{one}/accept").status_code == 404
    assert program(world["admin"]).post(f"{one}/decline").status_code == 403
    accepted = therapist.post(f"{one}/accept").json
    assert (accepted["status"], accepted["waits_for"], accepted["sequence"]) == ("confirmed", [], 1)
    again = therapist.post(f"{one}/accept")
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    other = f"/appointments/{world['guest']}"
    taken = therapist.post(f"{other}/decline", {"propose": ["2027-01-14T12:00:00-05:00"]})
    assert (taken.status_code, taken.json["code"]) == (422, "invalid"), "only free times are proposed"
    declined = therapist.post(f"{other}/decline", {"reason": "time", "propose": ["2027-01-15T10:00:00-05:00"]})
    assert (declined.status_code, declined.json["status"], declined.json["fee_cents"]) == (200, "cancelled", 0)


def test_it_is_said_before_booking(app, world, visitor, program):
    nobody = program(None)
    provider = nobody.get("/providers/anna").json
    assert provider["services"][0]["by_request"] == ASKS
    window = {"from_": "2027-01-14", "to": "2027-01-15"}
    wish = {"service": "medical-massage", "minutes": 60, "setting": "clinic"}
    assert nobody.get("/providers/anna/openings", **wish, **window).json["confirmation"] == "request"
    assert nobody.get("/providers/bert/openings", **wish, **window).json["confirmation"] == "instant"
    found = {one["slug"]: one["confirmation"] for one in nobody.get("/providers", **window).json["items"]}
    assert found == {"anna": "request", "bert": "instant"}
    at_once = nobody.get("/providers", instant="1", **window).json
    assert ([one["slug"] for one in at_once["items"]], at_once["facets"]["instant"]) == (["bert"], {"1": 1})
    assert nobody.get("/providers", instant="perhaps", **window).json["errors"][0]["field"] == "instant"
    held = program(world["client"]).post("/holds", {"provider": "anna", "starts_at": "2027-01-15T12:00:00-05:00", **wish})
    assert held.json["confirmation"] == "request"
    browser = visitor(None)
    assert "answer by" in browser.open("/search").text
    only = browser.open("/search", instant="1")
    assert "answer by" not in only.text
    assert ("/providers/bert" in only.text, "Anna Alder" in only.text) == (True, False)
    assert "Confirmed at once" in only.text
    assert "The therapist confirms each such visit in person" in browser.open("/providers/anna", setting="clinic").text


def test_a_therapist_says_where_they_confirm_each_booking(app, world, visitor, program):
    desk = visitor(world["bert"])
    desk.open("/provider/services")
    desk.submit(form=-1, **{"s-0-confirm": "clinic", "s-0-confirm-new": "1", "s-0-confirm-hours": "6"})
    own = program(world["bert"])
    stated = own.get("/provider/services").json["services"][0]["by_request"]
    assert stated == {"settings": ["clinic"], "new_clients_only": True, "answer_hours": 6}
    body = own.get("/provider/services").json
    body["services"][0]["by_request"] = {"settings": ["hotel"], "answer_hours": 25}
    refused = own.put("/provider/services", body)
    assert {fault["field"] for fault in refused.json["errors"]} == {
        "services[0].by_request.settings",
        "services[0].by_request.answer_hours",
    }


def test_the_last_page_before_asking_says_until_when_there_is_an_answer(app, world, visitor):
    with app.app_context():
        client = db.session.get_one(Account, world["client"].id)
        person = person_of(client)
        provider = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        held = hold_visit(provider, person, START + timedelta(days=4), START)
        consent = {"version": catalogue.form().consent.version, "sections": []}
        typed = {
            "screening": answered(person, START),
            "consent": consent,
            "place_done": True,
            "place": None,
            "wishes": {"technique": "", "note": ""},
        }
        keep_draft(held.public_id, person.id, typed)
        public_id = held.public_id
        db.session.remove()
    browser = visitor(world["client"])
    page = browser.open(f"/checkout/{public_id}/review").text
    assert "Anna Alder confirms each such visit in person and answers by Wednesday" in page
    assert "Ask for this time" in page
    assert "Book for" not in page
    assert "Your request is in, and the time is kept for you." in browser.submit(at="/review").text
