"""The ledger and the papers in the database: written once, never changed, numbered without a gap whoever comes at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from booking.ledger.changes import Paper, Whose, counter_post, issue_receipt, post
from booking.ledger.models import LedgerEntry, Receipt
from booking.ledger.queries import entries_of, visit_sums
from booking.ledger.rules import entries as ledger
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound
from tests.factories import AppointmentFactory
from tests.support.racing import race

pytestmark = pytest.mark.usefixtures("ctx")
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
LINES = [{"code": "service", "amount_cents": 16_000}, {"code": "tax", "amount_cents": 720}]


@pytest.fixture
def visit(ctx):
    made = AppointmentFactory()
    db.session.commit()
    return made


def whose(visit):
    return Whose(visit.id, visit.provider_id, visit.person_id)


def write(visit, *groups):
    with transaction() as session:
        return [post(session, group, whose(visit), "test", NOW) for group in groups]


def paper(visit, key, cents=100):
    return Paper(key, visit.provider_id, visit.person_id, visit.id, cents, {"about": key})


def issue(visit, key, now=NOW):
    with transaction() as session:
        return issue_receipt(session, paper(visit, key), now).name


def test_a_group_is_written_once(visit):
    charge, paid = ledger.charge("v", LINES), ledger.paid_at_visit("v", 1, "cash", 10_000)
    assert write(visit, charge, paid, charge) == [True, True, False]
    assert write(visit, paid, charge) == [False, False]
    rows = entries_of(db.session, charge.key)
    assert [(row.line, row.memo, row.amount_cents, row.by, row.at) for row in rows] == [
        (0, "service", 16_000, "test", NOW),
        (1, "tax", 720, "test", NOW),
    ]
    assert visit_sums(db.session, visit.id).due == 6_720


def test_something_else_under_the_same_key_is_no_repeat(visit):
    write(visit, ledger.fee("v", ledger.LATE_CANCEL, 8_000))
    with pytest.raises(Conflict, match="ledger_conflict"):
        write(visit, ledger.fee("v", ledger.NO_SHOW, 16_000))
    assert visit_sums(db.session, visit.id).fee == 8_000


def test_a_group_about_nothing_leaves_no_row(visit):
    assert write(visit, ledger.fee("v", ledger.LATE_CANCEL, 0)) == [False]
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_a_group_is_countered_once_and_stays(visit):
    write(visit, ledger.charge("v", LINES), ledger.paid_at_visit("v", 1, "cash", 10_000))
    with transaction() as session:
        assert counter_post(session, "visit:v:paid:1", "wrong visit", "test", NOW).corrects == "visit:v:paid:1"
    assert visit_sums(db.session, visit.id).paid == 0
    assert len(entries_of(db.session, "visit:v:paid:1")) == 1
    for key, code in (("visit:v:paid:1", "already_corrected"), ("visit:v:paid:2", "not_found")):
        with pytest.raises((Conflict, NotFound), match=code), transaction() as session:
            counter_post(session, key, "again", "test", NOW)


@pytest.mark.parametrize("table", [LedgerEntry, Receipt])
@pytest.mark.parametrize("how", ["edited", "deleted"])
def test_nothing_written_is_ever_changed(visit, table, how):
    write(visit, ledger.fee("v", ledger.NO_SHOW, 8_000))
    issue(visit, "k")
    column = {"edited": update(table).values(amount_cents=1), "deleted": delete(table)}[how]
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(column)
    db.session.rollback()


def test_a_fee_that_many_write_at_once_stands_once(app, visit):
    ended = race(app, [lambda: write(visit, ledger.fee("v", ledger.NO_SHOW, 8_000))] * 6)
    assert ended == {"done": 6}
    assert visit_sums(db.session, visit.id).charged == 8_000


def test_numbers_have_no_gap_and_none_comes_twice_whoever_comes_at_once(app, visit):
    """Eight papers at once, every second of them taken back by its transaction: the numbers that stand are 1 to 4."""

    def given(number):
        issue(visit, f"paid {number}")

    def taken_back(number):
        with transaction() as session:
            issue_receipt(session, paper(visit, f"lost {number}"), NOW)
            raise Conflict("gone", "Something else went wrong.")

    deeds = [lambda number=number: (given if number % 2 else taken_back)(number) for number in range(8)]
    assert race(app, deeds) == {"done": 4, "gone": 4}
    db.session.rollback()
    assert sorted(db.session.scalars(select(Receipt.number))) == [1, 2, 3, 4]
    assert sorted(db.session.scalars(select(Receipt.entry_key))) == ["paid 1", "paid 3", "paid 5", "paid 7"]


def test_numbers_begin_anew_with_new_yorks_year_and_with_each_provider(visit):
    other = AppointmentFactory()
    db.session.commit()
    eve = datetime(2028, 1, 1, 4, 59, 59, tzinfo=UTC)
    names = [issue(visit, "a", eve), issue(visit, "b", eve), issue(visit, "c", eve + timedelta(seconds=1)), issue(other, "d", eve)]
    slug, others = db.session.scalars(select(Receipt.name).order_by(Receipt.id)).all()[0].removesuffix("-2027-0001"), names[3]
    assert names[:3] == [f"{slug}-2027-0001", f"{slug}-2027-0002", f"{slug}-2028-0001"]
    assert others.endswith("-2027-0001")
    assert others != names[0]


def test_a_payment_has_one_paper_however_often_it_is_asked_for(visit):
    assert issue(visit, "a") == issue(visit, "a")
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
