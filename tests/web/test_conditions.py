"""Terms and price rules in their editors: tried out before they are stored, by the functions that charge."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry
from marketplace.db import db
from providers.registry.models import Provider
from providers.services.models import PricePolicy, TermsPolicy
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.callers import forms_of
from tests.support.clocks import START
from tests.support.visits import book_visit, traveling_provider

GENTLE = {"steps": [{"hours": 4, "fee_percent": 0}, {"hours": 0, "fee_percent": 50}], "grace_minutes": 10, "no_show_percent": 50,
          "late_minutes": 20, "free_moves": 1, "payment": "at_visit"}  # fmt: skip
RULES = {
    "rules": [
        {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500},
        {"code": "late", "from": "21:00", "to": "24:00", "amount_cents": 3000},
        {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1000},
        {"code": "holiday", "percent": 25},
        {"code": "short_notice", "hours": 4, "amount_cents": 2000},
        {"code": "travel", "zones": [{"zips": ["10003", "10009"], "amount_cents": 2500}, {"zips": ["10025"], "amount_cents": 3500}]},
    ],
    "cap_percent": 20,
}


@pytest.fixture
def account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist")


@pytest.fixture
def provider(app, account):
    with app.app_context():
        return bookable_provider(account=account, name="Rosa Lindqvist", slug="rosa").id


@pytest.fixture
def desk(program, account, provider):
    return program(account)


@pytest.fixture
def pages(visitor, account, provider):
    return visitor(account)


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def fields_of(page, name):
    return next(form["values"] for form in forms_of(page) if name in form["values"])


class TestTerms:
    def test_sets_can_be_stored_as_they_are_given(self, desk):
        sets = desk.get("/provider/terms/presets").json["items"]
        assert [one["code"] for one in sets] == ["day", "half_day", "gentle", "firm"]
        for one in sets:
            assert desk.put("/provider/terms", one["terms"]).json == one["terms"]

    def test_a_preview_tells_the_clock_and_stores_nothing(self, app, desk):
        before = count(app, AuditEntry)
        seen = desk.post("/provider/terms/preview", GENTLE).json
        starts = datetime.fromisoformat(seen["starts_at"])
        assert (starts.weekday(), starts.hour, starts.minute) == (3, 18, 0)
        assert seen["summary"].startswith("free until ")
        assert "2:00 PM; then $80 until" in seen["summary"] or seen["summary"].endswith("2:00 PM; then $80")
        by_hours = {one["hours"]: one["fee_cents"] for one in seen["notices"]}
        assert (by_hours[4], by_hours[1], by_hours[0]) == (0, 8000, 8000)
        assert seen["no_show"]["fee_cents"] == 8000
        assert seen["advice"] == []
        assert (count(app, TermsPolicy), count(app, AuditEntry)) == (0, before)

    def test_a_preview_refuses_what_storing_would(self, desk):
        answer = desk.post("/provider/terms/preview", GENTLE | {"no_show_percent": 101})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_terms")

    def test_what_is_odd_is_said_and_can_be_stored(self, desk):
        stern = GENTLE | {"steps": [{"hours": 72, "fee_percent": 0}, {"hours": 0, "fee_percent": 100}], "grace_minutes": 0}
        codes = [one["code"] for one in desk.post("/provider/terms/preview", stern).json["advice"]]
        assert codes == ["free_far_ahead", "from_nothing_to_all", "no_grace", "cheaper_not_to_come"]
        assert desk.put("/provider/terms", stern).status_code == 200

    def test_a_set_fills_the_form_and_keeps_payment_and_notices(self, app, pages):
        pages.open("/provider/terms")
        page = pages.submit(at="/provider/terms", preset="gentle", payment="prepaid", move_notice_hours="6")
        values = fields_of(page, "steps-0-hours")
        assert [values[f"steps-{at}-{part}"] for at in (0, 1) for part in ("hours", "fee_percent")] == ["4", "0", "0", "50"]
        assert (values["steps-2-hours"], values["payment"], values["move_notice_hours"], values["late_minutes"]) == (
            "",
            "prepaid",
            "6",
            "20",
        )
        assert count(app, TermsPolicy) == 0

    def test_the_button_shows_what_the_script_shows(self, pages):
        pages.open("/provider/terms")
        page = pages.submit(at="/provider/terms", preview="1", **{"steps-1-fee_percent": "25"})
        part = pages.client.post("/provider/terms/preview", data=fields_of(page, "steps-0-hours"))
        assert part.status_code == 200
        assert "then $40; from" in part.text.replace("\xa0", " ")
        assert "$40.00" in page.text
        assert part.text.strip().splitlines()[-1] in page.text

    def test_an_unfinished_form_says_what_is_missing(self, pages):
        page = pages.open("/provider/terms")
        values = fields_of(page, "steps-0-hours") | {"late_minutes": "a while"}
        part = pages.client.post("/provider/terms/preview", data=values)
        assert part.status_code == 422
        assert 'href="#late_minutes"' in part.text

    def test_versions_say_who_and_when_and_which_visits_keep_them(self, app, desk, pages, provider):
        desk.put("/provider/terms", GENTLE)
        with app.app_context():
            kept = book_visit(db.session.get_one(Provider, provider), PersonFactory(), START + timedelta(days=3), START).booked.appointment
        desk.put("/provider/terms", GENTLE | {"late_minutes": 15})
        newest, first = desk.get("/provider/terms/versions").json["items"]
        assert [(one["version"], one["in_force"], one["made_by_you"]) for one in (newest, first)] == [(2, True, True), (1, False, True)]
        assert newest["appointments"] == []
        assert [one["id"] for one in first["appointments"]] == [kept.public_id]
        assert first["terms"] == GENTLE
        page = pages.open("/provider/terms")
        assert "One coming visit keeps it" in page.text
        assert kept.reference in page.text

    def test_a_visit_from_before_the_first_version_keeps_the_house_terms(self, app, desk, provider):
        with app.app_context():
            kept = book_visit(db.session.get_one(Provider, provider), PersonFactory(), START + timedelta(days=3), START).booked.appointment
        only = desk.get("/provider/terms/versions").json["items"]
        assert [(one["version"], one["in_force"], one["made_by_you"]) for one in only] == [(0, True, None)]
        desk.put("/provider/terms", GENTLE)
        stated, house = desk.get("/provider/terms/versions").json["items"]
        assert (stated["version"], stated["appointments"]) == (1, [])
        assert (house["version"], [one["id"] for one in house["appointments"]]) == (0, [kept.public_id])


class TestPrices:
    def test_usual_wishes_are_priced_by_their_rules(self, desk):
        desk.put("/provider/prices", {"rules": []})
        seen = desk.post("/provider/prices/preview", RULES).json
        lines = {one["code"] + (one["zip"] or ""): [line["code"] for line in one["quote"]["lines"]] for one in seen["wishes"]}
        assert lines["weekday_noon"] == ["service", "tax"]
        assert lines["evening"] == ["service", "evening", "tax"]
        assert lines["saturday_late"] == ["service", "late", "weekend", "cap", "tax"]
        assert lines["holiday"][:2] == ["service", "holiday"]
        assert "short_notice" in lines["short_notice"]
        assert not any(code.startswith("zone") for code in lines)
        named = {line["rule"] for one in seen["wishes"] for line in one["quote"]["lines"] if line["code"] in {"evening", "late", "cap"}}
        assert named == {"evening@2", "late@2", "cap@2"}
        assert all(one["before_cents"] <= one["quote"]["total_cents"] for one in seen["wishes"])

    def test_every_travel_zone_is_priced_for_who_comes_to_clients(self, app, program):
        with app.app_context():
            account = AccountFactory(role="provider")
            traveling_provider(account=account)
        wishes = program(account).post("/provider/prices/preview", RULES).json["wishes"]
        travel = {one["zip"]: [line["amount_cents"] for line in one["quote"]["lines"] if line["code"] == "travel"] for one in wishes}
        assert travel == {None: [], "10003": [2500], "10025": [3500]}

    def test_what_was_tried_out_is_what_is_asked_once_stored(self, desk):
        seen = desk.post("/provider/prices/preview", RULES).json
        desk.put("/provider/prices", RULES)
        for one in seen["wishes"]:
            wish = {
                "provider": "rosa",
                "service": "medical-massage",
                "minutes": one["minutes"],
                "setting": one["setting"],
                "starts_at": one["starts_at"],
            }
            quote = desk.post("/quotes", wish | ({"zip": one["zip"]} if one["zip"] else {})).json
            assert (quote["lines"], quote["total_cents"]) == (one["quote"]["lines"], one["quote"]["total_cents"]), one["code"]

    def test_extras_never_pass_their_cap(self, desk):
        for one in desk.post("/provider/prices/preview", RULES).json["wishes"]:
            lines = one["quote"]["lines"]
            extras = sum(line["amount_cents"] for line in lines if line["code"] not in {"service", "travel", "tax"})
            assert extras <= lines[0]["amount_cents"] * 20 // 100

    def test_a_rule_is_switched_off_and_on_again(self, desk, pages):
        desk.put("/provider/prices", RULES)
        pages.open("/provider/prices")
        page = pages.submit(at="/provider/prices", **{"r-0-off": "1"})
        assert "Your price rules are stored" in page.text
        stored = desk.get("/provider/prices").json
        assert stored["rules"][-1] == RULES["rules"][0] | {"active": False}
        assert [rule["code"] for rule in stored["rules"][:-1]] == ["late", "weekend", "holiday", "short_notice", "travel"]
        evening = next(one for one in desk.post("/provider/prices/preview", stored).json["wishes"] if one["code"] == "evening")
        assert [line["code"] for line in evening["quote"]["lines"]] == ["service", "tax"]

    def test_the_button_shows_what_the_script_shows(self, app, pages):
        pages.open("/provider/prices")
        pages.submit(at="/provider/prices", add="evening")
        typed = {"r-0-from": "19:00", "r-0-to": "21:00", "r-0-amount": "15"}
        page = pages.submit(at="/provider/prices", preview="1", **typed)
        assert "evening@1" in page.text
        part = pages.client.post("/provider/prices/preview", data=fields_of(page, "r-0-from"))
        assert "evening@1" in part.text
        assert count(app, PricePolicy) == 0

    def test_a_rule_just_added_is_unfinished(self, pages):
        pages.open("/provider/prices")
        page = pages.submit(at="/provider/prices", add="evening")
        assert "Fill in the rule first." in page.text
        part = pages.client.post("/provider/prices/preview", data=fields_of(page, "r-0-from"))
        assert part.status_code == 422

    def test_versions_name_the_visits_they_priced(self, app, desk, provider):
        desk.put("/provider/prices", {"rules": [{"code": "weekend", "weekdays": [0, 1, 2, 3, 4, 5, 6], "amount_cents": 1000}]})
        with app.app_context():
            kept = book_visit(db.session.get_one(Provider, provider), PersonFactory(), START + timedelta(days=3), START).booked.appointment
        desk.put("/provider/prices", RULES)
        newest, first = desk.get("/provider/prices/versions").json["items"]
        assert (newest["version"], newest["appointments"], newest["in_force"]) == (2, [], True)
        assert [one["id"] for one in first["appointments"]] == [kept.public_id]
        assert newest["prices"] == RULES


def test_before_a_profile_is_begun_there_is_an_example_all_the_same(app, program, visitor):
    with app.app_context():
        account = AccountFactory(role="provider")
    desk, pages = program(account), visitor(account)
    assert desk.post("/provider/terms/preview", GENTLE).json["price_cents"] == 16_500
    assert desk.post("/provider/prices/preview", RULES).json["wishes"] == []
    for page in ("/provider/terms", "/provider/prices"):
        assert pages.open(page).status_code == 200
