"""What is asked of new clients: stated by programs and at the desk, said on the profile, held to at the hold."""

from datetime import timedelta

import pytest

from marketplace.webkit.filters import rfc3339
from tests.factories import AccountFactory, PersonFactory
from tests.support.clocks import START

NOON = START + timedelta(days=2)
WISH = {"service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": rfc3339(NOON)}


@pytest.fixture
def account(app, therapist):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


def test_a_program_states_and_reads_them(program, therapist):
    desk = program(therapist)
    at = "/provider/first-visits"
    assert desk.get(at).json == {"online": True, "payment": None, "deposit_percent": None, "least_minutes": None, "most_minutes": None}
    stated = {"online": True, "payment": "prepaid", "deposit_percent": None, "least_minutes": 60, "most_minutes": 90}
    assert desk.put(at, stated).json == desk.get(at).json == stated
    assert desk.get("/providers/rosa").json["first_visits"] == stated
    assert desk.put(at, {"online": True, "price_cents": 1}).json["code"] == "unknown_field"
    assert desk.put(at, {"online": True, "payment": "deposit"}).status_code == 422


def test_a_new_client_of_a_program_is_told_why(program, account, therapist):
    program(therapist).put("/provider/first-visits", {"online": False})
    client = program(account)
    for path in ("/quotes", "/holds"):
        refused = client.post(path, {"provider": "rosa", **WISH})
        assert (refused.status_code, refused.json["code"]) == (422, "first_visit_by_contact")
    query = {"service": "medical-massage", "minutes": 60, "setting": "clinic"}
    assert client.get("/providers/rosa/openings", **query).json["code"] == "first_visit_by_contact"
    assert client.get("/providers", minutes=60).json["total"] == 0


def test_the_quote_says_how_a_first_visit_is_paid(program, account, therapist):
    program(therapist).put("/provider/first-visits", {"online": True, "payment": "prepaid"})
    assert program(account).post("/quotes", {"provider": "rosa", **WISH}).json["terms"]["payment"] == "prepaid"


def test_the_desk_states_them_and_the_profile_says_so(visitor, therapist):
    desk = visitor(therapist)
    desk.open("/provider/first-visits")
    page = desk.submit(at="/provider/first-visits", most_minutes="sixty")
    assert page.status_code == 422
    assert "This must be a whole number." in page.text
    page = desk.submit(at="/provider/first-visits", most_minutes="60", payment="deposit", deposit_percent="30")
    assert "Visits already held or booked stay as they were agreed." in page.text
    stranger = visitor()
    page = stranger.open("/providers/rosa", minutes=60)
    assert "A first visit takes at most 60 minutes." in page.text
    assert "A first visit needs a deposit of 30%." in page.text
    assert 'id="l-minutes"' in page.text
    assert "Weeks" not in stranger.open("/providers/rosa", minutes=90).text


def test_nothing_is_shown_to_new_clients_who_shall_ask_first(visitor, therapist):
    desk = visitor(therapist)
    desk.open("/provider/first-visits")
    desk.submit(at="/provider/first-visits", online=None)
    stranger = visitor()
    page = stranger.open("/providers/rosa")
    assert "does not take new clients online" in page.text
    assert 'aria-label="Weeks"' not in page.text
    page = stranger.open("/providers/rosa/start", **WISH)
    assert page.request.path == "/providers/rosa"
