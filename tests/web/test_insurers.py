"""Insurers: stated by programs and at the desk, each time with its day; read on the profile, searched for, never promised."""

import pytest
from sqlalchemy import func, select

from marketplace.db import db
from providers.insurers.models import InsuranceStatement
from providers.registry.models import Provider
from tests.factories import AccountFactory, InsuranceStatementFactory, bookable_provider

AT = "/provider/insurance"
LINE = {"carrier": "aetna", "way": "accepts", "plans": ["ppo", "hmo"]}


@pytest.fixture
def therapist(app):
    with app.app_context():
        account = AccountFactory(role="provider")
        bookable_provider(slug="rosa", name="Rosa Lindqvist", account=account)
        return account


@pytest.fixture
def town(app, therapist):
    """Rosa accepts two kinds of Aetna's plans, Ida gives superbills for Cigna, Una has said nothing."""
    with app.app_context():
        ida, _una = bookable_provider(slug="ida", name="Ida Kron"), bookable_provider(slug="una", name="Una Bell")
        rosa = db.session.scalar(select(Provider).where(Provider.slug == "rosa"))
        InsuranceStatementFactory(provider=rosa, entries=[LINE])
        InsuranceStatementFactory(provider=ida, entries=[{"carrier": "cigna", "way": "superbill", "plans": []}])


def found(asked, **words):
    answer = asked.get("/providers", near="10024", setting="clinic", **words).json
    return sorted(item["slug"] for item in answer["items"]), answer["facets"]["carrier"], answer["facets"]["plan"]


def test_a_program_states_it_with_its_day(program, therapist, app):
    desk = program(therapist)
    before = desk.get(AT).json
    assert (before["version"], before["stated_on"], before["coverage"], before["entries"]) == (0, None, "unknown", [])
    stated = desk.put(AT, {"entries": [LINE, {"carrier": "cigna", "way": "superbill"}]}).json
    assert (stated["version"], stated["coverage"], len(stated["entries"])) == (1, "unknown", 2)
    assert stated["stated_on"] is not None
    shown = desk.get("/providers/rosa").json["insurance"]
    assert (shown["stated_on"], shown["coverage"]) == (stated["stated_on"], "unknown")
    assert shown["entries"][0] == {**LINE, "carrier_name": "Aetna", "plan_names": ["PPO", "HMO"]}
    assert "ask them first" in shown["note"]


def test_each_statement_is_a_row_that_stays(program, therapist, app):
    desk = program(therapist)
    for lines in ([LINE], [LINE], []):
        desk.put(AT, {"entries": lines})
    assert desk.get(AT).json["version"] == 3
    with app.app_context():
        rows = db.session.scalars(select(InsuranceStatement).order_by(InsuranceStatement.version)).all()
        assert [(row.version, len(row.entries)) for row in rows] == [(1, 1), (2, 1), (3, 0)]


def test_what_cannot_stand_is_refused(program, therapist, app):
    desk = program(therapist)
    assert desk.put(AT, {"entries": [LINE], "copay_cents": 1}).json["code"] == "unknown_field"
    refused = desk.put(AT, {"entries": [LINE | {"carrier": "acme"}, LINE | {"way": "covers"}]})
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json["errors"]] == ["entries.0.carrier", "entries.1.way"]
    assert desk.put(AT, {"entries": "aetna"}).status_code == 422
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(InsuranceStatement)) == 0


CARRIERS, PLANS = {"aetna": 1, "cigna": 1}, {"hmo": 1, "ppo": 1}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, (["ida", "rosa", "una"], CARRIERS, PLANS)),
        ({"carrier": "aetna"}, (["rosa"], CARRIERS, PLANS)),
        ({"carrier": "aetna,cigna"}, (["ida", "rosa"], CARRIERS, PLANS)),
        ({"plan": "hmo"}, (["rosa"], {"aetna": 1}, PLANS)),
        ({"carrier": "cigna", "plan": "hmo"}, ([], {"aetna": 1}, {})),
        ({"carrier": "humana"}, ([], CARRIERS, {})),
    ],
)
def test_programs_search_by_insurer_and_plan(program, town, words, expected):
    assert found(program(), **words) == expected


