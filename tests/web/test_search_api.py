"""Search, profiles, openings and quotes as programs see them."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.changes.history import Doer
from booking.openings.rules.asking import Wish
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.webkit.reading import read_instant
from tests.factories import (
    ChangeFactory,
    CredentialFactory,
    PersonFactory,
    PricePolicyFactory,
    ProviderPlaceFactory,
    ServiceAreaFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.support.clocks import START


@pytest.fixture
def anna(app):
    """In a clinic on the Upper West Side by day, at clients' homes on Wednesday evening."""
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder", languages=["en", "es"], settings=["clinic", "home"])
        service = ServiceFactory(provider=provider, code="home-visit", settings=["home"], techniques=["myofascial_release"], position=1)
        ServiceDurationFactory(service=service, minutes=60, price_cents=18_000)
        ServiceAreaFactory(provider=provider)
        WeeklyHoursFactory(provider=provider, settings=["home"], weekday=2, opens_minute=1080, closes_minute=1500, staffing="full_time")
        PricePolicyFactory(provider=provider, rules=[{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1_500}])
        return provider


@pytest.fixture
def bruno(app):
    """In a clinic in the East Village, a man, cheaper."""
    with app.app_context():
        provider = bookable_provider(slug="bruno", name="Bruno Beck", gender="male", rating_count=4, rating_sum=18)
        ProviderPlaceFactory(provider=provider, zip="10003", neighborhood="east_village", latitude=40.7276, longitude=-73.9855)
        return provider


def test_an_item_says_what_is_needed_to_hold_its_starts(anna, program):
    answer = program(None).get("/providers", near="10024", setting="home", condition="neck_pain").json
    assert (answer["total"], answer["next"], answer["currency"]) == (1, None, "USD")
    (item,) = answer["items"]
    assert {
        name: item[name]
        for name in ("slug", "name", "service", "minutes", "setting", "zip", "distance_meters", "price_cents", "more_starts")
    } == {
        "slug": "anna",
        "name": "Anna Alder",
        "service": "home-visit",
        "minutes": 60,
        "setting": "home",
        "zip": "10024",
        "distance_meters": 0,
        "price_cents": 18_810,
        "more_starts": True,
    }
    assert item["starts"] == ["2027-01-13T18:00:00-05:00", "2027-01-13T18:15:00-05:00", "2027-01-13T18:30:00-05:00"]
    assert item["reasons"][0]["technique"] == "myofascial_release"
    assert item["place"] is None
    assert [badge["kind"] for badge in item["badges"]] == ["license", "liability_insurance", "physician_collaboration"]
    assert item["terms_summary"].startswith("free until Tue Jan 12, 6:00 PM")


def test_facets_are_counts_after_all_other_filters(anna, bruno, program):
    answer = program(None).get("/providers", near="10024", radius_km="20", gender="male").json
    assert answer["total"] == 1
    assert answer["facets"]["gender"] == {"female": 1, "male": 1}
    assert answer["facets"]["setting"] == {"clinic": 1}
    assert answer["facets"]["price"] == {"20000": 1, "25000": 1}
    assert answer["facets"]["neighbourhood"] == {"upper_west_side": 1}


@pytest.mark.parametrize(
    ("sort", "slugs"),
    [("soonest", ["anna", "bruno"]), ("distance", ["anna", "bruno"]), ("price", ["anna", "bruno"]), ("rating", ["bruno", "anna"])],
)
def test_sorts(anna, bruno, program, sort, slugs):
    answer = program(None).get("/providers", near="10025", radius_km="20", setting="clinic", sort=sort).json
    assert [item["slug"] for item in answer["items"]] == slugs


