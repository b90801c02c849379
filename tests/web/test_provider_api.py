"""The provider's desk as programs use it: everything is stated as a whole and can be read back as it was stated."""

import io
import json
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from marketplace.db import db
from providers.places.models import ProviderPlace, ServiceArea
from providers.registry.models import Change, Provider
from providers.schedule.models import WeeklyHours
from providers.services.models import PricePolicy, Service, TermsPolicy
from tests.factories import AccountFactory, AppointmentFactory, bookable_provider
from tests.support.clocks import START

PROFILE = {
    "name": "Rosa Lindqvist",
    "headline": "Necks that sit all day",
    "about": "Twelve years in practice, six of them beside physical therapists.",
    "gender": "female",
    "pronouns": "she/her",
    "profession": "lmt",
    "languages": ["en", "es"],
    "settings": ["clinic", "home"],
    "phone": "+12125550147",
    "places": [
        {"kind": "clinic", "name": "Murray Hill rooms", "line1": "120 East 34th Street", "unit": "4B", "city": "New York", "zip": "10016"}
    ],
}
SERVICES = {
    "services": [
        {
            "code": "medical",
            "name": "Medical massage",
            "techniques": ["myofascial_release", "trigger_point"],
            "minutes": {"60": 16000, "90": 22000},
            "settings": ["clinic", "home"],
            "first_visit_only": False,
            "buffer_after_minutes": 10,
            "add_ons": [{"code": "scar", "name": "Scar work", "minutes": 15, "price_cents": 2500}],
        },
        {
            "code": "first",
            "name": "First consult",
            "techniques": [],
            "minutes": {"30": 9500},
            "settings": ["clinic"],
            "first_visit_only": True,
        },
    ]
}
SCHEDULE = {
    "weekly": [
        {"weekday": 0, "opens": "18:00", "closes": "22:00", "settings": ["clinic", "home"], "staffing": "full_time"},
        {"weekday": 4, "opens": "20:00", "closes": "02:00", "settings": ["home"]},
    ],
    "exceptions": [
        {"on": "2027-01-18", "closed": True},
        {"on": "2027-01-19", "opens": "10:00", "closes": "12:30", "settings": ["clinic"]},
        {"on": "2027-01-20", "opens": "18:00", "closes": "22:00", "settings": ["clinic"], "staffing": "rotating"},
    ],
    "rules": {
        "step_minutes": 30,
        "offset_minutes": None,
        "buffer_before_minutes": 5,
        "buffer_after_minutes": 15,
        "notice_minutes": 90,
        "horizon_days": 45,
        "max_per_day": 5,
        "turnover_minutes": 10,
    },
}
AREA = {
    "mode": "subway",
    "base": {"line1": "12 East 12th Street", "zip": "10003"},
    "neighbourhoods": ["east_village"],
    "zips": ["10011"],
    "setup_minutes": 15,
    "pack_minutes": 10,
}
LICENSE = {
    "kind": "license",
    "issuer": "New York State Education Department",
    "number": "027-012345-1".removeprefix("027-"),
    "holder_name": "Rosa Lindqvist",
    "issued_on": "2020-06-01",
    "expires_on": "2028-05-31",
    "details": {"profession_code": "027"},
}
INSURANCE = {
    "kind": "liability_insurance",
    "issuer": "Hands and Heart Mutual",
    "number": "PL-4471",
    "holder_name": "Rosa Lindqvist",
    "issued_on": "2026-06-01",
    "expires_on": "2027-05-31",
    "details": {"form": "occurrence", "per_occurrence_cents": 200_000_000, "aggregate_cents": 600_000_000, "covers": ["cupping"]},
}


@pytest.fixture
def desk(app, program):
    with app.app_context():
        account = AccountFactory(role="provider", name="Rosa Lindqvist")
    return program(account)


def codes(answer):
    return {fault["field"] for fault in answer.json.get("errors", [])}


def count(app, model, **where):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


