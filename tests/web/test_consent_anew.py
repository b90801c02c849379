"""A consent that is missing or out of date is shown to both sides and given anew: on pages, behind a guest's link, by programs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.screening import catalogue
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.visits import book_hold, clear_answers, hold_visit

ANEW = {"chest_pain": "no", "sudden_headache": "no", "acute_neuro": "no", "fever": "no", "systemic_infection": "no", "recent_trauma": "no",
        "intoxicated": "no"}  # fmt: skip


@pytest.fixture
def new_text(monkeypatch):
    """The text of the consent changes."""

    def change(version="2"):
        form = catalogue.form()
        later = replace(form, consent=replace(form.consent, version=version))
        monkeypatch.setattr(catalogue, "form", lambda: later)

    return change


def test_both_sides_see_that_it_is_out_of_date_and_the_client_agrees_anew(sides, visitor, new_text):
    mine, desk, visit = visitor(sides[0]), visitor(sides[1]), sides[2]
    shown, seen = f"/appointments/{visit}", f"/provider/appointments/{visit}"
    assert "out of date" not in mine.open(shown).text + desk.open(seen).text
    new_text()
    assert f'href="{shown}/consent"' in mine.open(shown).text
    assert "The consent is out of date." in desk.open(seen).text
    assert "The text has changed since: ask again before you begin." in desk.open(f"{seen}/health").text
    page = mine.open(f"{shown}/consent").text
    assert all(section.text in page for section in catalogue.form().consent.sections)
    page = mine.submit(at="/consent", area_pectoral="y")
    assert page.status_code == 422
    assert 'checked id="area_pectoral"' in page.text
    page = mine.submit(at="/consent", accepted="y")
    assert "Your therapist sees what you agreed to." in page.text
    assert "out of date" not in page.text + desk.open(seen).text
    health = desk.open(f"{seen}/health").text
    assert [words in health for words in ("version 2", "Chest muscles", "Not agreed: leave out")] == [True] * 3
    assert health.count("Not agreed: leave out") == 3


def test_a_consent_that_is_missing_is_told_too(app, sides, visitor):
    mine, desk, visit = visitor(sides[0]), visitor(sides[1]), sides[2]
    with app.app_context():
        db.session.scalar(select(Appointment).where(Appointment.public_id == visit)).consent_id = None
        db.session.commit()
    assert "The consent is missing." in mine.open(f"/appointments/{visit}").text
    assert "The consent is missing." in desk.open(f"/provider/appointments/{visit}").text
    mine.open(f"/appointments/{visit}/consent")
    assert "missing" not in mine.submit(at="/consent", accepted="y").text


def test_whoever_answers_anew_before_the_visit_is_led_on_to_the_new_text(sides, visitor, program, new_text):
    mine, visit = visitor(sides[0]), sides[2]
    new_text()
    mine.open(f"/appointments/{visit}/health")
    page = mine.submit(at="/health", **ANEW)
    assert page.request.path == f"/appointments/{visit}/consent"
    assert "One thing more" in page.text
    me = program(sides[0])
    assert me.post(f"/appointments/{visit}/screening", {"answers": clear_answers()}).json["consent_due"] is True
    mine.submit(at="/consent", accepted="y")
    assert me.post(f"/appointments/{visit}/screening", {"answers": clear_answers()}).json["consent_due"] is False


def test_a_guest_agrees_behind_their_link(app, visitor, clock):
    with app.app_context():
        anna, person = bookable_provider(slug="anna"), PersonFactory()
        made = book_hold(hold_visit(anna, person, clock.now + timedelta(days=2), clock.now), person, clock.now, guest=True)
        key = made.guest_key
        db.session.get_one(Appointment, made.booked.appointment.id).consent_id = None
        db.session.commit()
    anybody = visitor(None)
    assert "missing" in anybody.open(f"/visits/{key}").text
    anybody.open(f"/visits/{key}/consent")
    page = anybody.submit(at="/consent", accepted="y")
    assert page.request.path == f"/visits/{key}"
    assert "The consent is missing." not in page.text
    assert anybody.open(f"/visits/{'x' * 43}/consent").status_code == 404


def test_programs_of_both_sides(app, sides, program, new_text):
    me, anna, path = program(sides[0]), program(sides[1]), f"/appointments/{sides[2]}/consent"
    was = me.get(path).json
    assert (was["state"], was["version"], set(was["areas"].values())) == ("current", "1", {False})
    new_text()
    assert me.get(path).json["state"] == "outdated"
    old = me.post(path, {"version": "1", "accepted": True})
    assert (old.status_code, old.json["code"], old.json["version"]) == (422, "consent_required", "2")
    made = me.post(path, {"version": "2", "accepted": True, "sections": ["area_intraoral"]})
    assert (made.status_code, made.json["state"], made.json["areas"]["area_intraoral"]) == (201, "current", True)
    assert anna.get(path).json == made.json == me.get(path).json
    assert [row["what"] for row in me.get("/me/access-log").json["items"]] == ["consent"]
    assert me.post(path, {"version": "2", "accepted": True, "sections": ["area_moon"]}).status_code == 422
    assert me.post(path, {"version": "2", "accepted": True, "signed": 1}).json["code"] == "unknown_field"
    with app.app_context():
        stranger = AccountFactory()
        person_of(stranger)
        db.session.refresh(stranger)
        db.session.expunge_all()
    theirs = program(stranger)
    assert [theirs.get(path).status_code, theirs.post(path, {"version": "2", "accepted": True}).status_code] == [404, 404]
