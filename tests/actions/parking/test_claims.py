"""Receipts of parking through the verbs: sent in once, decided once, paid out once, taken back before it leaves, in every order."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry, story_of_visit, visit_sums
from booking.ledger.rules.sums import balances
from booking.parking.actions.decide import announce_terms, decide_claim, open_photo
from booking.parking.actions.send_in import send_receipt
from booking.parking.models import ParkingClaim
from booking.parking.queries import find_claim, get_sent, mode_at, paid_in_month, parking_findings
from booking.parking.rules.claims import Decision
from booking.parking.rules.terms import Terms
from booking.payments.stripe_port.connect import ConnectPort
from booking.payouts.actions.accounts import begin_account, read_account
from booking.payouts.actions.paying import order_due, order_for
from booking.payouts.models import PayoutAccount, PayoutLine
from booking.payouts.queries import payout_findings
from booking.payouts.rules import monday_of
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from providers.credentials.rules.drafts import Document
from providers.places.models import ServiceArea
from providers.registry.changes import note_deed
from providers.registry.models import Provider
from providers.registry.rules import Owner
from tests.factories import ParkingTermsFactory, PersonFactory
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.payouts import MONDAY, send_all
from tests.support.racing import race
from tests.support.visits import BASE_URL, book_visit, traveling_provider

PROVIDER, STAFF = Doer("provider", "account:test"), "account:admin"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = START + 2 * DAY
PHOTO = Document("image/png", b"\x89PNG a photo", "a" * 64)


@pytest.fixture
def bank(ctx, clock):
    return Till(clock)


@pytest.fixture
def anna(bank):
    """A therapist who drives, may be paid out, and gets 25.00 a visit and 100.00 a month back."""
    provider = traveling_provider(slug="anna")
    db.session.scalars(select(ServiceArea)).one().mode = "car"
    db.session.commit()
    ParkingTermsFactory()
    begin_account(ConnectPort(bank.port), provider.id, "https://hands.test/back", "account:anna", START)
    bank.double.onboard(db.session.scalars(select(PayoutAccount.account)).one())
    db.session.rollback()
    assert read_account(ConnectPort(bank.port), provider.id, START)
    return provider


def drove(anna, at=FIRST):
    """A visit at a client's home that took place; gives its public id."""
    visit = book_visit(anna, PersonFactory(), at, START, setting="home", zip="10024").booked.appointment.public_id
    complete(visit, PROVIDER, at + HOUR)
    return visit


def owner_of(anna):
    return Owner(anna.account_id, anna.name, "account:anna")


def sent(anna, visit, cents=1_800, photo=PHOTO, now=FIRST + DAY):
    return send_receipt(visit, cents, photo, owner_of(anna), now)


def decide(claim, what="accept", cents=None, reason=None, now=FIRST + DAY):
    decide_claim(claim, Decision(what, cents, reason), STAFF, BASE_URL, now)


def owed():
    db.session.rollback()
    return {name: cents for name, cents in balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).items() if cents}


def claim_of(public_id):
    db.session.rollback()
    return db.session.scalars(select(ParkingClaim).where(ParkingClaim.public_id == public_id)).one()


def checked():
    db.session.rollback()
    return [*parking_findings(db.session()), *payout_findings(db.session(), MONDAY)]


def test_what_is_accepted_comes_once_with_the_next_payout_in_a_line_of_its_own(anna, bank):
    visit = drove(anna)
    claim = sent(anna, visit)
    assert (order_due(MONDAY - 3 * DAY), "paid_back" in owed()) == (0, False)
    decide(claim)
    assert (owed()["platform_spending"], owed()["paid_back"]) == (1_800, -1_800)
    assert order_due(MONDAY) == 1
    assert send_all(bank) == ["sent"]
    assert bank.double.sent() == 1_800
    lines = [(line.kind, line.cents) for line in db.session.scalars(select(PayoutLine))]
    assert lines == [("parking", 1_800)]
    assert order_due(MONDAY + 7 * DAY) == 0
    assert checked() == []
    with pytest.raises(Conflict, match="payout already"):
        decide(claim, "take_back", reason="A slip.", now=MONDAY)
    assert owed()["paid_back"] == -1_800