class TestProfile:
    def test_before_the_first_word_it_is_an_empty_draft_and_looking_stores_nothing(self, app, desk):
        answer = desk.get("/provider/profile")
        assert answer.status_code == 200
        assert answer.json["slug"] == "rosa-lindqvist"
        assert answer.json["state"] == "draft"
        assert {"headline", "services", "hours", "license", "liability_insurance"} <= {gap["code"] for gap in answer.json["missing"]}
        assert count(app, Provider) == 0

    def test_what_is_stated_is_read_back(self, desk):
        stated = desk.put("/provider/profile", PROFILE)
        assert stated.status_code == 200, stated.json
        read = desk.get("/provider/profile").json
        assert {name: read[name] for name in PROFILE if name != "places"} == {name: PROFILE[name] for name in PROFILE if name != "places"}
        assert read["places"][0]["neighbourhood"] == "murray_hill"
        assert {name: read["places"][0][name] for name in PROFILE["places"][0]} == PROFILE["places"][0]

    def test_answers_are_dated_and_keep_their_day_while_their_words_stay(self, desk, clock):
        desk.put("/provider/profile", PROFILE | {"answers": {"approach": "I look first.", "experience": "Often."}})
        clock.advance(days=2)
        second = desk.put("/provider/profile", PROFILE | {"answers": {"approach": "I look first.", "experience": "Most weeks."}})
        assert second.json["answers"] == {"approach": "I look first.", "experience": "Most weeks."}
        days = second.json["answered_on"]
        assert days["approach"] < days["experience"]

    @pytest.mark.parametrize(
        ("answers", "status", "field"),
        [
            ({"success_rate": "98 percent"}, 400, "answers.success_rate"),
            ({"approach": "x" * 601}, 422, "answers.approach"),
            ({"approach": 7}, 422, "answers.approach"),
        ],
    )
    def test_unknown_questions_and_long_answers_are_refused(self, desk, answers, status, field):
        refused = desk.put("/provider/profile", PROFILE | {"answers": answers})
        assert refused.status_code == status
        assert codes(refused) == {field}

    def test_an_answer_may_be_sent_back_as_it_came(self, desk):
        desk.put("/provider/profile", PROFILE)
        shown = desk.get("/provider/profile").json
        assert desk.put("/provider/profile", shown | {"headline": "Another line"}).json["headline"] == "Another line"

    @pytest.mark.parametrize("more", [{"state": "listed"}, {"slug": "somebody-else"}, {"rating": 5}])
    def test_nobody_lists_themselves(self, desk, more):
        desk.put("/provider/profile", PROFILE)
        answer = desk.put("/provider/profile", PROFILE | more)
        assert (answer.status_code, answer.json["code"]) == (400, "unknown_field")
        assert desk.get("/provider/profile").json["state"] == "draft"

    def test_places_keep_their_ids_when_stated_again(self, desk):
        first = desk.put("/provider/profile", PROFILE).json["places"][0]["id"]
        again = PROFILE | {"places": [PROFILE["places"][0] | {"line1": "120  east 34th street", "name": "New name"}]}
        place = desk.put("/provider/profile", again).json["places"][0]
        assert (place["id"], place["name"]) == (first, "New name")

    def test_a_place_left_out_goes(self, app, desk):
        desk.put("/provider/profile", PROFILE)
        assert desk.put("/provider/profile", PROFILE | {"places": []}).json["places"] == []
        assert count(app, ProviderPlace) == 0

    @pytest.mark.parametrize(
        "line1, zip_code, code",
        [("5 Main Street", "11201", "outside_manhattan"), ("somewhere nice", "10099", "unknown_place")],
    )
    def test_a_place_that_is_not_in_manhattan_is_named(self, app, desk, line1, zip_code, code):
        answer = desk.put("/provider/profile", PROFILE | {"places": [PROFILE["places"][0] | {"line1": line1, "zip": zip_code}]})
        assert answer.status_code == 422
        assert answer.json["code"] == code
        assert codes(answer) == {"places[0].line1"}
        assert count(app, Provider) == 0

    def test_every_fault_is_named_at_once(self, desk):
        answer = desk.put(
            "/provider/profile",
            PROFILE
            | {"name": " ", "gender": "robot", "languages": ["xx1"], "phone": "12", "settings": ["beach"], "places": [{"kind": "hut"}]},
        )
        assert answer.status_code == 422
        assert {"name", "gender", "languages", "phone", "settings", "places[0].kind", "places[0].line1"} <= codes(answer)

    def test_two_of_one_name_have_two_addresses(self, app, program):
        with app.app_context():
            accounts = [AccountFactory(role="provider", name="Ana Núñez") for _ in range(3)]
        slugs = []
        for account in accounts:
            program_of = program(account)
            slugs.append(program_of.put("/provider/profile", {**PROFILE, "name": "Ana Núñez"}).json["slug"])
        assert slugs == ["ana-nunez", "ana-nunez-2", "ana-nunez-3"]

    def test_ten_kilobytes_of_emoji_are_refused_with_a_sentence(self, desk):
        answer = desk.put("/provider/profile", PROFILE | {"about": "🫶" * 10_000})
        assert answer.status_code == 422
        assert codes(answer) == {"about"}


