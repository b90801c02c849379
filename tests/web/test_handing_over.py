"""A visit handed over on the pages and by JSON: the admin offers, the client answers, the colleague reads the note."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_hold, book_visit, hold_visit

REASON, NOTE = "Anna has broken her wrist.", "Left shoulder, gentle pressure."
OFFER = {"provider": "cora", "reason": REASON, "note": NOTE}


@pytest.fixture
def world(app, clock):
    with app.app_context():
        client, guest = AccountFactory(), PersonFactory(account=None)
        anna, cora = bookable_provider(slug="anna", name="Anna Alder"), bookable_provider(slug="cora", name="Cora Cole")
        start = START + timedelta(days=2)
        visit = book_visit(anna, PersonFactory(account=client), start, START).booked.appointment.public_id
        guest_visit = book_hold(
            hold_visit(anna, guest, start + timedelta(hours=3), START), guest, START, guest=True
        ).booked.appointment.public_id
        ids = {"client": client.id, "anna": anna.account_id, "cora": cora.account_id, "admin": AccountFactory(role="admin").id}
        db.session.expire_all()
        accounts = {name: db.session.get_one(Account, one) for name, one in ids.items()}
        db.session.expunge_all()
    return accounts | {"visit": visit, "guest_visit": guest_visit}


def offered(world, visitor):
    admin = visitor(world["admin"])
    page = admin.open(f"/admin/appointments/{world['visit']}/hand-over")
    assert "Cora Cole" in page.text
    return admin.submit(form=0, **OFFER)


def test_an_admin_offers_a_client_agrees_and_the_colleague_reads_the_note(app, world, visitor):
    assert "The client is asked." in offered(world, visitor).text
    person = visitor(world["client"])
    page = person.open(f"/appointments/{world['visit']}")
    assert "May Cora Cole come instead?" in page.text
    assert REASON in page.text
    assert NOTE not in page.text
    assert "Cora Cole gives your visit." in person.submit(at="/handover", answer="yes").text
    colleague = visitor(world["cora"]).open(f"/provider/appointments/{world['visit']}")
    assert NOTE in colleague.text
    gone = visitor(world["anna"]).open(f"/provider/appointments/{world['visit']}")
    assert gone.status_code == 404
    with app.app_context():
        for letter in db.session.scalars(select(Letter)):
            rendered = render_letter(letter.kind, letter.facts)
            assert NOTE not in str(rendered)


def test_a_client_says_no(world, visitor):
    offered(world, visitor)
    person = visitor(world["client"])
    person.open(f"/appointments/{world['visit']}")
    page = person.submit(at="/handover", answer="no")
    assert "The visit stays with Anna Alder." in page.text
    assert "May Cora Cole come instead?" not in page.text
    assert "The client said no." in visitor(world["admin"]).open(f"/admin/appointments/{world['visit']}/hand-over").text


def test_an_admin_takes_the_question_back(world, visitor):
    offered(world, visitor)
    admin = visitor(world["admin"])
    admin.open(f"/admin/appointments/{world['visit']}/hand-over")
    assert "Taken back." in admin.submit(at="/withdraw").text
    person = visitor(world["client"])
    assert "May Cora Cole" not in person.open(f"/appointments/{world['visit']}").text


def test_a_guest_answers_behind_their_link(app, world, program, visitor):
    assert program(world["admin"]).post(f"/appointments/{world['guest_visit']}/handover", OFFER).status_code == 201
    guest = visitor()
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "handover_offered")).one()
        path = re.sub(r"^https?://[^/]+", "", str(letter.facts["link"]))
    assert "May Cora Cole come instead?" in guest.open(path).text
    assert "Cora Cole gives your visit." in guest.submit(at="/handover", answer="yes").text


def test_programs_do_the_same_and_the_note_is_only_for_who_comes(app, world, program):
    admin, client, anna, cora = (program(world[name]) for name in ("admin", "client", "anna", "cora"))
    path = f"/appointments/{world['visit']}/handover"
    assert client.get(path).json == {"handover": None}
    made = admin.post(path, OFFER)
    assert (made.status_code, made.json["state"], made.json["provider"]["slug"]) == (201, "offered", "cora")
    assert (anna.get(path).json["handover"].get("note"), admin.get(path).json["handover"]["note"]) == (None, NOTE)
    assert cora.get(path).status_code == 404, "the visit is not hers yet"
    answered = client.post(f"{path}/answer", {"accept": True})
    assert (answered.status_code, answered.json["provider"]["slug"], answered.json["sequence"]) == (200, "cora", 1)
    assert cora.get(path).json["handover"]["note"] == NOTE
    assert anna.get(path).status_code == 404
    again = client.post(f"{path}/answer", {"accept": True})
    assert (again.status_code, again.json["code"]) == (409, "handover_over")
    with app.app_context():
        assert db.session.scalar(select(Appointment.status).where(Appointment.public_id == world["visit"])) == "confirmed"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"provider": "nobody"}, "invalid"), ({"provider": "anna"}, "same_provider"), ({"reason": "x" * 301}, "invalid"), ({"reason": ""}, "invalid")],
)  # fmt: skip
def test_what_cannot_be_offered_has_a_code(world, program, change, code):
    refused = program(world["admin"]).post(f"/appointments/{world['visit']}/handover", OFFER | change)
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_only_admins_offer_and_only_the_client_answers(world, program):
    path = f"/appointments/{world['visit']}/handover"
    for name in ("client", "anna"):
        assert program(world[name]).post(path, OFFER).status_code == 403
    program(world["admin"]).post(path, OFFER)
    assert program(world["cora"]).post(f"{path}/answer", {"accept": True}).status_code == 403


def test_it_stands_on_the_list_of_visits_at_risk(world, visitor, program):
    program(world["admin"]).post("/admin/providers/anna/suspend", {"reason": "A complaint is looked into."})
    assert f"/admin/appointments/{world['visit']}/hand-over" in visitor(world["admin"]).open("/admin/attention").text
