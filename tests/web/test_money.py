"""Money of a visit on the pages and by JSON: the therapist records, the client reads receipts, nobody else sees anything."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.changes.history import Doer
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_hold, book_visit, hold_visit

PROVIDER = Doer("provider", "account:test")


@pytest.fixture
def world(app, clock):
    """Anna's visit took place; a guest of hers did not come; Cora and another client are nobody here."""
    with app.app_context():
        client, other, guest = AccountFactory(), AccountFactory(), PersonFactory(account=None)
        PersonFactory(account=other)
        anna, cora = bookable_provider(slug="anna", name="Anna Alder"), bookable_provider(slug="cora", name="Cora Cole")
        start = START + timedelta(days=2)
        visit = book_visit(anna, PersonFactory(account=client), start, START).booked.appointment.public_id
        missed = book_hold(
            hold_visit(anna, guest, start + timedelta(hours=3), START), guest, START, guest=True
        ).booked.appointment.public_id
        complete(visit, PROVIDER, start + timedelta(hours=1))
        mark_no_show(missed, PROVIDER, start + timedelta(hours=4))
        ids = {
            "client": client.id,
            "other": other.id,
            "anna": anna.account_id,
            "cora": cora.account_id,
            "admin": AccountFactory(role="admin").id,
        }
        db.session.expire_all()
        accounts = {name: db.session.get_one(Account, one) for name, one in ids.items()}
        db.session.expunge_all()
    clock.set(start + timedelta(hours=5))
    return accounts | {"visit": visit, "missed": missed}


def test_a_therapist_records_takes_back_and_waives_on_the_page(app, world, visitor):
    desk = visitor(world["anna"])
    at = f"/provider/appointments/{world['visit']}"
    assert "$167.20 is due." in desk.open(at).text
    desk.open(f"{at}/money")
    assert "Say how it was paid." in desk.submit(at="/payments", amount="100").text
    page = desk.submit(at="/payments", amount="100.00", how="cash")
    assert "Recorded. The client has a receipt." in page.text
    assert "$67.20" in page.text
    assert "Choose an amount from $0.01 to $67.20" in desk.submit(at="/payments", amount="67.21", how="check").text
    page = desk.submit(at="/waivers", waived="67.20", reason="A long wait")
    assert "A long wait" in page.text
    assert desk.submit(at="/payments/1/correction", why="Wrong visit").text.count("Credit note anna-2027-0002") == 1
    receipt = desk.open(f"{at}/receipts/anna-2027-0001")
    assert "Credit note anna-2027-0002 took it back." in receipt.text
    with app.app_context():
        for letter in db.session.scalars(select(Letter).where(Letter.kind == "visit_receipt").order_by(Letter.id)):
            rendered = render_letter(letter.kind, letter.facts)
            assert "anna-2027-000" in rendered.subject
            assert f"/appointments/{world['visit']}/receipts/anna-2027-000" in rendered.text


def test_a_receipt_is_a_file_too_for_its_two_sides_and_for_staff(world, visitor, program):
    me, desk, other, staff = (program(world[who]) for who in ("client", "anna", "other", "admin"))
    at = f"/appointments/{world['visit']}"
    assert me.get(f"{at}/receipt.pdf").json["code"] == "nothing_paid"
    desk.post(f"{at}/payments", {"how": "cash", "amount_cents": 16_720})
    for caller in (me, desk, staff):
        file = caller.get(f"{at}/receipt.pdf")
        assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
    assert me.get("/me/receipts/anna-2027-0001.pdf").data[:5] == b"%PDF-"
    for missing in (
        other.get(f"{at}/receipt.pdf"),
        other.get("/me/receipts/anna-2027-0001.pdf"),
        me.get("/me/receipts/anna-2027-0002.pdf"),
    ):
        assert missing.status_code == 404
    for who, start in (("client", ""), ("anna", "/provider"), ("admin", "/admin")):
        page = visitor(world[who]).open(f"{start}{at}/receipts/anna-2027-0001")
        assert f'href="{start}{at}/receipts/anna-2027-0001.pdf"' in page.text
        assert visitor(world[who]).open(f"{start}{at}/receipts/anna-2027-0001.pdf").mimetype == "application/pdf"
    assert visitor(world["other"]).client.get(f"{at}/receipts/anna-2027-0001.pdf").status_code == 404