class TestServices:
    def test_what_is_stated_is_read_back(self, desk):
        assert desk.put("/provider/services", SERVICES).status_code == 200
        first, second = desk.get("/provider/services").json["services"]
        for stated, read in zip(SERVICES["services"], (first, second), strict=True):
            assert {name: read[name] for name in stated} == stated
        assert desk.put("/provider/services", {"services": [first, second]}).json["services"] == [first, second]

    def test_one_left_out_is_retired_and_may_come_back(self, app, desk):
        desk.put("/provider/services", SERVICES)
        desk.put("/provider/services", {"services": SERVICES["services"][:1]})
        assert [one["code"] for one in desk.get("/provider/services").json["services"]] == ["medical"]
        assert count(app, Service, retired=True) == 1
        desk.put("/provider/services", SERVICES)
        assert count(app, Service) == 2
        assert count(app, Service, retired=True) == 0

    def test_the_version_rises_with_the_price_alone(self, app, desk):
        def version():
            with app.app_context():
                return db.session.scalar(select(Service.version).where(Service.code == "medical"))

        def priced(cents, name="Medical massage"):
            return {"services": [SERVICES["services"][0] | {"minutes": {"60": cents}, "name": name}]}

        desk.put("/provider/services", priced(16000))
        assert version() == 1
        desk.put("/provider/services", priced(16000, "Another name"))
        assert version() == 1
        desk.put("/provider/services", priced(17000, "Another name"))
        assert version() == 2

    @pytest.mark.parametrize(
        "change, field",
        [
            ({"minutes": {}}, "services[0].minutes"),
            ({"minutes": {"60": -1}}, "services[0].minutes.60"),
            ({"minutes": {"60": 160.5}}, "services[0].minutes.60"),
            ({"minutes": {"sixty": 16000}}, "services[0].minutes"),
            ({"minutes": {"500": 16000}}, "services[0].minutes"),
            ({"settings": []}, "services[0].settings"),
            ({"settings": ["clinic", "beach"]}, "services[0].settings"),
            ({"techniques": ["voodoo"]}, "services[0].techniques"),
            ({"code": "Not a code"}, "services[0].code"),
            ({"code": "first"}, "services[1].code"),
            ({"buffer_before_minutes": 900}, "services[0].buffer_before_minutes"),
            ({"add_ons": [{"code": "x", "name": "X", "minutes": 5}]}, "services[0].add_ons[0].price_cents"),
        ],
    )
    def test_a_fault_is_named_by_its_path(self, app, desk, change, field):
        body = {"services": [SERVICES["services"][0] | change, SERVICES["services"][1]]}
        answer = desk.put("/provider/services", body)
        assert answer.status_code == 422
        assert field in codes(answer)
        assert count(app, Service) == 0

    def test_an_amount_that_is_not_ours_is_unknown(self, desk):
        body = {"services": [SERVICES["services"][0] | {"discount_cents": 1}]}
        answer = desk.put("/provider/services", body)
        assert (answer.status_code, answer.json["code"]) == (400, "unknown_field")
        assert codes(answer) == {"services[0].discount_cents"}


RULES = {
    "rules": [{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500}, {"code": "holiday", "percent": 25}],
    "cap_percent": 50,
}
TERMS = {
    "steps": [{"hours": 48, "fee_percent": 0}, {"hours": 0, "fee_percent": 50}],
    "grace_minutes": 5,
    "no_show_percent": 100,
    "late_minutes": 10,
    "free_moves": 2,
    "payment": "at_visit",
}


