"""The harness itself: clean databases, a clock that stands, statements that are counted."""

import socket
from datetime import UTC, datetime, timedelta

import pytest

from marketplace import clock as product_clock
from marketplace.audit import Deed, count_entries, record
from marketplace.db import db, transaction
from tests.support.clocks import START


def write_one() -> None:
    with transaction() as session:
        record(session, Deed(START, "test:harness", "tried", "nothing", "1"))


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_finds_an_empty_database(ctx, round_):
    assert count_entries(db.session) == 0
    write_one()
    assert count_entries(db.session) == 1


def test_the_clock_stands_until_it_is_moved(ctx, clock):
    assert product_clock.now() == START
    clock.advance(minutes=10, seconds=1)
    assert product_clock.now() == START + timedelta(minutes=10, seconds=1)
    clock.set(datetime(2027, 3, 14, 7, tzinfo=UTC))
    assert product_clock.now() == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_statements_are_counted(ctx, statements):
    with statements() as seen:
        count_entries(db.session)
        count_entries(db.session)
    assert len(seen) == 2


def test_nothing_but_loopback_can_be_reached():
    with pytest.raises(Exception, match="allowed"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