def test_the_client_is_no_part_of_it(anna):
    visit = drove(anna)
    row = claim_of(sent(anna, visit)).appointment_id
    before = (visit_sums(db.session(), row), story_of_visit(db.session(), row))
    decide(claim_of_visit(row))
    assert (visit_sums(db.session(), row), story_of_visit(db.session(), row)) == before
    assert db.session.scalars(select(LedgerEntry.person_id).where(LedgerEntry.memo == "parking")).all() == [None]


def claim_of_visit(row):
    found = find_claim(db.session(), row).public_id
    db.session.rollback()
    return found


def test_what_is_taken_back_before_a_payout_never_leaves_and_stays_taken_back(anna, bank):
    claim = sent(anna, drove(anna))
    decide(claim)
    with pytest.raises(Refused):
        decide(claim, "take_back")
    decide(claim, "take_back", reason="The wrong receipt.")
    assert (claim_of(claim).state, claim_of(claim).accepted_cents) == ("taken_back", 1_800)
    assert "paid_back" not in owed()
    assert order_due(MONDAY) == 0
    for what in ("accept", "refuse", "take_back"):
        with pytest.raises(Conflict):
            decide(claim, what, reason="Again.")
    assert checked() == []


def test_a_payout_that_did_not_leave_can_be_followed_by_taking_back(anna, bank):
    claim = sent(anna, drove(anna))
    decide(claim)
    order_due(MONDAY)
    bank.double.close(db.session.scalars(select(PayoutAccount.account)).one())
    db.session.rollback()
    assert send_all(bank) == ["failed"]
    decide(claim, "take_back", reason="The wrong receipt.", now=MONDAY)
    assert owed().get("paid_back", 0) == owed().get("paid_out", 0) == 0
    assert checked() == []


def test_a_receipt_is_sent_in_once_a_visit_even_after_a_no(anna):
    visit = drove(anna)
    claim = sent(anna, visit)
    decide(claim, "refuse", reason="Not of that day.")
    with pytest.raises(Conflict, match="already"):
        sent(anna, visit)
    assert owed().get("paid_back", 0) == 0


@pytest.mark.parametrize(
    ("cents", "photo", "field"),
    [
        (0, PHOTO, "cents"),
        (50_001, PHOTO, "cents"),
        (1_800, None, "file"),
        (1_800, Document("application/pdf", b"%PDF-1.7 %%EOF", "b" * 64), "file"),
    ],
)
def test_what_is_no_receipt_is_refused_by_its_field(anna, cents, photo, field):
    visit = drove(anna)
    with pytest.raises(Refused) as caught:
        sent(anna, visit, cents, photo)
    assert [fault.field for fault in caught.value.faults] == [field]


def test_a_visit_of_a_subway_ride_or_out_of_time_is_refused(anna):
    visit = drove(anna)
    with pytest.raises(Conflict, match="within 14 days"):
        sent(anna, visit, now=FIRST + 15 * DAY)
    db.session.scalars(select(ServiceArea)).one().mode = "subway"
    db.session.commit()
    with pytest.raises(Conflict, match="another way than by car"):
        sent(anna, visit)


def test_how_somebody_came_is_what_their_area_said_when_the_visit_began(anna):
    with transaction() as session:
        provider = session.get_one(Provider, anna.id)
        note_deed(session, provider, "account:anna", "area_changed", FIRST - HOUR, mode="car", covered=3)
        note_deed(session, provider, "account:anna", "area_changed", FIRST + HOUR, mode="walk", covered=3)
        session.scalars(select(ServiceArea)).one().mode = "walk"
    provider = db.session.get_one(Provider, anna.id)
    assert [mode_at(db.session(), provider, at) for at in (FIRST - 2 * HOUR, FIRST, FIRST + HOUR)] == ["walk", "car", "walk"]
    db.session.rollback()
    visit = drove(anna)
    assert claim_of(sent(anna, visit)).state == "sent"


def test_caps_are_those_of_the_visits_day(anna):
    announce_terms(Terms(date(2027, 1, 15), 1_000, 1_500, 7), "Less.", STAFF, START)
    early = sent(anna, drove(anna), 3_000)
    late = [sent(anna, drove(anna, START + days * DAY), 3_000, now=START + 8 * DAY) for days in (4, 5)]
    decide(early)
    assert claim_of(early).accepted_cents == 2_500
    for claim in late:
        with pytest.raises(Conflict, match="used up"):
            decide(claim)
    decide(early, "take_back", reason="A slip.")
    for claim in late:
        decide(claim)
    assert [claim_of(claim).accepted_cents for claim in late] == [1_000, 500]
    assert paid_in_month(db.session(), anna.id, date(2027, 1, 31)) == 1_500
    assert checked() == []