class TestPricesAndTerms:
    def test_price_rules_are_read_back_and_each_change_is_a_version(self, app, desk):
        assert desk.get("/provider/prices").json == {"rules": []}
        assert desk.put("/provider/prices", RULES).json == RULES
        assert desk.put("/provider/prices", RULES).status_code == 200
        assert count(app, PricePolicy) == 1
        desk.put("/provider/prices", {"rules": []})
        assert count(app, PricePolicy) == 2
        assert desk.get("/provider/prices").json == {"rules": []}

    def test_notices_to_move_and_to_cancel_are_read_back(self, desk):
        said = desk.get("/provider/terms").json | {"move_notice_hours": 12, "cancel_notice_hours": 6}
        assert desk.put("/provider/terms", said).json == said
        assert desk.get("/provider/terms").json == said
        assert codes(desk.put("/provider/terms", said | {"move_notice_hours": 721})) == {"move_notice_hours"}

    def test_terms_are_the_houses_until_stated(self, app, desk):
        assert [step["hours"] for step in desk.get("/provider/terms").json["steps"]] == [24, 12, 0]
        assert desk.put("/provider/terms", TERMS).json == TERMS
        assert desk.get("/provider/terms").json == TERMS
        desk.put("/provider/terms", TERMS)
        assert count(app, TermsPolicy) == 1

    def test_terms_that_punish_early_cancelling_are_refused(self, app, desk):
        steps = [{"hours": 24, "fee_percent": 80}, {"hours": 0, "fee_percent": 10}]
        answer = desk.put("/provider/terms", TERMS | {"steps": steps})
        assert answer.status_code == 422
        assert codes(answer) == {"steps.1.fee_percent"}
        assert count(app, TermsPolicy) == 0


class TestAreas:
    def test_covered_zips_follow_from_what_is_stated(self, desk):
        answer = desk.put("/provider/areas", AREA)
        assert answer.status_code == 200, answer.json
        assert {"10003", "10009", "10011"} <= set(answer.json["covered_zips"])
        read = desk.get("/provider/areas").json
        assert {name: read[name] for name in AREA} == AREA

    def test_how_visits_at_the_clients_are_planned_is_read_back(self, desk):
        stated = AREA | {
            "mode": "subway",
            "with_table": True,
            "early_minutes": 5,
            "latest_start": "22:00",
            "first_visit_minutes": 15,
            "first_visit_latest_start": "20:00",
            "count_ways": True,
            "day_end": {"line1": "1 Fort Washington Avenue", "zip": "10032"},
        }
        answer = desk.put("/provider/areas", stated)
        assert answer.status_code == 200, answer.json
        read = desk.get("/provider/areas").json
        assert {name: read[name] for name in stated} == stated
        assert desk.put("/provider/areas", read).json == read
        assert desk.put("/provider/areas", stated | {"mode": "walk"}).json["mode"] == "walk_with_table"

    def test_the_base_is_sealed(self, app, desk):
        desk.put("/provider/areas", AREA)
        with app.app_context():
            raw = db.session.connection().exec_driver_sql("SELECT base FROM service_area").scalar()
        assert "12th" not in raw

    def test_a_radius_reaches_as_far_as_the_district_middle_says(self, desk):
        near = desk.put("/provider/areas", {**AREA, "zips": [], "neighbourhoods": [], "radius_km": 1.5}).json["covered_zips"]
        far = desk.put("/provider/areas", {**AREA, "zips": [], "neighbourhoods": [], "radius_km": 5}).json["covered_zips"]
        assert set(near) < set(far)

    @pytest.mark.parametrize(
        "change, field",
        [
            ({"zips": [], "neighbourhoods": []}, "zips"),
            ({"zips": ["11201"]}, "zips"),
            ({"neighbourhoods": ["Narnia"]}, "neighbourhoods"),
            ({"mode": "helicopter"}, "mode"),
            ({"radius_km": "far"}, "radius_km"),
            ({"base": None, "radius_km": 3}, "base"),
            ({"setup_minutes": -5}, "setup_minutes"),
            ({"latest_start": "9:30"}, "latest_start"),
            ({"first_visit_latest_start": "08:00"}, "first_visit_latest_start"),
            ({"early_minutes": 61}, "early_minutes"),
            ({"count_ways": True, "base": None}, "base"),
            ({"count_ways": True, "base": {"line1": "1 Street", "zip": "11201"}}, "base"),
            ({"count_ways": True, "day_end": {"line1": "1 Street", "zip": "11201"}}, "day_end"),
            ({"day_end": {"line1": "1 Street", "zip": "10003"}}, "day_end"),
            ({"count_ways": True, "day_end": {"line1": "1 Street", "zip": "1"}}, "day_end.zip"),
        ],
    )
    def test_a_fault_is_named(self, app, desk, change, field):
        answer = desk.put("/provider/areas", AREA | change)
        assert answer.status_code == 422
        assert field in codes(answer)
        assert count(app, ServiceArea) == 0


