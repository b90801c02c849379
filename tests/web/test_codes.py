"""Discount codes: given out at the desk and by programs, entered at the checkout, with the price shown before anything is booked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Hold
from booking.coupons.models import Coupon
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.registry.models import Provider
from tests.factories import AccountFactory, CouponFactory, PersonFactory
from tests.support.clocks import START

NOON = START + timedelta(days=2)
WISH = {"provider": "rosa", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": rfc3339(NOON)}


@pytest.fixture
def account(app, therapist):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


def test_a_program_gives_out_lists_and_ends_codes(program, therapist):
    desk = program(therapist)
    body = {"code": "spring-10", "percent": 10, "most_uses": 5, "once_a_client": True, "ends_on": "2027-12-31"}
    made = desk.post("/provider/codes", body, key="once")
    assert made.status_code == 201
    assert (made.json["code"], made.json["uses"], made.json["ended_at"]) == ("SPRING10", 0, None)
    assert desk.post("/provider/codes", body, key="once").json == made.json
    assert desk.post("/provider/codes", body).json["code"] == "code_taken"
    assert desk.delete(f"/provider/codes/{made.json['id']}").status_code == 204
    [listed] = desk.get("/provider/codes").json["codes"]
    assert listed["ended_at"] is not None


@pytest.mark.parametrize(
    "body, field",
    [
        ({"code": "ABC", "percent": 5}, "code"),
        ({"code": "ABCDEF"}, "percent"),
        ({"code": "ABCDEF", "percent": 5, "amount_cents": 5}, "percent"),
        ({"code": "ABCDEF", "percent": 101}, "percent"),
        ({"code": "ABCDEF", "amount_cents": -5}, "amount_cents"),
        ({"code": "ABCDEF", "percent": 5, "ends_on": "soon"}, "ends_on"),
        ({"code": "ABCDEF", "percent": 5, "starts_on": "2027-02-30"}, "starts_on"),
        ({"code": "ABCDEF", "percent": 5, "most_uses": 0}, "most_uses"),
    ],
)
def test_what_cannot_stand_is_refused_by_field(program, therapist, body, field):
    refused = program(therapist).post("/provider/codes", body)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)


def test_a_client_of_a_program_sees_the_price_before_booking(app, program, account):
    with app.app_context():
        CouponFactory(provider=db.session.scalars(select(Provider)).one(), code="SPRING10", percent=10)
    client = program(account)
    held = client.post("/holds", WISH).json
    at = f"/holds/{held['id']}/code"
    assert client.put(at, {"code": "spring10"}).json["quote"]["total_cents"] == 15_048
    assert client.put(at, {"code": None}).json["quote"] == held["quote"]
    wrong = client.put(at, {"code": "SPRING11"})
    assert (wrong.status_code, wrong.json["code"]) == (422, "coupon_not_valid")
    assert client.put(at, {"code": "SPRING10", "percent": 100}).json["code"] == "unknown_field"
    assert client.put(at, {}).status_code == 422


def test_a_stranger_enters_nothing_on_my_hold(app, program, account):
    held = program(account).post("/holds", WISH).json
    with app.app_context():
        other = AccountFactory()
        PersonFactory(account=other)
    assert program(other).put(f"/holds/{held['id']}/code", {"code": None}).status_code == 404


def test_the_desk_gives_out_a_code_and_names_what_is_wrong(app, visitor, therapist):
    desk = visitor(therapist)
    desk.open("/provider/codes")
    page = desk.submit(at="/provider/codes", code="abc", amount="ten")
    assert page.status_code == 422
    assert "6 to 24 letters" in page.text
    page = desk.submit(at="/provider/codes", code="spring-25", amount="25.50", kind="dollars", once_a_client="1")
    assert "SPRING25" in page.text
    assert "$25.50 off" in page.text
    page = desk.submit(at="/end")
    assert "Visits that have it keep their price." in page.text
    with app.app_context():
        assert db.session.scalars(select(Coupon)).one().retired_at is not None


def test_the_checkout_takes_a_code_and_takes_it_off_without_scripts(app, visitor, account):
    with app.app_context():
        CouponFactory(provider=db.session.scalars(select(Provider)).one(), code="SPRING10", percent=10)
    browser = visitor(account)
    browser.open("/providers/rosa/start", **{name: value for name, value in WISH.items() if name != "provider"})
    assert "Use a discount code" in browser.submit(at="/hold").text
    with app.app_context():
        hold = db.session.scalars(select(Hold)).one().public_id
    browser.open(f"/checkout/{hold}/add-ons")
    assert "This code cannot be used for this visit." in browser.submit(at="/discount", code="WRONG99").text
    page = browser.submit(at="/discount", code="spring10")
    assert "$150.48" in page.text
    assert "Discount, code SPRING10" in page.text
    assert "$167.20" in browser.submit(at="/discount", off="1").text
