"""Estimates on pages, as files and for programs; each side sees its own, and nobody else any."""

import re

import pytest

from booking.papers.actions import give_due_estimates
from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.visits import BASE_URL

PARTS = {
    "id",
    "version",
    "made_at",
    "reason",
    "scheduled_on",
    "service_on",
    "due_on",
    "client",
    "provider",
    "diagnosis",
    "items",
    "total_cents",
}


@pytest.fixture
def given(app, sides, clock):
    with app.app_context():
        assert give_due_estimates(clock.now, BASE_URL) == 1
    return sides


def test_a_program_reads_it_as_agreed_and_as_a_file(given, program):
    client, therapist, visit = given
    for account in (client, therapist):
        me = program(account)
        made = me.get(f"/appointments/{visit}/estimate").json
        assert set(made) >= PARTS
        assert (made["version"], made["reason"], made["provider"]["state"]) == (1, "scheduled", "NY")
        file = me.get(f"/appointments/{visit}/estimate.pdf")
        assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
        assert "no-store" in file.headers["Cache-Control"]


def test_before_there_is_one_a_client_asks_and_has_it(sides, program):
    client, _therapist, visit = sides
    me = program(client)
    said = me.get(f"/appointments/{visit}/estimate").json
    assert (said["id"], said["version"], said["made_at"], said["reason"]) == (None, 0, None, "scheduled")
    assert me.get(f"/appointments/{visit}/estimate.pdf").mimetype == "application/pdf"
    made = me.post(f"/appointments/{visit}/estimate")
    assert (made.status_code, made.json["reason"]) == (201, "asked")
    assert me.get(f"/appointments/{visit}/estimate").json == made.json
    assert made.json["items"] == said["items"]


def test_others_find_none(given, app, program):
    *_sides, visit = given
    with app.app_context():
        stranger, other = AccountFactory(), AccountFactory(role="provider")
        person_of(stranger)
        bookable_provider(slug="other", account=other)
        db.session.refresh(stranger)
        db.session.refresh(other)
        db.session.expunge_all()
    for account in (stranger, other):
        nobody = program(account)
        assert nobody.get(f"/appointments/{visit}/estimate").status_code == 404
        assert nobody.get(f"/appointments/{visit}/estimate.pdf").status_code == 404
        assert nobody.post(f"/appointments/{visit}/estimate").status_code == (404 if account is stranger else 403)


@pytest.mark.parametrize(
    ("sent", "status", "kept"),
    [
        ({"born_on": "1980-02-03"}, 200, "1980-02-03"),
        ({"born_on": None}, 200, None),
        ({}, 200, None),
        ({"born_on": "2999-01-01"}, 422, None),
        ({"born_on": "1880-01-01"}, 422, None),
        ({"born_on": "yesterday"}, 422, None),
        ({"born_on": "1980-02-31"}, 422, None),
    ],
)
def test_a_birth_date_is_a_day_in_a_life(sides, program, sent, status, kept):
    me = program(sides[0])
    assert me.put("/me/paper-facts", sent).status_code == status
    assert me.get("/me/paper-facts").json == {"born_on": kept}


@pytest.mark.parametrize(
    ("sent", "status", "kept"),
    [("12-3456789", 200, "12-3456789"), ("123456789", 200, "12-3456789"), (None, 200, None), ("123-45-6789", 422, None), ("12", 422, None)],
)
def test_a_tax_number_is_an_ein_and_never_a_social_security_number(sides, program, sent, status, kept):
    me = program(sides[1])
    assert me.put("/provider/paper-facts", {"tax_id": sent}).status_code == status
    assert me.get("/provider/paper-facts").json == {"tax_id": kept}


def test_a_page_says_what_the_file_says(given, visitor):
    client, therapist, visit = given
    reader = visitor(client)
    page = reader.open(f"/appointments/{visit}/estimate").get_data(as_text=True)
    assert "Good Faith Estimate" in page
    assert "97124" in page
    assert re.search(r"Expected total</th><td class=\"num\">\$\d+\.\d\d", page)
    assert "1-800-985-3059" in page
    assert reader.open(f"/appointments/{visit}/estimate.pdf").mimetype == "application/pdf"
    hers = visitor(therapist)
    address = re.search(r'href="([^"]+)">Good Faith Estimate', hers.open(f"/provider/appointments/{visit}").text)[1]
    desk = hers.open(address).get_data(as_text=True)
    assert "Expected total" in desk
    assert hers.open(re.search(r'href="([^"]+\.pdf)"', desk)[1]).mimetype == "application/pdf"
    assert '<form method="post" action="/provider' not in desk


def test_a_client_adds_a_birth_date_and_the_next_version_names_it(given, visitor):
    client, _therapist, visit = given
    reader = visitor(client)
    address = f"/appointments/{visit}/estimate"
    reader.open(address)
    reader.submit(at=address, born_on="1980-02-03")
    page = reader.open(address).get_data(as_text=True)
    assert "Born Feb 3, 1980" in page
    assert "version 1 of" in page


def test_a_therapist_states_the_number_of_the_business(sides, visitor):
    reader = visitor(sides[1])
    reader.open("/provider/paper-facts")
    refused = reader.submit(at="/provider/paper-facts", tax_id="123-45-6789").get_data(as_text=True)
    assert "social security number" in refused
    reader.open("/provider/paper-facts")
    reader.submit(at="/provider/paper-facts", tax_id="123456789")
    assert "12-3456789" in reader.open("/provider/paper-facts").get_data(as_text=True)
