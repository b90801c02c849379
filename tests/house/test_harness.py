"""The harness itself: clean databases, a clock that stands, statements that are counted."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import low_level
from argon2.exceptions import VerifyMismatchError
from werkzeug.routing import BaseConverter, Map, Rule

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


class Shouted(BaseConverter):
    """Small letters inside, capitals in addresses."""

    def to_python(self, value: str) -> str:
        return value.lower()

    def to_url(self, value: str) -> str:
        return value.upper()


@pytest.mark.parametrize("round_", [1, 2])
def test_rules_of_the_same_words_lead_and_build_alike_however_often_they_are_bound(round_):
    pages = Rule("/visits/<code>/<int:page>", endpoint=f"page {round_}")
    first = Rule("/visits/<code>/", endpoint="first", defaults={"page": 1})
    fixed = Rule("/archive/<int:year>", endpoint="fixed", defaults={"year": round_})
    paths = Map([pages, first, fixed])
    at = paths.bind("here.test")
    assert at.match("/visits/abc/7") == (f"page {round_}", {"code": "abc", "page": 7})
    assert at.match("/visits/abc/") == ("first", {"code": "abc", "page": 1})
    assert at.build(f"page {round_}", {"code": "a b", "page": 3, "more": "x"}) == "/visits/a%20b/3?more=x"
    assert at.build("fixed", {}) == f"/archive/{round_}"
    assert [rule.arguments for rule in (pages, first, fixed)] == [{"code", "page"}, {"code", "page"}, {"year"}]


@pytest.mark.parametrize("converters, built, read", [({}, "/shops/anna", "ANNA"), ({"default": Shouted}, "/shops/ANNA", "anna")])
def test_a_map_with_converters_of_its_own_is_bound_by_those(converters, built, read):
    at = Map([Rule("/shops/<name>", endpoint="shop")], converters=converters).bind("here.test")
    assert at.build("shop", {"name": "anna"}) == built
    assert at.match("/shops/ANNA") == ("shop", {"name": read})


def test_a_password_that_fitted_once_lets_no_other_in():
    costs = {"salt": b"eight or more", "time_cost": 1, "memory_cost": 8, "parallelism": 1, "hash_len": 16, "type": low_level.Type.ID}
    one, other = (low_level.hash_secret(secret=word, **costs) for word in (b"one", b"other"))
    assert one != other
    for _ in range(2):
        assert low_level.verify_secret(one, b"one", low_level.Type.ID)
        for made, word in ((one, b"other"), (other, b"one"), (one, b"")):
            with pytest.raises(VerifyMismatchError):
                low_level.verify_secret(made, word, low_level.Type.ID)
