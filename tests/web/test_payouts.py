"""Payouts and the platform's fee on pages and by programs."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.payments.stripe_port.double import Fault
from booking.payouts.models import PayoutAccount
from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import (
    PASSWORD,
    AccountFactory,
    AppointmentFactory,
    FeeAgreementFactory,
    PayoutAccountFactory,
    PayoutFactory,
    PayoutLineFactory,
    PersonFactory,
    bookable_provider,
)
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.visits import book_visit


@pytest.fixture
def paid(app):
    """Anna's payout of one visit; Cora has none."""
    with app.app_context():
        anna, cora = bookable_provider(slug="anna", name="Anna Alder"), bookable_provider(slug="cora")
        visit = AppointmentFactory(provider=anna, service_name="=HYPERLINK(1)")
        payout = PayoutFactory(provider=anna)
        PayoutLineFactory(payout=payout, appointment=visit)
        PayoutAccountFactory(provider=anna)
        made = {
            "anna": db.session.get_one(Account, anna.account_id), "cora": db.session.get_one(Account, cora.account_id),
            "admin": AccountFactory(role="admin"), "payout": payout.public_id, "visit": visit.public_id, "reference": visit.reference,
        }  # fmt: skip
        db.session.expunge_all()
    return made


def test_a_payout_names_its_visits_and_is_nobody_elses(paid, program):
    anna, cora = program(paid["anna"]), program(paid["cora"])
    shown = anna.get(f"/provider/payouts/{paid['payout']}").json
    assert [(line["appointment"], line["amount_cents"]) for line in shown["lines"]] == [(paid["visit"], 16_220)]
    listed = anna.get("/provider/payouts").json
    assert ([one["id"] for one in listed["items"]], listed["account"]) == ([paid["payout"]], "off")
    assert cora.get(f"/provider/payouts/{paid['payout']}").status_code == 404
    assert cora.get("/provider/payouts").json["items"] == []
    assert [one["provider"]["slug"] for one in program(paid["admin"]).get("/admin/payouts").json["items"]] == ["anna"]


def test_the_pages_and_the_file_say_the_same(paid, visitor):
    anna = visitor(paid["anna"])
    assert "$162.20" in anna.open("/provider/payouts").text
    page = anna.open(f"/provider/payouts/{paid['payout']}").text
    assert paid["reference"] in page
    head, row = csv.reader(io.StringIO(anna.open("/provider/payouts.csv").text))
    assert head[-1] == "amount"
    assert (row[2], row[3], row[5]) == (paid["reference"], "'=HYPERLINK(1)", "162.20")
    assert visitor(paid["cora"]).open(f"/provider/payouts/{paid['payout']}").status_code == 404
    assert "Anna Alder" in visitor(paid["admin"]).open("/admin/payouts").text


def test_without_cards_there_is_no_account_to_open(paid, visitor, app):
    cora = visitor(paid["cora"])
    page = cora.open("/provider/payouts")
    assert "Cards are off here" in page.text
    with app.app_context():
        assert db.session.query(PayoutAccount).count() == 1


@pytest.fixture
def cards(app, paid, clock):
    """Cards are on, and Stripe's stand-in knows Anna's account."""
    till = Till(clock)
    app.extensions["stripe_port"] = till.port
    with app.app_context():
        account = db.session.query(PayoutAccount).one()
        till.double.things[account.account] = {
            "id": account.account,
            "object": "account",
            "payouts_enabled": True,
            "details_submitted": True,
        }
    return till


def grow_old(browser, minutes):
    """So long ago somebody gave their password."""
    with browser.client.session_transaction() as session:
        session["fs_paa"] -= minutes * 60
        session.pop("fs_gexp", None)