class TestSchedule:
    def test_what_is_stated_is_read_back(self, desk):
        stated = desk.put("/provider/schedule", SCHEDULE)
        assert stated.status_code == 200, stated.json
        assert desk.get("/provider/schedule").json == SCHEDULE
        assert desk.put("/provider/schedule", stated.json).json == SCHEDULE

    @pytest.mark.parametrize(
        "opens, closes, minute", [("18:00", "24:00", 1440), ("18:00", "00:00", 1440), ("20:00", "02:00", 1560), ("06:00", "06:00", 1800)]
    )
    def test_a_closing_time_that_is_not_later_is_the_next_days(self, app, desk, opens, closes, minute):
        body = {"weekly": [{"weekday": 2, "opens": opens, "closes": closes, "settings": ["home"]}], "exceptions": []}
        assert desk.put("/provider/schedule", body).status_code == 200
        with app.app_context():
            assert db.session.scalar(select(WeeklyHours.closes_minute)) == minute

    def test_places_are_named_by_their_ids_and_stay(self, desk):
        place = desk.put("/provider/profile", PROFILE).json["places"][0]["id"]
        weekly = [{"weekday": 1, "opens": "09:00", "closes": "17:00", "settings": ["clinic"], "place": place}]
        assert desk.put("/provider/schedule", SCHEDULE | {"weekly": weekly}).json["weekly"] == weekly
        desk.put("/provider/profile", PROFILE | {"headline": "Changed"})
        assert desk.get("/provider/schedule").json["weekly"] == weekly

    def test_somebody_elses_place_is_as_unknown_as_none(self, app, desk, program):
        with app.app_context():
            stranger = AccountFactory(role="provider", name="Other One")
        theirs = program(stranger).put("/provider/profile", PROFILE | {"name": "Other One"}).json["places"][0]["id"]
        weekly = [{"weekday": 1, "opens": "09:00", "closes": "17:00", "settings": ["clinic"], "place": theirs}]
        answer = desk.put("/provider/schedule", SCHEDULE | {"weekly": weekly})
        assert answer.status_code == 422
        assert codes(answer) == {"weekly[0].place"}

    def test_a_program_may_ask_not_to_undo_somebody_elses_change(self, desk):
        read = desk.put("/provider/schedule", SCHEDULE)
        guard = {"headers": {"If-Match": read.headers["ETag"]}}
        assert desk.get("/provider/schedule").headers["ETag"] == read.headers["ETag"]
        assert desk.call("PUT", "/provider/schedule", SCHEDULE | {"weekly": []}, **guard).status_code == 200
        answer = desk.call("PUT", "/provider/schedule", SCHEDULE | {"exceptions": []}, **guard)
        assert (answer.status_code, answer.json["code"]) == (409, "hours_changed")
        assert desk.get("/provider/schedule").json == SCHEDULE | {"weekly": []}
        assert desk.put("/provider/schedule", SCHEDULE | {"exceptions": []}).status_code == 200

    def test_rules_left_out_stay(self, desk):
        desk.put("/provider/schedule", SCHEDULE)
        assert desk.put("/provider/schedule", {"weekly": []}).json["rules"] == SCHEDULE["rules"]

    @pytest.mark.parametrize(
        "part, field",
        [
            ({"weekly": [{"weekday": 7, "opens": "09:00", "closes": "17:00", "settings": ["clinic"]}]}, "weekly[0].weekday"),
            ({"weekly": [{"weekday": 0, "opens": "9", "closes": "17:00", "settings": ["clinic"]}]}, "weekly[0].opens"),
            ({"weekly": [{"weekday": 0, "opens": "24:00", "closes": "17:00", "settings": ["clinic"]}]}, "weekly[0].opens"),
            ({"weekly": [{"weekday": 0, "opens": "09:00", "closes": "25:00", "settings": ["clinic"]}]}, "weekly[0].closes"),
            ({"weekly": [{"weekday": 0, "opens": "09:00", "closes": "17:00", "settings": []}]}, "weekly[0].settings"),
            ({"exceptions": [{"on": "2027-01-18", "closed": True, "opens": "09:00"}]}, "exceptions[0].opens"),
            ({"exceptions": [{"on": "2027-01-18"}]}, "exceptions[0].opens"),
            ({"exceptions": [{"on": "2027-01-18", "closed": True}, {"on": "2027-01-18", "closed": True}]}, "exceptions[1].on"),
            ({"rules": {"step_minutes": 0}}, "rules.step_minutes"),
            ({"rules": {"step_minutes": 30, "offset_minutes": 30}}, "rules.offset_minutes"),
            ({"rules": {"notice_minutes": -1}}, "rules.notice_minutes"),
        ],
    )
    def test_a_fault_is_named_by_its_path_and_nothing_changes(self, desk, part, field):
        desk.put("/provider/schedule", SCHEDULE)
        answer = desk.put("/provider/schedule", SCHEDULE | part)
        assert answer.status_code == 422
        assert field in codes(answer)
        assert desk.get("/provider/schedule").json == SCHEDULE

    def test_hours_for_some_are_read_back(self, desk):
        desk.put("/provider/services", SERVICES)
        code = SERVICES["services"][0]["code"]
        hours = {"opens": "09:00", "closes": "12:00", "settings": ["home"]}
        weekly = [
            {"weekday": 0, **hours, "weeks": "a", "services": [code]},
            {"weekday": 1, **hours, "first_visits": True},
            {"weekday": 2, **hours, "booking": "contact"},
        ]
        exceptions = [{"on": "2027-01-18", **hours, "services": [code]}]
        rules = SCHEDULE["rules"] | {"week_a_from": "2027-01-04", "contact_phone": "+12125550123", "contact_email": "anna@hands.test"}
        rules |= {"closed_holidays": ["labor_day", "christmas_day"], "max_per_week": 20, "run_minutes": 180, "break_minutes": 30}
        rules |= {"fill_gaps": "only", "offer_one_in": 3}
        stated = {"weekly": weekly, "exceptions": exceptions, "rules": rules}
        assert desk.put("/provider/schedule", stated).json == stated
        assert desk.get("/provider/schedule").json == stated

    def test_one_statement_may_name_several_dates(self, desk):
        days = ["2027-02-15", "2027-02-16", "2027-02-15"]
        body = {"weekly": [], "exceptions": [{"dates": days, "closed": True}, {"on": "2027-02-16", "closed": True}]}
        assert codes(desk.put("/provider/schedule", body)) == {"exceptions[1].on"}
        answer = desk.put("/provider/schedule", {"weekly": [], "exceptions": body["exceptions"][:1]})
        assert [one["on"] for one in answer.json["exceptions"]] == ["2027-02-15", "2027-02-16"]

    @pytest.mark.parametrize(
        "part, field",
        [
            ({"weekly": [{"weekday": 0, "opens": "09:00", "closes": "12:00", "settings": ["home"], "weeks": "c"}]}, "weekly[0].weeks"),
            ({"weekly": [{"weekday": 0, "opens": "09:00", "closes": "12:00", "settings": ["home"], "weeks": "a"}]}, "rules.week_a_from"),
            (
                {"weekly": [{"weekday": 0, "opens": "09:00", "closes": "12:00", "settings": ["home"], "services": ["no"]}]},
                "weekly[0].services",
            ),
            (
                {"weekly": [{"weekday": 0, "opens": "09:00", "closes": "12:00", "settings": ["home"], "booking": "contact"}]},
                "rules.contact_phone",
            ),
            ({"rules": {"week_a_from": "2027-01-05"}}, "rules.week_a_from"),
            ({"rules": {"contact_phone": "soon"}}, "rules.contact_phone"),
            ({"rules": {"closed_holidays": ["my_birthday"]}}, "rules.closed_holidays"),
            ({"rules": {"run_minutes": 120}}, "rules.break_minutes"),
            ({"rules": {"fill_gaps": "always"}}, "rules.fill_gaps"),
            ({"rules": {"offer_one_in": 1}}, "rules.offer_one_in"),
            ({"exceptions": [{"dates": [], "closed": True}]}, "exceptions[0].dates"),
            ({"exceptions": [{"on": "2027-01-18", "dates": ["2027-01-19"], "closed": True}]}, "exceptions[0].on"),
        ],
    )
    def test_hours_for_some_that_cannot_be_meant_are_refused(self, desk, part, field):
        answer = desk.put("/provider/schedule", {"weekly": [], "exceptions": []} | part)
        assert answer.status_code == 422
        assert field in codes(answer)

    def test_a_day_that_does_not_exist_is_no_date(self, desk):
        answer = desk.put("/provider/schedule", {"weekly": [], "exceptions": [{"on": "2027-02-30", "closed": True}]})
        assert (answer.status_code, answer.json["code"]) == (400, "bad_date")

    def test_the_change_feed_is_told(self, app, desk):
        desk.put("/provider/schedule", SCHEDULE)
        assert count(app, Change) == 1


