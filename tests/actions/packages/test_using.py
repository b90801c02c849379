"""Packages bought and used through the verbs of visits: priced at the hold, counted by the database, given back, spent."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import Hold
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.packages.actions.buying import lapse_orders, order_package, record_sale, withdraw_order
from booking.packages.actions.ending import end_over, end_package, record_given_back, warn_of_ends
from booking.packages.actions.offering import allow_packages, offer_package, withdraw_offer
from booking.packages.models import Package, PackagePaper
from booking.packages.queries import package_findings, uses_of
from booking.packages.rules import Offer
from booking.upkeep.queries import findings
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.outbox.models import Letter
from providers.schedule.models import Claim
from tests.factories import PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, booking_of, hold_visit, visit_of

PROVIDER = Doer("provider", "account:test")
DAY = START + timedelta(days=2)
OFFER = Offer("medical-massage", 60, 5, 70_000, 6)


@pytest.fixture
def anna(ctx):
    """A therapist where packages are sold."""
    allow_packages(True, "To try it out.", "account:admin", START)
    return bookable_provider(slug="anna", name="Anna Alder")


def bought(anna, sam, how="cash", offer=OFFER):
    """An offer, ordered and paid; gives the package's public id."""
    made = offer_package(anna.id, offer, "account:anna", START)
    package = order_package(made.public_id, sam.id, "account:sam", START).package.public_id
    record_sale(package, anna.id, how, "account:anna", START)
    return package


def package_now(public_id):
    db.session.rollback()
    return db.session.scalars(select(Package).where(Package.public_id == public_id).execution_options(populate_existing=True)).one()


def sums():
    db.session.rollback()
    return {name: cents for name, cents in balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).items() if cents}


def nothing_found():
    db.session.rollback()
    return list(package_findings(db.session()))


def test_a_visit_is_priced_with_the_package_and_uses_one(anna, sam):
    package = bought(anna, sam)
    hold = hold_visit(anna, sam, DAY, START)
    assert [(line["code"], line["amount_cents"]) for line in hold.quote["lines"]] == [("service", 16_000), ("package", -16_000)]
    assert (hold.quote["total_cents"], hold.terms["fee_base_cents"]) == (0, 14_000)
    visit = visit_of(book_hold(hold, sam, START))
    assert (visit.total_cents, visit.due_cents, package_now(package).used) == (0, 0, 1)
    assert sums() == {"cash_at_visit": 73_150, "prepaid_in_hand": -73_150}
    complete(visit.public_id, PROVIDER, DAY + timedelta(hours=1))
    assert sums() == {"cash_at_visit": 73_150, "prepaid_in_hand": -4 * 14_630, "provider_earned": -14_000, "tax_collected": -630}
    assert [use.state for use in uses_of(db.session(), package_now(package).id)] == ["spent"]
    assert nothing_found() == []
    assert list(findings(db.session(), DAY + timedelta(hours=1))) == []


def test_what_is_not_paid_pays_for_nothing(anna, sam):
    made = offer_package(anna.id, OFFER, "account:anna", START)
    package = order_package(made.public_id, sam.id, "account:sam", START).package.public_id
    assert hold_visit(anna, sam, DAY, START).quote["total_cents"] == 16_720
    withdraw_order(package, sam.id, "account:sam", START)
    with pytest.raises(Conflict):
        record_sale(package, anna.id, "cash", "account:anna", START)


@pytest.mark.parametrize("wish", [{"minutes": 90}, {"starts_at": START + timedelta(days=210)}])
def test_a_visit_that_does_not_fit_is_paid_as_usual(anna, sam, wish):
    bought(anna, sam)
    wish = dict(wish)
    at, now = wish.pop("starts_at", DAY), START
    if at != DAY:
        now = at - timedelta(days=10)
    assert hold_visit(anna, sam, at, now, **wish).quote["total_cents"] > 0


def test_nobody_elses_package_pays(anna, sam):
    bought(anna, sam)
    assert hold_visit(anna, PersonFactory(), DAY, START).quote["total_cents"] == 16_720


