"""Gift cards on pages and by program: bought by anybody, looked at with the code alone, used at the checkout, refused alike."""

import re
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import select

from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.models import GiftCard
from booking.giftcards.rules import Policy
from booking.payments.forms import KEY
from booking.payments.stripe_port.connected import ConnectDouble
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.cards import port_to
from tests.support.clocks import START
from tests.support.visits import clear_answers

POLICY = Policy(allowed=True, amounts=(5_000, 10_000), least_cents=2_500, most_cents=50_000)


@pytest.fixture
def sides(app):
    """A client, a therapist who sells gift cards, one of the staff, another client."""
    with app.app_context():
        sam, other, admin = AccountFactory(), AccountFactory(), AccountFactory(role="admin")
        therapist = AccountFactory(role="provider")
        for account in (sam, other):
            person_of(account)
        anna = bookable_provider(account=therapist, slug="anna", name="Anna Alder")
        allow_cards(POLICY, "To try it out.", "account:admin", START)
        sell_cards(anna.id, "account:anna", START, sells=True)
        db.session.expunge_all()
    return {"sam": sam, "other": other, "anna": therapist, "admin": admin}


@pytest.fixture
def by(program, sides):
    """`by("sam")`: one program of each, and one of nobody."""
    return cache(lambda name=None: program(None if name is None else sides[name]))


def code_of(by, cents=10_000):
    """A card that was bought by program and paid at the desk."""
    order = by("sam").post("/gift-cards", {"provider": "anna", "amount_cents": cents}).json
    return order["id"], by("anna").post(f"/gift-cards/{order['id']}/payment", {"how": "cash"}).json["code"]


def test_a_program_buys_one_and_only_the_therapist_sees_the_code_once(by):
    sam, anna = by("sam"), by("anna")
    assert by().get("/providers/anna/gift-cards").json["amounts"] == [5_000, 10_000]
    order = sam.post("/gift-cards", {"provider": "anna", "amount_cents": 5_000, "to_name": "Kim", "message": "Rest well."}, key="one")
    again = sam.post("/gift-cards", {"provider": "anna", "amount_cents": 5_000, "to_name": "Kim", "message": "Rest well."}, key="one")
    assert (order.status_code, order.json["state"], again.json["id"]) == (201, "ordered", order.json["id"])
    paid = anna.post(f"/gift-cards/{order.json['id']}/payment", {"how": "cash"})
    assert (paid.status_code, paid.json["left_cents"], len(paid.json["code"])) == (200, 5_000, 16)
    shown = sam.get(f"/gift-cards/{order.json['id']}").json
    assert (shown["state"], "code" in shown, "left_cents" in shown) == ("active", False, False)
    assert "code" not in anna.get(f"/gift-cards/{order.json['id']}").json
    assert by("other").get(f"/gift-cards/{order.json['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_cents": 2_400}, "amount_cents"),
        ({"amount_cents": "5000"}, "amount_cents"),
        ({"deliver_on": "2027-01-14"}, "to_email"),  # nobody to send it to on that day
        ({"deliver_on": "2026-01-14", "to_email": "kim@licensedhands.test"}, "deliver_on"),
        ({"to_email": "nowhere"}, "to_email"),
        ({"message": "x" * 301}, "message"),
        ({"left_cents": 5}, "left_cents"),
    ],
)
def test_what_cannot_stand_is_named(by, change, field):
    refused = by("sam").post("/gift-cards", {"provider": "anna", "amount_cents": 5_000} | change)
    assert refused.status_code in {400, 422}
    assert field in [fault["field"] for fault in refused.json["errors"]]


def test_whoever_holds_the_code_sees_what_is_left_and_every_other_code_is_answered_alike(by):
    _card, code = code_of(by)
    found = by().post("/gift-cards/balance", {"code": code.lower()})
    assert (found.status_code, found.json["left_cents"], found.json["expires_on"]) == (200, 10_000, None)
    assert [(move["kind"], move["cents"]) for move in found.json["history"]] == [("sold", 10_000)]
    answers = [by().post("/gift-cards/balance", {"code": typed}) for typed in ("2345678923456789", "x", "é" * 16)]
    assert {(answer.status_code, str(answer.json)) for answer in answers} == {(404, str(answers[0].json))}