def test_a_cursor_goes_on_in_the_same_search_with_or_without_its_parameters(anna, bruno, program, clock):
    asked = {"near": "10024", "radius_km": "20", "setting": "clinic", "limit": "1", "from_": "2027-01-13"}
    first = program(None).get("/providers", **asked).json
    clock.advance(hours=3)
    for more in ({}, asked):
        second = program(None).get("/providers", cursor=first["next"], **more).json
        assert [item["slug"] for item in first["items"] + second["items"]] == ["anna", "bruno"]
        assert second["next"] is None
        assert second["total"] == 2
    other = program(None).get("/providers", cursor=first["next"], near="10003")
    assert (other.status_code, other.json["code"]) == (400, "bad_cursor")
    forged = program(None).get("/providers", cursor=first["next"][:-2] + "xx")
    assert (forged.status_code, forged.json["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ({"nearby": "10003"}, 400, "unknown_field", "nearby"),
        ({"from_": "2027-01-15T10:00:00"}, 400, "naive_datetime", None),
        ({"from_": "2027-02-30"}, 400, "bad_date", None),
        ({"to": "tomorrow"}, 400, "bad_date", None),
        ({"from_": "2027-01-15", "to": "2027-01-14"}, 422, "invalid", "to"),
        ({"from_": "2027-01-13", "to": "2027-03-20"}, 422, "too_long", "to"),
        ({"from_": "2026-12-01", "to": "2026-12-05"}, 422, "past", "to"),
        ({"near": "Narnia"}, 422, "unknown_place", None),
        ({"near": "Brooklyn"}, 422, "outside_manhattan", None),
        ({"near": "40.65,-73.95"}, 422, "outside_manhattan", None),
        ({"setting": "home"}, 422, "zip_needed", "near"),
        ({"sort": "distance"}, 422, "place_needed", "near"),
        ({"sort": "luck"}, 422, "invalid", "sort"),
        ({"setting": "spaceship"}, 422, "invalid", "setting"),
        ({"condition": "ennui"}, 422, "invalid", "condition"),
        ({"minutes": "sixty"}, 422, "invalid", "minutes"),
        ({"minutes": "0"}, 422, "invalid", "minutes"),
        ({"radius_km": "nan"}, 422, "invalid", "radius_km"),
        ({"radius_km": "1e9"}, 422, "invalid", "radius_km"),
        ({"limit": "51"}, 422, "invalid", "limit"),
        ({"max_price_cents": "-1"}, 422, "invalid", "max_price_cents"),
        ({"staffing": "rotating"}, 422, "invalid", "staffing"),
        ({"collaborates": "maybe"}, 422, "invalid", "collaborates"),
        ({"near": "\N{PILE OF POO}" * 100}, 422, "unknown_place", None),
        ({"near": "a" * 5000}, 422, "invalid", "near"),
        ({"cursor": "nonsense"}, 400, "bad_cursor", None),
        ({"minutes": ["60", "90"]}, 422, "invalid", "minutes"),
    ],
)
def test_what_cannot_be_searched_is_refused_by_name(program, query, status, code, field):
    answer = program(None).get("/providers", **query)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"
    if field:
        assert field in [fault["field"] for fault in answer.json["errors"]]


def test_an_unknown_place_comes_with_suggestions(program):
    assert "Upper East Side" in program(None).get("/providers", near="upper est side").json["suggestions"]


def test_lists_may_be_repeated_or_divided_by_commas(anna, program):
    one = program(None).get("/providers", near="10024", setting="clinic,home").json
    two = program(None).get("/providers", near="10024", setting=["clinic", "home"]).json
    assert one == two
    assert one["total"] == 1


def test_every_start_shown_is_accepted_at_that_moment(anna, bruno, program, app):
    """Each start of each item is held by somebody of their own, in a world that is put back every time."""
    shown = program(None).get("/providers", near="10024", radius_km="20", minutes="60").json["items"]
    shown += program(None).get("/providers", near="10024", setting="home").json["items"]
    assert {item["setting"] for item in shown} == {"clinic", "home"}
    held = 0
    for item in shown:
        wish = {name: item[name] for name in ("service", "minutes", "setting", "zip")}
        for at, price in zip(item["starts"], item["start_prices_cents"], strict=True):
            quote = program(None).post("/quotes", {"provider": item["slug"], "starts_at": at, **wish}).json
            assert quote["total_cents"] == price
            with app.app_context():
                person = PersonFactory()
                hold = hold_time(
                    HoldWish(item["slug"], Wish(item["service"], item["minutes"], item["setting"], item["zip"]), read_instant(at)),
                    person.id,
                    Doer("client", "account:test"),
                    START,
                )
                assert hold.quote["total_cents"] == price
                held += 1
                db.session.delete(hold)
                db.session.flush()
                db.session.execute(db.text("DELETE FROM claim WHERE id = :id"), {"id": hold.claim_id})
                db.session.commit()
    assert held == 9


