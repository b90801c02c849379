"""What pages and programs list for somebody whose house takes half an hour can be held; a stranger sees what they always saw."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from booking.appointments.actions.book import book
from booking.appointments.changes.booking import PlaceOfVisit
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from tests.factories import AccountFactory, ClaimFactory, PersonFactory
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, booking_of, hold_visit, traveling_provider

ENDS = START.replace(hour=16) + timedelta(days=2)  # eleven in the morning in New York: a visit next door has just ended
HOME = {"service": "medical-massage", "minutes": 60, "setting": "home", "zip": "10024"}


@pytest.fixture
def slow(app):
    """The account whose house takes half an hour, and two who are next door until eleven."""
    with app.app_context():
        account = AccountFactory()
        person = PersonFactory(account=account)
        held = hold_visit(traveling_provider(slug="dora"), person, ENDS + timedelta(days=5), START, setting="home", zip="10024")
        wanted = replace(booking_of(held, person, START), place=PlaceOfVisit("1 West 85th Street", "10024", "PH", None, door_minutes=30))
        book(wanted, person.id, CLIENT, BASE_URL, START)
        for slug in ("anna", "bela"):
            provider = traveling_provider(slug=slug, name=slug.capitalize())
            ClaimFactory(provider=provider, starts_at=ENDS - timedelta(hours=1), minutes=60, kind="appointment", zip="10024")
        account_id = account.id
        db.session.remove()
        account = db.session.get_one(Account, account_id)
        db.session.expunge_all()
    return account


def asked(setting="home"):
    return {"near": "10024", "setting": setting, "minutes": 60, "from": rfc3339(ENDS), "to": rfc3339(ENDS + timedelta(hours=4))}


def listed(me):
    """By provider the starts that a program finds."""
    items = me.get("/providers", **asked()).json["items"]
    return {item["slug"]: item["starts"] for item in items if item["slug"] in ("anna", "bela")}


def hold(me, slug, starts_at):
    answer = me.post("/holds", {"provider": slug, **HOME, "starts_at": starts_at})
    if answer.status_code == 201:
        assert me.delete(f"/holds/{answer.json['id']}").status_code == 204
    return answer


def test_what_a_program_finds_is_held_and_a_strangers_first_start_is_not(slow, program):
    me, stranger = program(slow), program(None)
    mine, theirs = listed(me), listed(stranger)
    assert {hold(me, slug, start).status_code for slug, starts in mine.items() for start in starts} == {201}
    assert mine != theirs
    for slug in ("anna", "bela"):
        assert theirs[slug][0] < mine[slug][0]
        assert hold(me, slug, theirs[slug][0]).json["code"] == "not_reachable"


def test_the_list_of_one_provider_says_the_same(slow, program):
    me = program(slow)
    window = {"from": rfc3339(ENDS), "to": rfc3339(ENDS + timedelta(hours=4))}
    found = me.get("/providers/anna/openings", **HOME, **window).json
    assert found["openings"][: len(listed(me)["anna"])] == listed(me)["anna"]


def test_whoever_is_free_and_what_is_proposed_instead_can_be_held(slow, program):
    me, early = program(slow), listed(program(None))["anna"][0]
    wanted = {"minutes": 60, "setting": "home", "near": "10024", "starts_at": early}
    found = me.post("/holds/any", wanted).json
    assert found["provider"]["slug"] == "dora", "she alone has nobody next door until then"
    me.delete(f"/holds/{found['id']}")
    refused = hold(me, "anna", early).json
    proposed = refused["alternatives"]
    assert proposed
    for one in proposed:
        answer = me.post("/holds", one["wish"])
        assert answer.status_code == 201, one
        me.delete(f"/holds/{answer.json['id']}")
    assert me.post("/holds/any", {**wanted, "starts_at": listed(me)["anna"][0]}).status_code == 201


def test_pairs_are_held(slow, program):
    me = program(slow)
    mine, theirs = (pair_of_both(who) for who in (me, program(None)))
    assert mine[0] == max(starts[0] for starts in listed(me).values())
    assert theirs[0] < mine[0]
    own, other = ({"provider": slug, "service": HOME["service"]} for slug in ("anna", "bela"))
    where = {"minutes": 60, "setting": "home", "zip": "10024"}
    wanted = {"own": own, "other": other, **where, "guest": {"name": "Bo", "email": "bo@example.org"}}
    assert me.post("/couples", wanted | {"starts_at": theirs[0]}).json["code"] == "not_reachable"
    assert me.post("/couples", wanted | {"starts_at": mine[0]}).status_code == 201


def pair_of_both(who):
    items = who.get("/couples/openings", **asked()).json["items"]
    [pair] = [one for one in items if {side["slug"] for side in one["providers"]} == {"anna", "bela"}]
    return [start["starts_at"] for start in pair["starts"]]


def test_the_search_page_shows_the_same_as_the_program(slow, program, visitor):
    query = {"near": "10024", "setting": "home", "minutes": "60", "when": "date", "date": f"{ENDS:%Y-%m-%d}"}
    mine, theirs = (re.findall(r"starts_at=([^&\"]+)", visitor(who).open("/search", **query).text) for who in (slow, None))
    assert mine
    assert set(mine) != set(theirs)


def test_two_statements_more_however_many_are_listed(app, slow, program, statements):
    me = program(slow)
    listed(me)
    with statements() as seen:
        listed(me)
    assert sum("max(appointment.id)" in one.lower() for one in seen) <= 1