def picture(kind="PNG", **more):
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, kind, **more)
    return content.getvalue()


class TestCredentials:
    def upload(self, desk, content, name="proof.png", facts=LICENSE, method="POST", path="/provider/credentials"):
        fields = {**facts, "details": json.dumps(facts["details"])}
        return desk.app.test_client(use_cookies=False).open(
            f"/api/v1{path}", method=method, headers=desk.headers, data={**fields, "file": (io.BytesIO(content), name)}
        )

    def test_facts_alone_are_handed_in(self, desk):
        answer = desk.post("/provider/credentials", LICENSE)
        assert answer.status_code == 201, answer.json
        assert answer.json["status"] == "submitted"
        (item,) = desk.get("/provider/credentials").json["items"]
        assert (item["id"], item["number"], item["state"]) == (answer.json["id"], "012345", "pending")

    @pytest.mark.parametrize("content", [picture(), picture("JPEG"), b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"])
    def test_a_file_may_come_along(self, desk, content):
        assert self.upload(desk, content).status_code == 201

    @pytest.mark.parametrize(
        "content, name",
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "proof.svg"),
            (b"MZ\x90\x00", "proof.pdf"),
            (b"\x89PNG\r\n\x1a\n and then nothing", "proof.png"),
            (b"%PDF-1.7 cut off", "proof.pdf"),
            (picture()[:60], "proof.png"),
            (b"GIF89a" + b"\x00" * 50, "proof.png"),
        ],
    )
    def test_a_file_is_told_by_its_content(self, desk, content, name):
        answer = self.upload(desk, content, name)
        assert (answer.status_code, answer.json["code"]) == (422, "bad_file")
        assert desk.get("/provider/credentials").json["items"] == []

    def test_eight_megabytes_are_the_most(self, desk):
        answer = self.upload(desk, b"%PDF-1.7" + b"0" * (8 * 1024 * 1024) + b"%%EOF", "proof.pdf")
        assert (answer.status_code, answer.json["code"]) == (422, "file_too_large")
        answer.request.environ["wsgi.input"].close()

    @pytest.mark.parametrize(
        "change, field",
        [
            ({"kind": "diploma"}, "kind"),
            ({"number": "no number"}, "number"),
            ({"number": None}, "number"),
            ({"holder_name": ""}, "holder_name"),
            ({"expires_on": "2019-01-01"}, "expires_on"),
            ({"kind": "npi", "number": "1234567890", "details": {}}, "number"),
            ({"kind": "physician_collaboration", "details": {"npi": "9941339100"}}, "details.npi"),
            ({"kind": "certificate", "details": {}}, "details.technique"),
        ],
    )
    def test_a_fault_is_named(self, desk, change, field):
        answer = desk.post("/provider/credentials", LICENSE | change)
        assert answer.status_code == 422
        assert field in codes(answer)

    def test_a_detail_of_another_kind_is_unknown(self, desk):
        answer = desk.post("/provider/credentials", LICENSE | {"details": {"aggregate_cents": 5}})
        assert (answer.status_code, answer.json["code"]) == (400, "unknown_field")

    def test_sent_twice_with_one_key_it_is_handed_in_once(self, desk):
        first, again = (desk.post("/provider/credentials", LICENSE, key="k-1") for _ in range(2))
        assert (first.status_code, again.json, again.headers["Idempotency-Replayed"]) == (201, first.json, "true")
        assert len(desk.get("/provider/credentials").json["items"]) == 1
        assert desk.post("/provider/credentials", INSURANCE, key="k-1").json["code"] == "idempotency_conflict"

    def test_handing_it_in_anew_keeps_the_id_and_starts_over(self, desk):
        first = desk.post("/provider/credentials", LICENSE).json
        again = desk.put(f"/provider/credentials/{first['id']}", LICENSE | {"expires_on": "2030-01-31"})
        assert (again.status_code, again.json["id"], again.json["version"]) == (200, first["id"], 2)
        (item,) = desk.get("/provider/credentials").json["items"]
        assert item["expires_on"] == "2030-01-31"

    def test_somebody_elses_is_as_missing_as_none(self, app, desk, program):
        mine = desk.post("/provider/credentials", LICENSE).json["id"]
        with app.app_context():
            stranger = program(AccountFactory(role="provider"))
        for path in (mine, "nobody-has-this"):
            answer = stranger.put(f"/provider/credentials/{path}", LICENSE)
            assert (answer.status_code, answer.json["detail"]) == (404, "There is no such credential.")