def test_a_taken_start_is_not_shown_any_more(anna, program, app):
    before = program(None).get("/providers").json["items"][0]
    with app.app_context():
        wish = Wish(before["service"], 60, "clinic", None)
        hold_time(HoldWish("anna", wish, read_instant(before["starts"][0])), PersonFactory().id, Doer("client", "account:test"), START)
    after = program(None).get("/providers").json["items"][0]
    assert before["starts"][0] not in after["starts"]
    listed = program(None).get("/providers/anna/openings", service="medical-massage", minutes="60", setting="clinic").json["openings"]
    assert before["starts"][0] not in listed
    assert after["starts"] == listed[:3]


# --- one provider -----------------------------------------------------------------------------------------------------------


def test_a_profile_is_public_without_numbers_documents_or_home(anna, program, app):
    with app.app_context():
        CredentialFactory(provider=anna, kind="certificate", technique="myofascial_release", status="rejected", plain_number="SECRET-77")
        CredentialFactory(provider=anna, kind="background_check", status="submitted", plain_number="SECRET-78", verified_at=None)
        ChangeFactory(provider=anna)
    answer = program(None).get("/providers/anna")
    profile = answer.json
    assert {
        "slug",
        "name",
        "headline",
        "about",
        "gender",
        "languages",
        "settings",
        "rating",
        "services",
        "credentials",
        "terms",
        "places",
    } <= set(profile)
    assert {"evening_staffing", "collaborations"} <= set(profile)
    assert profile["services"][0]["minutes"] == {"60": 16_000, "90": 22_000}
    assert profile["rating"] == {"mean": None, "count": 0}
    license_shown = profile["credentials"][0]
    assert set(license_shown) == {"kind", "title", "issuer", "status", "verified_on", "valid_until", "source", "checked_by"}
    assert (license_shown["kind"], license_shown["status"], license_shown["valid_until"]) == ("license", "verified", "2028-05-31")
    pending = next(one for one in profile["credentials"] if one["kind"] == "background_check")
    assert (pending["status"], pending["verified_on"], pending["source"], pending["checked_by"]) == ("pending", None, None, None)
    assert "certificate" not in [one["kind"] for one in profile["credentials"]]
    (works_with,) = profile["collaborations"]
    assert (works_with["level"], works_with["profession"], works_with["name"]) == ("attested", "physician", None), "named with leave alone"
    assert "npi" not in works_with
    for hidden in ("SECRET", "200 West 72nd", "10023-", "+1212", "@"):
        assert hidden not in answer.text
    assert profile["places"][0]["neighbourhood"] == "upper_west_side"


@pytest.mark.parametrize("state", ["draft", "submitted", "suspended"])
@pytest.mark.parametrize("path", ["/providers/hidden", "/providers/hidden/openings?service=medical-massage&minutes=60&setting=clinic"])
def test_whoever_is_not_listed_answers_like_nobody(app, program, state, path):
    with app.app_context():
        bookable_provider(slug="hidden", state=state)
    hidden = program(None).call("GET", path)
    nobody = program(None).call("GET", path.replace("hidden", "nobody"))
    assert hidden.status_code == nobody.status_code == 404
    assert hidden.json == nobody.json
    assert program(None).get("/providers").json["total"] == 0