def test_the_same_photo_is_marked_and_no_plain_hash_is_kept(anna):
    first = sent(anna, drove(anna))
    again = sent(anna, drove(anna, FIRST + DAY), now=FIRST + 2 * DAY)
    other = sent(anna, drove(anna, FIRST + 2 * DAY), photo=Document("image/png", b"another", "c" * 64), now=FIRST + 3 * DAY)
    assert [get_sent(db.session(), one).same_as for one in (first, again, other)] == [None, first, None]
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM parking_claim").all())
    assert ("a" * 64 in raw, "a photo" in raw) == (False, False)


def test_the_therapist_is_written_to_once_a_decision_and_every_deed_is_in_the_audit(anna):
    claim = sent(anna, drove(anna))
    open_photo(claim, STAFF, FIRST + DAY)
    decide(claim, cents=1_000, reason="Two hours of it.")
    decide(claim, "take_back", reason="The wrong receipt.")
    letters = db.session.scalars(select(Letter).where(Letter.kind == "parking_decided").order_by(Letter.id)).all()
    assert [(one.facts["state"], one.facts["cents"], one.facts["reason"]) for one in letters] == [
        ("accepted", 1_000, "Two hours of it."), ("taken_back", 1_000, "The wrong receipt."),
    ]  # fmt: skip
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_kind == "parking").order_by(AuditEntry.id)).all()
    assert verbs == ["parking.sent", "parking.photo_opened", "parking.accepted", "parking.taken_back"]


def test_many_who_send_in_and_decide_at_once_pay_back_once(app, anna):
    visit, owner = drove(anna), owner_of(anna)
    db.session.remove()
    ended = race(app, [lambda: send_receipt(visit, 1_800, PHOTO, owner, FIRST + DAY) for _ in range(5)])
    assert ended == {"done": 1, "sent_already": 4}
    claim = db.session.scalars(select(ParkingClaim.public_id)).one()
    db.session.remove()
    ended = race(app, [lambda: decide(claim) for _ in range(5)])
    assert ended == {"done": 1, "decided_already": 4}
    assert (owed()["paid_back"], checked()) == (-1_800, [])


def test_the_last_room_of_a_month_is_had_once(app, anna):
    claims = [sent(anna, drove(anna, FIRST + number * DAY), 2_500, now=FIRST + 8 * DAY) for number in range(5)]
    db.session.remove()
    ended = race(app, [lambda claim=claim: decide(claim) for claim in claims])
    assert ended == {"done": 4, "month_used_up": 1}
    assert (owed()["paid_back"], checked()) == (-10_000, [])


def test_taking_back_and_paying_out_at_once_end_in_one_of_the_two(app, anna, bank):
    claim, anna_id, week = sent(anna, drove(anna)), anna.id, monday_of(local_day(to_minute(MONDAY)))
    decide(claim)
    db.session.remove()
    ended = race(app, [lambda: order_for(anna_id, week, MONDAY), lambda: decide(claim, "take_back", reason="A slip.", now=MONDAY)])
    lines = db.session.scalar(select(func.count()).select_from(PayoutLine))
    db.session.rollback()
    found = (claim_of(claim).state, lines, ended["paid_out_already"])
    assert found in {("taken_back", 0, 0), ("accepted", 1, 1)}
    assert sum(owed().values()) == 0
    assert checked() == []


def test_what_does_not_agree_is_found(anna):
    claim, other = sent(anna, drove(anna)), sent(anna, drove(anna, FIRST + DAY), now=FIRST + 2 * DAY)
    decide(claim)
    with transaction() as session:
        row = session.scalars(select(ParkingClaim).where(ParkingClaim.public_id == other)).one()
        row.state, row.accepted_cents, row.decided_by, row.decided_at = "accepted", 1_800, STAFF, START
    assert checked() == [f"parking {other} is 1800 cents by its state, 0 by the ledger"]
