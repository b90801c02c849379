"""A client's bank asks for the money: payouts rest, and the platform has what it answers, without a word about health."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.progress import mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.payments.actions.take_event import take_event
from booking.payments.queries import frozen_visits
from booking.payments.rules.keeping import CONSENT
from booking.payments.stripe_port.reading import read_event
from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.endings import finish, keep_card, payments_of
from tests.support.visits import book_visit, visit_of

DOER = Doer("provider", "account:test")


@pytest.fixture
def world(app, clock):
    """Somebody who had agreed to fees on their card did not come, was charged, and told their bank that it was not them."""
    till = Till(clock)
    with app.app_context():
        client, admin = AccountFactory(), AccountFactory(role="admin")
        anna = bookable_provider(slug="anna", name="Anna Alder")
        visit = visit_of(book_visit(anna, PersonFactory(account=client, name="Robin Reed"), START + timedelta(days=2), START))
        name, visit_id, provider_id = visit.public_id, visit.id, anna.id
        keep_card(till, visit)
        clock.set(visit.starts_at + timedelta(hours=1))
        mark_no_show(name, DOER, clock.now)
        finish(till)
        for letter in db.session.scalars(select(Letter).where(Letter.about == name)):
            letter.sent_at = START
        db.session.commit()
        [payment] = payments_of(db.session.get_one(Appointment, visit_id))
        dispute = till.double.dispute(payment.intent)
        tell(till)
        accounts = {who: db.session.get_one(Account, one.id) for who, one in {"client": client, "admin": admin}.items()}
        accounts["anna"] = db.session.get_one(Account, anna.account_id)
        reference = db.session.get_one(Appointment, visit_id).reference
        db.session.expunge_all()
    return accounts | {
        "till": till, "visit": name, "visit_id": visit_id, "provider_id": provider_id, "dispute": dispute["id"], "reference": reference,
    }  # fmt: skip


def tell(till):
    """The newest event of Stripe's is taken."""
    event = read_event(till.double.webhook(till.double.events[-1], "s")[0])
    assert take_event(till.port, event, till.clock.now) == "done"


@pytest.mark.parametrize("status, frozen", [("needs_response", True), ("under_review", True), ("lost", False), ("won", False)])
def test_nothing_of_the_visit_is_paid_out_until_the_bank_has_decided_for_us(app, world, status, frozen):
    with app.app_context():
        assert frozen_visits(db.session(), world["provider_id"]) == {world["visit_id"]}
        world["till"].double.decide(world["dispute"], status)
        if status != "needs_response":
            tell(world["till"])
        assert frozen_visits(db.session(), world["provider_id"]) == ({world["visit_id"]} if frozen else frozenset())
        assert frozen_visits(db.session(), world["provider_id"] + 1) == frozenset()


def test_an_admin_finds_reads_and_takes_the_evidence_and_each_look_is_recorded(app, world, visitor):
    desk = visitor(world["admin"])
    page = desk.open("/admin/money")
    assert world["reference"] in page.text
    assert "Payout frozen" in page.text
    page = desk.open(f"/admin/disputes/{world['dispute']}")
    for words in ("Robin Reed", "Anna Alder", "The client did not come", "$160.00", CONSENT.version, "Not coming costs 100% of the price"):
        assert words in page.text, words
    file = desk.open(f"/admin/disputes/{world['dispute']}/evidence.pdf")
    assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
    with app.app_context():
        looks = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "dispute.evidence_read")).all()
        assert len(looks) == 2


def test_the_pack_says_what_was_agreed_and_what_happened(world, program):
    staff = program(world["admin"])
    [listed] = staff.get("/admin/disputes").json["items"]
    assert (listed["id"], listed["status"], listed["payouts_frozen"], listed["appointment"]) == (
        world["dispute"],
        "needs_response",
        True,
        world["visit"],
    )
    pack = staff.get(f"/admin/disputes/{world['dispute']}/evidence").json
    assert [step["fee_percent"] for step in pack["agreed_terms"]["steps"]] == [0, 50, 100]
    assert pack["agreed_terms"]["steps"][0]["until"] == "2027-01-13T12:00:00-05:00"
    [charges, care] = pack["consents"]
    assert (charges["version"], charges["text"], charges["agreed_at"]) == (CONSENT.version, CONSENT.text, "2027-01-12T12:00:00-05:00")
    assert care["agreed_at"] == "2027-01-12T12:00:00-05:00"
    assert [one["what"] for one in pack["happened"]] == ["Booked by the client", "The client did not come", "Paid"]
    assert "visit_booked" in [one["kind"] for one in pack["letters_sent"]]
    assert pack["payment"]["while_client_was_away"] is True


def test_nothing_about_health_is_in_it(world, program):
    text = program(world["admin"]).get(f"/admin/disputes/{world['dispute']}/evidence").text.lower()
    for word in ("massage", "pain", "screening", "illness", "technique", "neck"):
        assert word not in text, word


def test_nobody_else_sees_it(world, program, visitor):
    for who in ("client", "anna"):
        for path in ("", f"/{world['dispute']}/evidence", f"/{world['dispute']}/evidence.pdf"):
            assert program(None).get(f"/admin/disputes{path}").status_code in (401, 403)
        assert visitor(world[who]).open("/admin/money").status_code in (403, 404)
    assert program(world["admin"]).get("/admin/disputes/du_of_nobody/evidence").status_code == 404


def test_a_visit_is_found_by_its_reference_and_what_the_bank_has_cannot_be_given_back(app, world, visitor):
    desk = visitor(world["admin"])
    shown = desk.open("/admin/money", reference=world["reference"].lower()).text
    assert "Taken back by the client’s bank for now" in shown
    assert "Give card money back" not in shown
    with app.app_context():
        world["till"].double.decide(world["dispute"], "won")
        tell(world["till"])
    assert "Give card money back" in desk.open("/admin/money", reference=world["reference"]).text
    assert "There is no visit with this reference." in desk.open("/admin/money", reference="LH-0000000").text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("needs_response", "Nothing of this visit is paid out to the therapist meanwhile."),
        ("lost", "the client is not asked for it again, and the fee for the dispute is ours."),
        ("won", "the money goes out with the therapist’s next payout."),
    ],
)
def test_the_page_and_the_list_say_what_was_taken_and_how_it_ended(app, world, visitor, program, status, words):
    with app.app_context():
        if status != "needs_response":
            world["till"].double.decide(world["dispute"], status)
            tell(world["till"])
    page = visitor(world["admin"]).open(f"/admin/disputes/{world['dispute']}").text
    assert words in page
    assert "$15.00" in page
    [listed] = program(world["admin"]).get("/admin/disputes").json["items"]
    assert (listed["taken_cents"], listed["fee_cents"]) == (0 if status == "won" else 16_000, 1_500)
    assert (listed["settled_at"] is None, listed["payouts_frozen"]) == (status == "needs_response", status == "needs_response")


def test_a_loss_is_a_line_of_the_therapists_earnings(app, world, visitor, program):
    with app.app_context():
        world["till"].double.decide(world["dispute"], "lost")
        tell(world["till"])
    lines = program(world["anna"]).get("/provider/earnings").json["lines"]
    assert [(line["what"], line["received_cents"], line["waived_cents"]) for line in lines[-2:]] == [
        ("dispute_lost", -16_000, 0),
        ("dispute_let_go", 0, 16_000),
    ]
    assert "Taken back by the client’s bank" in visitor(world["anna"]).open("/provider/earnings").text