def test_a_free_cancellation_gives_it_back(anna, sam):
    package = bought(anna, sam)
    visit = book_visit(anna, sam, DAY, START).booked.appointment.public_id
    _, verdict = cancel(visit, Cancelling(), CLIENT, BASE_URL, START)
    assert (verdict.fee_cents, package_now(package).used) == (0, 0)
    assert sums() == {"cash_at_visit": 73_150, "prepaid_in_hand": -73_150}
    assert nothing_found() == []


@pytest.mark.parametrize(
    ("hours", "fee", "used", "due"),
    [
        (24, 0, 0, 0),
        (23, 7_000, 0, 7_000),  # half the price of a visit of the package: owed as money, the visit comes back
        (11, 14_000, 1, 0),  # the whole: the visit pays it
    ],
)
def test_a_late_cancellation_costs_what_the_terms_say_and_is_paid_with_the_visit_where_it_is_all(anna, sam, hours, fee, used, due):
    package = bought(anna, sam)
    visit = book_visit(anna, sam, DAY, START).booked.appointment
    booked, verdict = cancel(visit.public_id, Cancelling(expected_fee_cents=fee), CLIENT, BASE_URL, DAY - timedelta(hours=hours))
    assert (verdict.fee_cents, package_now(package).used) == (fee, used)
    now = visit_of(type("Made", (), {"booked": booked})())
    assert (now.fee_cents, now.due_cents) == (fee, due)
    assert nothing_found() == []
    assert list(findings(db.session(), DAY)) == []


def test_a_missed_visit_is_used_up(anna, sam):
    package = bought(anna, sam)
    visit = book_visit(anna, sam, DAY, START).booked.appointment.public_id
    mark_no_show(visit, PROVIDER, DAY + timedelta(minutes=20))
    assert package_now(package).used == 1
    assert sums()["provider_earned"] == -14_000
    assert sums().get("client_receivable", 0) == 0


def test_holds_of_one_client_promise_no_visit_twice(anna, sam):
    bought(anna, sam, offer=Offer("medical-massage", 60, 2, 28_000, 6))
    first = hold_visit(anna, sam, DAY, START)
    second = hold_visit(anna, sam, DAY + timedelta(hours=2), START)
    book_hold(first, sam, START)
    third = hold_visit(anna, sam, DAY + timedelta(hours=4), START)
    assert [one.quote["total_cents"] for one in (first, second, third)] == [0, 0, 16_720]
    release_hold(second.public_id, sam.id, CLIENT, START)
    assert hold_visit(anna, sam, DAY + timedelta(days=1), START).quote["total_cents"] == 0


def test_what_was_promised_and_is_gone_is_refused_and_nothing_is_booked(anna, sam):
    package = bought(anna, sam)
    hold = hold_visit(anna, sam, DAY, START)
    end_package(package, "client", "account:sam", START, person_id=sam.id)
    with pytest.raises(Conflict) as refused:
        book_hold(hold, sam, START)
    assert refused.value.code == "package_used_up"


def test_bookings_at_once_never_use_more_than_was_bought(app, anna, sam):
    """Three holds that were each priced with the same visit, as if nobody had counted: the database does."""
    package = bought(anna, sam, offer=Offer("medical-massage", 60, 2, 28_000, 6))
    starts = [DAY + timedelta(hours=2 * at) for at in range(3)]
    holds = [hold_visit(anna, sam, start, START) for start in starts[:2]]
    with transaction() as session:
        session.execute(update(Hold).where(Hold.id == holds[0].id).values(expires_at=START))
    third = hold_visit(anna, sam, starts[2], START)
    assert third.quote["total_cents"] == 0
    with transaction() as session:
        session.execute(update(Hold).where(Hold.id == holds[0].id).values(expires_at=START + timedelta(minutes=10)))
        claims = select(Hold.claim_id).where(Hold.id == holds[0].id)
        session.execute(update(Claim).where(Claim.id.in_(claims)).values(live=True))
        session.execute(update(Hold).where(Hold.id == holds[0].id).values(state="live"))
    wanted, person_id = [booking_of(hold, sam, START) for hold in (*holds, third)], sam.id
    db.session.remove()
    ended = race(app, [lambda one=one: book(one, person_id, CLIENT, BASE_URL, START) for one in wanted])
    assert ended == {"done": 2, "package_used_up": 1}
    assert package_now(package).used == 2
    assert nothing_found() == []


