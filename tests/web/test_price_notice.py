"""The notice that the law fixes stands exactly where a price holds a line made with personal data: on every face, and on no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.quotes.rules.pricing import PERSONAL_NOTICE
from booking.screening import catalogue as health
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.services import catalogue
from tests.factories import AccountFactory, PricePolicyFactory, person_of
from tests.support.visits import clear_answers, traveling_provider

NEAR, CHARGED = "10023", "10025"


@pytest.fixture(params=[True, False], ids=["counsel-says-so", "a-public-table"])
def personal(request, monkeypatch):
    table = catalogue._table
    monkeypatch.setattr(
        catalogue, "_table", lambda name: {**table(name), "zone_is_personal": request.param} if name == "pricing" else table(name)
    )
    return request.param


@pytest.fixture
def alma(app, personal):
    with app.app_context():
        provider = traveling_provider(slug="mobile", name="Mo Bile")
        PricePolicyFactory(provider=provider, rules=[{"code": "travel", "zones": [{"zips": [CHARGED], "amount_cents": 2_500}]}])
        account = AccountFactory(name="Alma Vega")
        person_of(account)
        return account


@pytest.mark.parametrize("zip_code", [NEAR, CHARGED])
def test_every_face_says_it_or_none_does(app, clock, visitor, program, alma, personal, zip_code):
    wanted = personal and zip_code == CHARGED
    start = clock.now + timedelta(days=2)
    wish = {"service": "medical-massage", "minutes": 60, "setting": "home", "starts_at": start.isoformat(), "zip": zip_code}
    api, person, faces = program(alma), visitor(alma), {}
    day = {"when": "date", "date": start.date().isoformat()}
    faces["search"] = visitor().open("/search", condition="neck_pain", near=zip_code, setting="home", minutes="60", **day).text
    faces["profile"] = visitor().open("/providers/mobile", service="medical-massage", minutes="60", setting="home", zip=zip_code).text
    faces["start"] = visitor().open("/providers/mobile/start", **wish).text
    found = api.get("/providers", near=zip_code, setting="home", from_=day["date"], to=day["date"]).json["items"]
    assert [one["price_notice"] for one in found] == [PERSONAL_NOTICE if wanted else None]
    quote = api.post("/quotes", {"provider": "mobile", **wish}).json
    hold = api.post("/holds", {"provider": "mobile", **wish}).json
    faces["checkout"] = _review(person, hold["id"])
    visit = _book(app, api, hold["id"], zip_code)
    for answer in (quote, hold["quote"], visit["quote"]):
        assert answer.get("notice") == (PERSONAL_NOTICE if wanted else None)
        assert [line["code"] for line in answer["lines"] if line["uses_personal_data"]] == (["travel"] if wanted else [])
    faces["visit"] = person.open(f"/appointments/{visit['id']}").text
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "visit_booked")).one()
        faces["letter"] = render_letter(letter.kind, letter.facts).text
    assert {name: PERSONAL_NOTICE in text for name, text in faces.items()} == dict.fromkeys(faces, wanted)
    assert {name: "Mo Bile" in text for name, text in faces.items()} == dict.fromkeys(faces, True)


def _review(person, hold):
    """What stands beside the first step of the checkout, and the lines of the price."""
    return person.open(f"/checkout/{hold}/health").text


def _book(app, api, hold, zip_code):
    with app.app_context():
        version = health.form().consent.version
    screening = api.post("/screenings", {"answers": clear_answers()}).json["id"]
    body = {
        "hold": hold, "screening": screening, "consent": {"version": version, "accepted": True}, "payment": {"method": "at_visit"},
        "place": {"line1": "64 East 7th Street", "zip": zip_code},
    }  # fmt: skip
    return api.post("/appointments", body).json
