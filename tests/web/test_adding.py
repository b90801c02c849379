"""What comes on top of a visit: stated on the services' page, wished for by programs, chosen at the checkout, added to a booked visit."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Hold
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.registry.models import Provider
from providers.services.models import Service
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_visit

NOON = START + timedelta(days=2)
STONES = {"code": "stones", "name": "Warm stones", "minutes": 30, "price_cents": 3_000}
WISH = {"provider": "rosa", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": rfc3339(NOON)}


@pytest.fixture
def therapist(app):
    with app.app_context():
        account = AccountFactory(role="provider")
        provider = bookable_provider(slug="rosa", name="Rosa Lindqvist", account=account)
        db.session.scalars(select(Service).where(Service.provider_id == provider.id)).one().add_ons = [STONES]
        db.session.commit()
        return account


@pytest.fixture
def account(app, therapist):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


@pytest.fixture
def visit(app, account):
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.account_id == account.id)).one()
        provider_id = db.session.scalars(select(Service.provider_id)).one()
        return book_visit(db.session.get_one(Provider, provider_id), person, NOON, START).booked.appointment.public_id


def test_a_wish_with_an_add_on_is_quoted_held_and_listed(program, account):
    client = program(account)
    quote = client.post("/quotes", {**WISH, "add_ons": ["stones"]}).json
    held = client.post("/holds", {**WISH, "add_ons": ["stones"]}).json
    assert held["quote"]["lines"] == quote["lines"]
    assert held["add_ons"] == [STONES]
    assert held["ends_at"] == rfc3339(NOON + timedelta(minutes=90))
    query = {
        "service": "medical-massage",
        "minutes": 60,
        "setting": "clinic",
        "from": NOON.date().isoformat(),
        "to": NOON.date().isoformat(),
    }
    listed = client.get("/providers/rosa/openings", **query, add_ons="stones").json["openings"]
    assert set(listed) < set(client.get("/providers/rosa/openings", **query).json["openings"])
    assert client.get("/providers/rosa").json["services"][0]["add_ons"] == [STONES]


@pytest.mark.parametrize(
    "more, status, code",
    [
        ({"add_ons": ["nothing"]}, 422, "unknown_add_on"),
        ({"add_ons": ["stones", "stones"]}, 422, "unknown_add_on"),
        ({"add_ons": "stones"}, 422, "invalid"),
        ({"add_ons": [{"code": "stones", "price_cents": 0}]}, 422, "invalid"),
        ({"price_cents": 0}, 400, "unknown_field"),
        ({"discount_cents": 100}, 400, "unknown_field"),
        ({"total_cents": 1}, 400, "unknown_field"),
    ],
)
def test_amounts_and_unknown_codes_are_refused(program, account, more, status, code):
    client = program(account)
    for address in ("/quotes", "/holds"):
        answer = client.post(address, WISH | more)
        assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_program_chooses_for_its_hold(program, account):
    client = program(account)
    held = client.post("/holds", WISH).json
    at = f"/holds/{held['id']}/add-ons"
    [option] = client.get(at).json["options"]
    assert (option["code"], option["fits"]) == ("stones", True)
    assert client.put(at, {"add_ons": ["stones"]}).json["quote"]["total_cents"] == 19_855
    assert client.put(at, {"add_ons": []}).json["quote"] == held["quote"]
    assert client.put(at, {"add_ons": [], "total_cents": 1}).json["code"] == "unknown_field"


def test_a_program_adds_to_a_visit_once(program, account, visit):
    client = program(account)
    at = f"/appointments/{visit}/extras"
    by_code = {one["code"]: one for one in client.get(at).json["options"]}
    assert set(by_code) == {"stones", "90"}
    body = {"add_ons": ["stones"], "expected_total_cents": by_code["stones"]["total_cents"]}
    added = client.post(at, body)
    assert added.json["quote"]["total_cents"] == by_code["stones"]["total_cents"]
    assert client.post(at, body).json["code"] == "unknown_add_on"
    assert client.post(at, {"minutes": 90, "expected_total_cents": 5}).json["code"] == "price_changed"


def test_a_stranger_finds_nothing_to_add_to(program, app, visit):
    with app.app_context():
        other = AccountFactory()
    stranger = program(other)
    assert stranger.get(f"/appointments/{visit}/extras").status_code == 404
    assert stranger.post(f"/appointments/{visit}/extras", {"minutes": 90}).status_code == 404


def test_a_client_adds_on_the_page(visitor, account, visit):
    browser = visitor(account)
    assert "Add or extend" in browser.open(f"/appointments/{visit}").text
    browser.open(f"/appointments/{visit}/extras")
    page = browser.submit(at="/extras")
    assert "Warm stones" in page.text
    assert "A letter with the new end" in page.text


def test_a_therapist_needs_the_clients_yes_on_the_page(visitor, therapist, visit):
    browser = visitor(therapist)
    browser.open(f"/provider/appointments/{visit}/extras")
    assert "nothing is added without their yes" in browser.submit(at="/extras").text
    assert "A letter with the new end" in browser.submit(at="/extras", agreed="1").text


def test_the_checkout_changes_the_visit_and_its_price(app, visitor, account):
    browser = visitor(account)
    browser.open("/providers/rosa/start", **{name: value for name, value in WISH.items() if name != "provider"})
    browser.submit(at="/hold")
    with app.app_context():
        hold = db.session.scalars(select(Hold)).one().public_id
    page = browser.open(f"/checkout/{hold}/add-ons")
    assert "Warm stones" in page.text
    page = browser.submit(at="/add-ons", add_ons="stones")
    assert "Your visit and its price are changed." in page.text
    assert "$198.55" in browser.open(f"/checkout/{hold}/add-ons").text


def test_add_ons_are_stated_on_the_services_page(visitor, app, therapist):
    browser = visitor(therapist)
    browser.open("/provider/services")
    page = browser.submit(at="/provider/services", **{"s-0-add-1-name": "Arnica oil", "s-0-add-1-price": "5"})
    assert "Your services are stored." in page.text
    with app.app_context():
        row = db.session.scalars(select(Service)).one()
        assert row.add_ons == [STONES, {"code": "arnica_oil", "name": "Arnica oil", "minutes": 0, "price_cents": 500}]
        assert row.version == 2
    browser.open("/provider/services")
    page = browser.submit(at="/provider/services", **{"s-0-add-1-price": "five"})
    assert "Write an amount in dollars" in page.text
    browser.open("/provider/services")
    gone = {f"s-0-add-{at}-{part}": "" for at in (0, 1) for part in ("name", "minutes", "price")}
    browser.submit(at="/provider/services", **gone)
    with app.app_context():
        assert db.session.scalars(select(Service)).one().add_ons == []
