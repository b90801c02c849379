"""Programs and people who cannot have a start are told what comes nearest, and each of it can be held."""

import re
from datetime import timedelta

import pytest

from marketplace.db import db
from tests.factories import AccountFactory, ClaimFactory, bookable_provider, person_of


@pytest.fixture
def anna(app):
    with app.app_context():
        return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def newcomer(app, program):
    """A program of somebody new, with an account and a person."""

    def make():
        with app.app_context():
            account = AccountFactory()
            person_of(account)
            db.session.expunge_all()
        return program(account)

    return make


def wish_at(start, **change):
    return {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": start.isoformat(), **change}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "slot_taken"),
        ({"starts_at": "2027-01-14T23:00:00-05:00"}, "outside_hours"),
        ({"starts_at": "2027-01-12T12:15:00-05:00"}, "too_soon"),
        ({"starts_at": "2027-12-14T12:00:00-05:00"}, "too_far_ahead"),
        ({"minutes": 75, "starts_at": "2027-01-15T12:00:00-05:00"}, "unknown_service"),
        ({"service": "no-such-thing", "starts_at": "2027-01-15T12:00:00-05:00"}, "unknown_service"),
    ],
)
def test_a_refused_hold_carries_what_can_be_held(anna, newcomer, clock, change, code):
    start = clock.now + timedelta(days=2)
    assert newcomer().post("/holds", wish_at(start)).status_code == 201
    refused = newcomer().post("/holds", wish_at(start, **change))
    assert refused.json["code"] == code
    assert refused.json["alternatives"]
    for one in refused.json["alternatives"]:
        assert set(one) == {"reason", "words", "provider_name", "total_cents", "wish"}
        client = newcomer()
        held = client.post("/holds", one["wish"])
        assert (held.status_code, held.json["quote"]["total_cents"]) == (201, one["total_cents"])
        assert client.delete(f"/holds/{held.json['id']}").status_code == 204


def test_whoever_comes_too_late_hears_so_before_any_verb_begins(anna, newcomer, clock, monkeypatch):
    """Of a crowd that wants one start, the many wait for no lock; at the second at which the hold runs out the next one is let through."""
    start = clock.now + timedelta(days=2)
    assert newcomer().post("/holds", wish_at(start)).status_code == 201
    with monkeypatch.context() as patched:
        patched.setattr("booking.appointments.api.endpoints.hold_time", lambda *_: pytest.fail("the verb began"))
        clock.advance(minutes=9, seconds=59)
        assert newcomer().post("/holds", wish_at(start)).json["code"] == "slot_taken"
    clock.advance(seconds=1)
    assert newcomer().post("/holds", wish_at(start)).status_code == 201


def test_a_repeated_request_repeats_its_proposals(anna, newcomer, clock):
    start = clock.now + timedelta(days=2)
    newcomer().post("/holds", wish_at(start))
    client = newcomer()
    first, second = (client.post("/holds", wish_at(start), key="once") for _ in range(2))
    assert first.status_code == second.status_code == 409
    assert first.json["alternatives"] == second.json["alternatives"]


def test_a_search_that_finds_nothing_says_what_comes_nearest(anna, newcomer):
    answer = newcomer().get("/providers", minutes="75").json
    assert answer["total"] == 0
    assert [(one["reason"], one["wish"]["minutes"]) for one in answer["alternatives"]] == [("other_minutes", 60), ("other_minutes", 90)]
    assert newcomer().post("/holds", answer["alternatives"][1]["wish"]).status_code == 201
    assert "alternatives" not in newcomer().get("/providers").json


def test_a_week_without_a_start_shows_what_else_there_is(app, anna, client, clock):
    with app.app_context():
        bookable_provider(slug="bela", name="Bela Birch")
        ClaimFactory(provider=anna, starts_at=clock.now - timedelta(days=1), minutes=20 * 1440)
    page = client.get("/providers/anna?service=medical-massage&minutes=60&setting=clinic")
    assert "What comes nearest" in page.text
    [href] = re.findall(r'<a class="card proposal" href="([^"]+)"', page.text)
    assert href.startswith("/providers/bela/start")
    assert 'action="/hold"' in client.get(href.replace("&amp;", "&")).text


def test_a_lost_hold_leads_to_its_start_and_what_else_there_is(anna, visitor, clock):
    start = clock.now + timedelta(days=2)
    address = {"service": "medical-massage", "minutes": "60", "setting": "clinic", "starts_at": start.isoformat()}
    slow, fast = visitor(), visitor()
    slow.open("/providers/anna/start", **address)
    slow.submit(at="/hold")
    checkout = slow.page.request.path
    clock.advance(minutes=10)
    fast.open("/providers/anna/start", **address)
    fast.submit(at="/hold")
    page = slow.open(checkout)
    assert page.request.path == "/providers/anna/start"
    assert "no longer held for you" in page.text
    assert "just been taken" in page.text
    assert re.findall(r'class="start" href="/providers/anna/start', page.text)