@pytest.mark.parametrize(("who", "words"), [("anna", "/express/"), ("cora", "connect.stripe.test/acct_")])
def test_the_account_is_set_up_and_changed_after_the_password_alone(paid, cards, visitor, who, words):
    browser = visitor(paid[who])
    browser.open("/provider/payouts")
    assert words in browser.submit(at="/provider/payouts/account", follow=False).location
    grow_old(browser, 16)
    browser.open("/provider/payouts")
    assert browser.submit(at="/provider/payouts/account").request.path == "/account/again"
    assert len([call for call in cards.double.calls if "links" in call.path]) == 1
    back = browser.submit(at="/account/again", password=PASSWORD)
    assert (back.request.path, "/provider/payouts/account" in back.text) == ("/provider/payouts", True)
    assert words in browser.submit(at="/provider/payouts/account", follow=False).location


def test_a_program_needs_a_fresh_token(app, paid, cards, program, clock):
    anna, cora = program(paid["anna"]), program(paid["cora"])
    assert "/express/" in anna.post("/provider/payouts/account").json["url"]
    assert "connect.stripe.test/acct_" in cora.post("/provider/payouts/account").json["url"]
    with app.app_context():
        deeds = list(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_kind == "payout_account")))
    assert sorted(deeds) == ["payout_account.begun", "payout_account.opened"]
    clock.advance(minutes=15)
    assert anna.post("/provider/payouts/account").status_code == 200
    clock.advance(seconds=1)
    late = anna.post("/provider/payouts/account")
    assert (late.status_code, late.json["code"]) == (403, "fresh_sign_in_required")
    assert program(None).post("/provider/payouts/account").status_code == 401
    assert program(paid["admin"]).post("/provider/payouts/account").status_code == 403


def test_without_cards_or_an_answer_a_program_is_told(app, paid, program, clock):
    assert program(paid["anna"]).post("/provider/payouts/account").json["code"] == "cards_off"
    till = Till(clock)
    till.double.faults.append(Fault("lost"))
    app.extensions["stripe_port"] = till.port
    assert program(paid["cora"]).post("/provider/payouts/account").status_code == 503


def test_the_fee_is_announced_by_the_staff_and_read_by_everybody(paid, program, visitor):
    staff = program(paid["admin"])
    soon = (START + timedelta(days=10)).date().isoformat()
    assert program(None).get("/platform-fee").json == {"current": None, "agreements": []}
    share = {"kind": "percent", "percent": 10, "starts_on": soon, "reason": "To try."}
    unsigned = staff.post("/admin/platform-fee", share)
    assert (unsigned.status_code, [fault["field"] for fault in unsigned.json["errors"]]) == (422, ["signed_by"])
    made = staff.post("/admin/platform-fee", {"kind": "first_booking", "cents": 1_500, "starts_on": soon, "reason": "So agreed."})
    assert (made.status_code, made.json["cents"]) == (201, 1_500)
    assert "$15.00 for a client&#39;s first booking" in visitor().open("/platform-fee").text
    page = visitor(paid["admin"])
    page.open("/admin/platform-fee")
    wrong = page.submit(at="/admin/platform-fee", kind="per_booking", cents="5", starts_on="2027-01-01", reason="x")
    assert (wrong.status_code, "It starts tomorrow at the earliest" in wrong.text) == (422, True)
    right = page.submit(at="/admin/platform-fee", kind="per_booking", cents="5", starts_on=soon, reason="x")
    assert "Announced." in right.text


def test_both_sides_read_on_the_visit_what_we_take(app, visitor):
    with app.app_context():
        FeeAgreementFactory(cents=500)
        anna, sam = bookable_provider(slug="anna"), PersonFactory(account=AccountFactory(name="Sam Ellery"))
        visit = book_visit(anna, sam, START + timedelta(days=2), START).booked.appointment.public_id
        therapist, client = db.session.get_one(Account, anna.account_id), db.session.get_one(Account, sam.account_id)
        db.session.expunge_all()
    for account, page in ((client, f"/appointments/{visit}"), (therapist, f"/provider/appointments/{visit}")):
        assert "$5.00" in visitor(account).open(page).text