class TestBlocks:
    LUNCH = ("2027-01-14T12:00:00-05:00", "2027-01-14T13:30:00-05:00")

    def block(self, desk, starts_at, ends_at, **more):
        return desk.post("/provider/blocks", {"starts_at": starts_at, "ends_at": ends_at, **more})

    def test_time_is_taken_listed_and_given_back(self, desk):
        made = self.block(desk, *self.LUNCH, note="Lunch")
        assert made.status_code == 201, made.json
        assert desk.get("/provider/blocks").json["items"] == [
            {"id": made.json["id"], "starts_at": self.LUNCH[0], "ends_at": self.LUNCH[1], "note": "Lunch"}
        ]
        assert self.block(desk, *self.LUNCH).json["code"] == "slot_taken"
        assert desk.delete(f"/provider/blocks/{made.json['id']}").status_code == 204
        assert desk.delete(f"/provider/blocks/{made.json['id']}").status_code == 404
        assert self.block(desk, *self.LUNCH).status_code == 201

    def test_the_appointments_in_the_way_are_named(self, app, program):
        with app.app_context():
            account = AccountFactory(role="provider")
            visit = AppointmentFactory(provider=bookable_provider(account=account), starts_at=START + timedelta(days=2))
            public_id = visit.public_id
        answer = self.block(program(account), *self.LUNCH)
        assert (answer.status_code, answer.json["code"]) == (409, "slot_taken")
        assert answer.json["appointments"] == [
            {
                "id": public_id,
                "reference": answer.json["appointments"][0]["reference"],
                "starts_at": "2027-01-14T12:00:00-05:00",
                "ends_at": "2027-01-14T13:00:00-05:00",
            }
        ]

    @pytest.mark.parametrize(
        "starts_at, ends_at, status, code",
        [
            ("2027-01-14T12:00:00", "2027-01-14T13:00:00", 400, "naive_datetime"),
            ("2027-01-14T13:00:00-05:00", "2027-01-14T12:00:00-05:00", 422, "invalid"),
            ("2026-01-14T12:00:00-05:00", "2026-01-14T13:00:00-05:00", 422, "past"),
            ("2027-01-14T12:00:00-05:00", "2037-01-14T13:00:00-05:00", 422, "invalid"),
            ("never", "2027-01-14T12:00:00-05:00", 400, "bad_datetime"),
        ],
    )
    def test_time_that_makes_no_sense_is_refused(self, desk, starts_at, ends_at, status, code):
        answer = self.block(desk, starts_at, ends_at)
        assert (answer.status_code, answer.json["code"]) == (status, code)