def test_a_card_of_the_account_pays_at_the_checkout_and_is_in_its_history(clock, by):
    card, code = code_of(by)
    sam = by("sam")
    assert sam.post("/me/gift-cards", {"code": code}).json["id"] == card
    refused = by("other").post("/me/gift-cards", {"code": code})
    assert (refused.status_code, refused.json["code"]) == (422, "gift_card_not_valid")
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
    hold = sam.post("/holds", {**wish, "starts_at": (clock.now + timedelta(days=2)).isoformat()}).json["id"]
    held = sam.put(f"/holds/{hold}/gift-card", {"card": card})
    assert (held.status_code, held.json["gift_cents"], held.json["rest_cents"]) == (200, 10_000, 6_720)
    assert sam.get(f"/holds/{hold}/gift-card").json == held.json
    screening = sam.post("/screenings", {"answers": clear_answers()}).json["id"]
    version = sam.get("/screenings/form").json["consent"]["version"]
    booked = sam.post(
        "/appointments",
        {"hold": hold, "screening": screening, "consent": {"version": version, "accepted": True}, "payment": {"method": "at_visit"}},
    )
    assert (booked.status_code, booked.json["paid_cents"], booked.json["due_cents"]) == (201, 10_000, 6_720)
    [mine] = sam.get("/me/gift-cards").json["items"]
    assert (mine["left_cents"], [move["cents"] for move in mine["history"]]) == (0, [10_000, -10_000])
    shown = sam.get(f"/appointments/{booked.json['id']}/cancellation").json
    left = sam.post(f"/appointments/{booked.json['id']}/cancel", {"expected_fee_cents": shown["fee_cents"]}).json
    assert (shown["refund_cents"], left["refund_cents"]) == (10_000, 10_000)
    assert sam.get("/me/gift-cards").json["items"][0]["left_cents"] == 10_000


def test_both_or_neither_of_code_and_card_is_a_fault(clock, by):
    sam = by("sam")
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
    hold = sam.post("/holds", {**wish, "starts_at": (clock.now + timedelta(days=2)).isoformat()}).json["id"]
    for body in ({}, {"code": "x", "card": "y"}, {"code": []}, {"amount": 5}):
        assert sam.put(f"/holds/{hold}/gift-card", body).status_code in {400, 422}
    assert sam.delete(f"/holds/{hold}/gift-card").status_code == 204


def test_the_staff_say_what_is_sold_and_replace_what_was_stolen(by):
    admin = by("admin")
    card, code = code_of(by)
    fresh = admin.post(f"/gift-cards/{card}/void", {"reason": "It was stolen."})
    assert (fresh.status_code, fresh.json["left_cents"], fresh.json["id"] == card) == (200, 10_000, False)
    assert by().post("/gift-cards/balance", {"code": code}).status_code == 404
    off = admin.put("/admin/gift-card-policy", {"allowed": False, "reason": "Counsel says no."}).json
    assert (off["allowed"], len(off["history"])) == (False, 2)
    refused = by("sam").post("/gift-cards", {"provider": "anna", "amount_cents": 5_000})
    assert (refused.status_code, refused.json["code"]) == (422, "gift_cards_off")
    assert by().get("/providers/anna/gift-cards").json["sold"] is False
    sold = by("anna").put("/provider/gift-card-sale", {"sells": False}).json
    assert sold == {"sells": False, "allowed": False}