def test_openings_of_a_wish(anna, program):
    answer = program(None).get(
        "/providers/anna/openings", service="medical-massage", minutes="90", setting="clinic", from_="2027-01-13", to="2027-01-13"
    )
    starts = [datetime.fromisoformat(start) for start in answer.json["openings"]]
    assert answer.json["time_zone"] == "America/New_York"
    assert (starts[0].isoformat(), starts[-1].isoformat()) == ("2027-01-13T09:00:00-05:00", "2027-01-13T15:30:00-05:00")
    assert {after - before for before, after in pairwise(starts)} == {timedelta(minutes=15)}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"service": "home-visit", "minutes": "60", "setting": "home"}, 422, "zip_needed"),
        ({"service": "home-visit", "minutes": "60", "setting": "home", "zip": "10003"}, 422, "outside_area"),
        ({"service": "home-visit", "minutes": "60", "setting": "home", "zip": "11201"}, 422, "outside_manhattan"),
        ({"service": "home-visit", "minutes": "45", "setting": "home", "zip": "10024"}, 422, "unknown_service"),
        ({"service": "nothing", "minutes": "60", "setting": "clinic"}, 422, "unknown_service"),
        ({"service": "home-visit", "minutes": "60", "setting": "home", "zip": "10024", "price": "1"}, 400, "unknown_field"),
        ({"service": "home-visit", "setting": "home", "zip": "10024"}, 422, "invalid"),
        ({"service": "medical-massage", "minutes": "60", "setting": "clinic", "from_": "2027-01-01T00:00:00"}, 400, "naive_datetime"),
    ],
)
def test_openings_that_cannot_be(anna, program, query, status, code):
    answer = program(None).get("/providers/anna/openings", **query)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_client_without_zip_uses_the_saved_one(anna, program, app):
    with app.app_context():
        account = db.session.get_one(Account, PersonFactory(zip="10024").account_id)
    answer = program(account).get("/providers/anna/openings", service="home-visit", minutes="60", setting="home")
    assert answer.json["openings"][0] == "2027-01-13T18:00:00-05:00"


# --- quotes and the rest ------------------------------------------------------------------------------------------------------

WISH = {
    "provider": "anna",
    "service": "home-visit",
    "minutes": 60,
    "setting": "home",
    "zip": "10024",
    "starts_at": "2027-01-13T19:00:00-05:00",
}


def test_a_quote_adds_up_and_says_what_leaving_costs(anna, program):
    answer = program(None).post("/quotes", WISH)
    assert answer.status_code == 200
    quote = answer.json
    assert [(line["code"], line["amount_cents"]) for line in quote["lines"]] == [("service", 18_000), ("evening", 1_500), ("tax", 878)]
    assert quote["total_cents"] == sum(line["amount_cents"] for line in quote["lines"]) == 20_378
    assert [step["fee_cents"] for step in quote["terms"]["steps"]] == [0, 9_000, 18_000]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount_cents": 1}, 400, "unknown_field"),
        ({"total_cents": 1}, 400, "unknown_field"),
        ({"starts_at": "2027-01-13T19:00:00"}, 400, "naive_datetime"),
        ({"starts_at": "2026-01-13T19:00:00-05:00"}, 422, "too_soon"),
        ({"minutes": "60"}, 422, "invalid"),
        ({"zip": "11201"}, 422, "outside_manhattan"),
        ({"zip": "10003"}, 422, "outside_area"),
        ({"provider": "nobody"}, 404, "not_found"),
        ({"provider": None}, 422, "invalid"),
    ],
)
def test_a_quote_that_cannot_be(anna, program, change, status, code):
    answer = program(None).post("/quotes", {**WISH, **change})
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_meta_names_the_words_of_the_api(program):
    meta = program(None).get("/meta").json
    assert {"time_zone", "settings", "techniques", "conditions", "neighbourhoods", "credential_kinds", "version"} <= set(meta)
    assert meta["settings"] == ["clinic", "home", "office", "hotel"]
    assert {"code": "license", "title": "New York State license and registration", "required": True} in meta["credential_kinds"]


@pytest.mark.parametrize(
    "path", ["/meta", "/providers", "/providers/anna", "/providers/anna/openings?service=medical-massage&minutes=60&setting=clinic"]
)
def test_head_answers_like_get_without_a_body(anna, program, path):
    answer = program(None).call("HEAD", path)
    assert (answer.status_code, answer.data) == (200, b"")


class TestLimits:
    @pytest.fixture
    def environment(self):
        return {"RATE_LIMITS": "on"}

    def test_strangers_search_sixty_times_a_minute(self, program):
        codes = [program(None).get("/providers").status_code for _ in range(61)]
        assert codes == [200] * 60 + [429]