class TestSubmit:
    def test_what_is_missing_is_listed(self, desk):
        answer = desk.post("/provider/submit")
        assert (answer.status_code, answer.json["code"]) == (422, "missing")
        assert {gap["code"] for gap in answer.json["missing"]} >= {"headline", "services", "hours", "license"}

    def test_a_whole_profile_is_sent_in_once(self, desk):
        fill(desk)
        assert desk.get("/provider/profile").json["missing"] == []
        assert desk.post("/provider/submit").json["state"] == "submitted"
        assert desk.post("/provider/submit").json["code"] == "wrong_state"

    @pytest.mark.parametrize("left_out, code", [("places", "place"), ("area", "area")])
    def test_each_setting_needs_its_where(self, desk, left_out, code):
        fill(desk, without=left_out)
        assert [gap["code"] for gap in desk.post("/provider/submit").json["missing"]] == [code]


def fill(desk, without=None):
    """Everything that a profile needs."""
    desk.put("/provider/profile", PROFILE | ({"places": []} if without == "places" else {}))
    desk.put("/provider/services", SERVICES)
    desk.put("/provider/schedule", SCHEDULE)
    if without != "area":
        desk.put("/provider/areas", AREA)
    desk.post("/provider/credentials", LICENSE)
    desk.post("/provider/credentials", INSURANCE)
    required = {"physician_collaboration": {"relation": "referral", "npi": "1234567893"}}
    for kind, details in required.items():
        desk.post("/provider/credentials", LICENSE | {"kind": kind, "details": details})