def test_the_staff_give_back_what_is_left_and_each_side_has_its_paper(by):
    card, _code = code_of(by)
    at, admin, anna = f"/gift-cards/{card}", by("admin"), by("anna")
    receipt = by("sam").get(f"{at}/receipt")
    assert (receipt.json["number"], receipt.json["kind"], receipt.json["amount_cents"]) == ("anna-gift-cards-2027-0001", "receipt", 10_000)
    file = by("sam").get(f"{at}/receipt.pdf")
    assert (file.status_code, file.content_type, file.data[:5]) == (200, "application/pdf", b"%PDF-")
    stale = admin.post(f"{at}/refund", {"reason": "It was bought twice.", "expected_left_cents": 5_000})
    assert (stale.status_code, stale.json["code"], stale.json["left_cents"]) == (409, "left_changed", 10_000)
    assert admin.post(f"{at}/refund", {"reason": ""}).status_code in {400, 422}
    assert anna.post(f"{at}/refund", {"reason": "Mine."}).status_code == 403
    given = admin.post(f"{at}/refund", {"reason": "It was bought twice.", "expected_left_cents": 10_000}).json
    assert (given["left_cents"], given["refunds"][0]["cents"], given["refunds"][0]["given_back_at"]) == (0, 10_000, None)
    assert [paper["kind"] for paper in given["papers"]] == ["receipt", "credit_note"]
    assert anna.post(f"{at}/given-back", {}).json["refunds"][0]["given_back_at"] is not None
    assert anna.post(f"{at}/given-back", {}).json["code"] == "wrong_state"
    assert by("sam").get(f"{at}/receipt").json["kind"] == "credit_note"
    assert {by("other").get(f"{at}/receipt").status_code, by("other").get(f"{at}/receipt.pdf").status_code} == {404}


def test_pages_give_back_what_is_left(visitor, by, sides):
    card, _code = code_of(by)
    staff, anna, buyer = visitor(sides["admin"]), visitor(sides["anna"]), visitor()
    staff.open("/admin/gift-cards")
    assert "Say why." in staff.submit(at=f"/admin/gift-cards/{card}/refund", reason=" ").text
    assert "Ordered." in staff.submit(at=f"/admin/gift-cards/{card}/refund", reason="It was bought twice.").text
    assert "It was bought twice." in anna.open("/provider/gift-cards").text
    assert "Recorded." in anna.submit(at="/given-back").text
    assert "I gave $100.00 back" not in anna.open("/provider/gift-cards").text
    shown = buyer.open(f"/gift-cards/orders/{card}").text
    assert ("anna-gift-cards-2027-0001" in shown, "anna-gift-cards-2027-0002" in shown) == (True, True)
    paper = buyer.open(f"/gift-cards/orders/{card}/receipts/anna-gift-cards-2027-0002").text
    assert ("Credit note" in paper, "$100.00" in paper, "in cash" in paper) == (True, True, True)
    file = buyer.open(f"/gift-cards/orders/{card}/receipts/anna-gift-cards-2027-0001.pdf")
    assert file.content_type == "application/pdf"
    for wrong in (f"/gift-cards/orders/{card}/receipts/anna-2027-0001", "/gift-cards/orders/none/receipts/anna-gift-cards-2027-0001"):
        assert buyer.open(wrong).status_code == 404


@pytest.mark.parametrize("amounts", [7, {}, [True], ["50"], [[5]], [5.5], [-1], list(range(1, 11))])
def test_amounts_that_are_none_are_named(by, amounts):
    refused = by("admin").put("/admin/gift-card-policy", {"allowed": True, "reason": "So.", "amounts": amounts})
    assert refused.status_code in {400, 422}
    assert [fault["field"] for fault in refused.json["errors"]] == ["amounts"]


@pytest.mark.parametrize(
    ("least", "most", "field"), [("5", 50_000, "least_cents"), (2_500, 7.5, "most_cents"), (5_000, 2_500, "most_cents")]
)
def test_limits_that_are_none_are_named(by, least, most, field):
    body = {"allowed": True, "reason": "So.", "least_cents": least, "most_cents": most}
    refused = by("admin").put("/admin/gift-card-policy", body)
    assert refused.status_code in {400, 422}
    assert [fault["field"] for fault in refused.json["errors"]] == [field]