def test_a_found_item_says_what_was_stated(program, town):
    item = program().get("/providers", near="10024", setting="clinic", carrier="cigna").json["items"][0]
    assert item["insurance"]["coverage"] == "unknown"
    assert [(one["carrier"], one["way"], one["plans"]) for one in item["insurance"]["entries"]] == [("cigna", "superbill", [])]
    assert "insurance" not in program().get("/providers", near="10024", setting="clinic").json["items"][0]


def test_an_insurer_nobody_knows_is_refused(program, town):
    refused = program().get("/providers", near="10024", carrier="acme")
    assert (refused.status_code, [fault["field"] for fault in refused.json["errors"]]) == (422, ["carrier"])
    meta = program().get("/meta").json
    assert {"code": "aetna", "name": "Aetna"} in meta["carriers"]
    assert {"code": "ppo", "name": "PPO"} in meta["plans"]


def test_what_comes_nearest_names_the_insurer(program, visitor, town):
    answer = program().get("/providers", near="10024", setting="clinic", carrier="humana").json
    words = {one["reason"]: one["words"] for one in answer["alternatives"]}
    assert words["any_insurer"] == "Has not stated your insurer or plan"
    page = visitor().open("/search", near="10024", setting="clinic", carrier="humana")
    assert "Has not stated your insurer or plan" in page.text


def test_a_page_of_results_keeps_the_insurer(program, town):
    first = program().get("/providers", near="10024", setting="clinic", carrier=["aetna", "cigna"], limit=1).json
    assert first["total"] == 2
    second = program().get("/providers", cursor=first["next"]).json
    assert {one["items"][0]["slug"] for one in (first, second)} == {"rosa", "ida"}


def test_the_pages_say_whose_words_they_are(visitor, town):
    page = visitor().open("/search", near="10024", setting="clinic", carrier="cigna")
    assert "As stated by Ida Kron on" in page.text
    assert "Cigna Healthcare: you pay, and get a superbill to hand in. Ask your insurer." in page.text
    assert 'name="carrier"' in page.text
    plain = visitor().open("/search", near="10024", setting="clinic")
    assert "As stated by" not in plain.text
    profile = visitor().open("/providers/rosa").text
    assert "As stated by Rosa Lindqvist on" in profile
    assert "Aetna (PPO, HMO): accepts it, in network" in profile
    assert "unknown until your insurer answers" in profile
    assert "Una Bell has stated nothing about insurers." in visitor().open("/providers/una").text


def test_the_desk_states_it_line_by_line(visitor, program, therapist):
    desk = visitor(therapist)
    desk.open(AT)
    page = desk.submit(at=AT, **{"row-0-carrier": "aetna", "row-1-carrier": "aetna", "row-1-way": "superbill"})
    assert page.status_code == 422
    assert 'id="row-0-way-error"' in page.text
    assert 'id="row-1-carrier-error"' in page.text
    page = desk.submit(at=AT, **{"row-0-way": "out_of_network", "row-0-plans": "ppo", "row-1-carrier": ""})
    assert "Stated as of today." in page.text
    assert program(therapist).get(AT).json["entries"] == [{"carrier": "aetna", "way": "out_of_network", "plans": ["ppo"]}]
    page = desk.submit(at=AT, **{"row-0-carrier": ""})
    assert "Stated as of today." in page.text
    assert "Rosa Lindqvist deals with no insurer, as stated on" in visitor().open("/providers/rosa").text


def test_two_windows_do_not_overwrite_each_other(visitor, program, therapist):
    desk, other = visitor(therapist), program(therapist)
    desk.open(AT)
    other.put(AT, {"entries": [LINE]})
    page = desk.submit(at=AT, **{"row-0-carrier": "oscar", "row-0-way": "accepts"})
    assert page.status_code == 422
    assert "This was changed in another window meanwhile." in page.text
    assert other.get(AT).json["entries"] == [LINE]