def test_a_client_reads_receipts_and_a_guest_theirs(app, world, visitor, program):
    program(world["admin"]).post(f"/appointments/{world['missed']}/payments", {"how": "check", "amount_cents": 16_000})
    program(world["anna"]).post(f"/appointments/{world['visit']}/payments", {"how": "terminal", "amount_cents": 16_720})
    person = visitor(world["client"])
    assert "anna-2027-0002" in person.open("/account/payments").text
    assert "anna-2027-0001" not in person.open("/account/payments").text
    assert "anna-2027-0002" in person.open(f"/appointments/{world['visit']}").text
    paper = person.open(f"/appointments/{world['visit']}/receipts/anna-2027-0002")
    assert "$167.20" in paper.text
    assert "Anna Alder" in paper.text
    with app.app_context():
        link = db.session.scalars(select(Letter).where(Letter.kind == "visit_receipt")).first().facts["receipt_link"]
    stranger = visitor(None)
    path = "/" + link.split("/", 3)[3]
    assert path.startswith("/visits/")
    assert "Fee by the agreed terms" in stranger.open(path).text
    assert stranger.open(path.replace("0001", "0002")).status_code == 404


@pytest.mark.parametrize("who", ["other", "cora"])
def test_nobody_else_sees_or_moves_anything(world, visitor, program, who):
    api = program(world[who])
    program(world["anna"]).post(f"/appointments/{world['visit']}/payments", {"how": "cash", "amount_cents": 100})
    one = f"/appointments/{world['visit']}"
    assert [api.get(f"{one}/{what}").status_code for what in ("payments", "receipt")] == [404, 404]
    refused = 403 if who == "other" else 404
    assert api.post(f"{one}/payments", {"how": "cash", "amount_cents": 100}).status_code == refused
    assert api.post(f"{one}/waiver", {"reason": "so"}).status_code == refused
    assert api.post(f"{one}/payments/correction", {"number": 1, "reason": "so"}).status_code == refused
    if who == "other":
        assert api.get("/me/payments").json["items"] == []
        assert api.get("/me/receipts/anna-2027-0001").status_code == 404
        assert visitor(world[who]).open(f"/appointments/{world['visit']}/receipts/anna-2027-0001").status_code == 404
    else:
        assert visitor(world[who]).open(f"/provider/appointments/{world['visit']}/money").status_code == 404
        assert visitor(world[who]).open(f"/provider/appointments/{world['visit']}/receipts/anna-2027-0001").status_code == 404


def test_the_same_in_json(world, program):
    desk, person = program(world["anna"]), program(world["client"])
    one = f"/appointments/{world['visit']}"
    assert person.post(f"{one}/payments", {"how": "cash", "amount_cents": 100}).status_code == 403
    assert desk.post(f"{one}/payments", {"how": "cash", "amount_cents": 0}).status_code in {400, 422}
    first = desk.post(f"{one}/payments", {"how": "cash", "amount_cents": 16_000}, key="k1")
    again = desk.post(f"{one}/payments", {"how": "cash", "amount_cents": 16_000}, key="k1")
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert (first.json["paid_cents"], first.json["due_cents"], first.json["receipt"]["number"]) == (16_000, 720, "anna-2027-0001")
    above = desk.post(f"{one}/payments", {"how": "cash", "amount_cents": 721})
    assert (above.status_code, above.json["code"]) == (422, "above_due")
    assert desk.post(f"{one}/waiver", {"reason": "small change"}).json["due_cents"] == 0
    story = person.get(f"{one}/payments").json
    assert [(step["what"], step["amount_cents"]) for step in story["items"]] == [("charge", 16_720), ("paid_cash", 16_000), ("waived", 720)]
    assert (story["charged_cents"], story["waived_cents"], story["paid_cents"], story["due_cents"]) == (16_720, 720, 16_000, 0)
    mine = person.get("/me/payments").json
    assert [one["number"] for one in mine["items"]] == ["anna-2027-0001"]
    assert person.get("/me/receipts/anna-2027-0001").json == person.get(f"{one}/receipt").json == mine["items"][0]
    note = desk.post(f"{one}/payments/correction", {"number": 1, "reason": "wrong visit"}).json["receipt"]
    assert (note["kind"], note["voids"], note["balance_cents"]) == ("credit_note", "anna-2027-0001", 16_000)
    assert person.get("/me/receipts/anna-2027-0001").json["voided_by"] == "anna-2027-0002"