def test_the_staffs_page_says_what_is_sold(visitor, by, sides):
    staff = visitor(sides["admin"])
    staff.open("/admin/gift-cards")
    assert staff.submit(at="/admin/gift-cards", amounts="a lot", reason="Counsel agrees.").status_code == 422
    saved = staff.submit(at="/admin/gift-cards", allowed="yes", amounts="30, 75.50", least="20", most="1,000", reason="Counsel agrees.")
    assert "Counsel agrees." in saved.text
    offered = by().get("/providers/anna/gift-cards").json
    assert (offered["amounts"], offered["least_cents"], offered["most_cents"]) == ([3_000, 7_550], 2_000, 100_000)


# --- pages -------------------------------------------------------------------------------------------------------------------------


def test_a_visitor_buys_one_on_the_card_companys_page(app, clock, visitor, sides):
    double = ConnectDouble(lambda: clock.now)
    app.extensions[KEY] = port_to(double)
    page = visitor()
    assert "Give somebody a gift card" in page.open("/providers/anna").text
    page.open("/providers/anna/gift-cards")
    wrong = page.submit(at="/providers/anna/gift-cards", amount="own", own_amount="12", name="Bea", email="bea@licensedhands.test")
    assert (wrong.status_code, "whole dollars" in wrong.text) == (422, True)
    ordered = page.submit(
        at="/providers/anna/gift-cards", amount="10000", own_amount="", to_name="Kim", to_email="kim@licensedhands.test",
        message="Rest well.", name="Bea", email="bea@licensedhands.test",
    )  # fmt: skip
    assert "Not paid yet" in ordered.text
    assert "Go on" in page.submit(at="/card").text
    [given] = [thing["id"] for thing in double.things.values() if thing["object"] == "checkout.session" and thing["status"] == "open"]
    back = page.open(double.give_card(given, "pm_card_visa").removeprefix("http://127.0.0.1:8000"))
    assert ("Paid. The letters are on their way." in back.text, double.captured()) == (True, 10_000)
    assert "Rest well" not in back.text
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "gift_card_given")).one()
        code, to = letter.facts["code"], letter.recipient
        assert db.session.scalars(select(GiftCard)).one().left_cents == 10_000
    assert to == "kim@licensedhands.test"
    assert code not in back.text
    page.open("/gift-cards")
    assert "$100.00" in page.submit(at="/gift-cards", code=code).text
    page.open("/gift-cards")
    assert "No gift card in use has this code" in page.submit(at="/gift-cards", code="2345-6789").text


def test_without_keys_the_therapist_records_it_and_sees_the_code_once(visitor, sides):
    buyer, anna = visitor(), visitor(sides["anna"])
    buyer.open("/providers/anna/gift-cards")
    ordered = buyer.submit(at="/providers/anna/gift-cards", amount="5000", own_amount="", name="Bea", email="bea@licensedhands.test")
    assert "Pay Anna Alder" in ordered.text
    anna.open("/provider/gift-cards")
    shown = anna.submit(at="/payment", how="cash").text
    [code] = re.findall(r"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}", shown)
    assert code not in anna.open("/provider/gift-cards").text
    assert "is paid out in cash" in anna.submit(at="/provider/gift-cards/cash", code=code).text


def test_at_the_checkout_a_code_pays_and_is_taken_off_again(clock, visitor, by, sides):
    _card, code = code_of(by)
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
    hold = by("sam").post("/holds", {**wish, "starts_at": (clock.now + timedelta(days=2)).isoformat()}).json["id"]
    sam, at = visitor(sides["sam"]), f"/checkout/{hold}/gift-card"
    sam.open(at)
    assert "cannot be used here" in sam.submit(at=at, code="2345-6789", amount="").text
    paid = sam.submit(at=at, code=code, amount="40").text
    assert ("-$40.00" in paid, "$127.20" in paid) == (True, True)
    assert "$127.20" in sam.open(f"/checkout/{hold}/health").text
    sam.open(at)
    assert "-$40.00" not in sam.submit(at=at, off="1").text