def test_ending_gives_back_what_was_shown_once(app, anna, sam):
    package = bought(anna, sam)
    visit = book_visit(anna, sam, DAY, START).booked.appointment.public_id
    with pytest.raises(Conflict) as coming:
        end_package(package, "client", "account:sam", START, person_id=sam.id)
    assert coming.value.code == "visits_coming"
    complete(visit, PROVIDER, DAY + timedelta(hours=1))
    later = DAY + timedelta(days=1)
    with pytest.raises(Stale):
        end_package(package, "client", "account:sam", later, person_id=sam.id, expected_refund_cents=73_150)
    person_id, anna_id = sam.id, anna.id
    db.session.remove()
    deeds = [lambda: end_package(package, "client", "account:sam", later, person_id=person_id) for _ in range(4)]
    assert race(app, deeds) == {"done": 1, "wrong_state": 3}
    assert sums() == {
        "cash_at_visit": 73_150, "refunds_owed": -(73_150 - 16_720), "provider_earned": -14_000 - 2_000, "tax_collected": -630 - 90,
    }  # fmt: skip
    record_given_back(package, anna_id, "account:anna", later)
    assert sums() == {"cash_at_visit": 16_720, "provider_earned": -16_000, "tax_collected": -720}
    with pytest.raises(Conflict):
        record_given_back(package, anna_id, "account:anna", later)
    assert [(one.kind, one.number, one.amount_cents) for one in db.session.scalars(select(PackagePaper).order_by(PackagePaper.id))] == [
        ("receipt", 1, 73_150), ("credit_note", 2, 56_430),
    ]  # fmt: skip
    assert nothing_found() == []


def test_the_last_day_is_told_of_and_ends_it(anna, sam):
    package = bought(anna, sam)
    last = START + timedelta(days=181)  # July 12, at the same hour
    for days in (40, 29, 20, 6, 1):
        warn_of_ends(last - timedelta(days=days))
    kinds = [
        letter.kind for letter in db.session.scalars(select(Letter).order_by(Letter.id)) if letter.recipient == "sam@licensedhands.test"
    ]
    assert kinds == ["package_paid", "package_ends", "package_ends"]
    db.session.rollback()
    assert end_over(last) == 0
    assert end_over(last + timedelta(days=1)) == 1
    now = package_now(package)
    assert (now.state, now.ended_by, now.refund_cents) == ("ended", "expired", 73_150)


def test_an_order_that_nobody_pays_ends_by_itself(anna, sam):
    made = offer_package(anna.id, OFFER, "account:anna", START)
    package = order_package(made.public_id, sam.id, "account:sam", START).package.public_id
    assert lapse_orders(START + timedelta(days=29)) == 0
    assert lapse_orders(START + timedelta(days=30)) == 1
    assert package_now(package).state == "withdrawn"


def test_off_means_nothing_is_offered_or_sold_and_what_was_bought_stays(anna, sam):
    package = bought(anna, sam)
    made = offer_package(anna.id, OFFER, "account:anna", START)
    allow_packages(False, "Not any more.", "account:admin", START)
    with pytest.raises(Refused) as refused:
        offer_package(anna.id, OFFER, "account:anna", START)
    assert refused.value.code == "packages_off"
    with pytest.raises(Refused):
        order_package(made.public_id, sam.id, "account:sam", START)
    assert hold_visit(anna, sam, DAY, START).quote["total_cents"] == 0
    assert package_now(package).state == "active"
    withdraw_offer(anna.id, made.public_id, "account:anna", START)
    with pytest.raises(NotFound):
        withdraw_offer(anna.id, made.public_id, "account:anna", START)
