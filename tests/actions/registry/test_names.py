"""Public names when several people of one name begin at the same moment."""

from functools import partial

import pytest
from sqlalchemy import select

from marketplace.db import db, transaction
from providers.registry.changes import own_provider
from providers.registry.models import Provider
from providers.registry.rules import Owner
from tests.factories import AccountFactory
from tests.support.clocks import START
from tests.support.racing import race

BEGINNERS = 8


def begin(owner):
    with transaction() as session:
        own_provider(session, owner, START)


def owners(app, names):
    with app.app_context():
        accounts = [AccountFactory(role="provider", name=name) for name in names]
        found = [Owner(account.id, account.name, f"account:{account.public_id}") for account in accounts]
        db.session.expunge_all()
    return found


# A name that ends in a number meets the number that another name was given.
@pytest.mark.parametrize("names", [("Ana Lopez",), ("Ana Lopez", "Ana Lopez 2")], ids=["one name", "two names that meet"])
def test_of_several_who_begin_at_once_each_gets_a_name_of_their_own(app, clock, names):
    beginners = owners(app, names * (BEGINNERS // len(names)))
    assert race(app, [partial(begin, owner) for owner in beginners]) == {"done": BEGINNERS}
    with app.app_context():
        slugs = set(db.session.scalars(select(Provider.slug)))
    assert len(slugs) == BEGINNERS
    assert all(slug.startswith("ana-lopez") for slug in slugs)
    assert "ana-lopez" in slugs


def test_a_second_desk_of_one_account_is_never_begun(app, clock):
    (owner,) = owners(app, ["Ana Lopez"])
    assert race(app, [partial(begin, owner) for _ in range(BEGINNERS)]) == {"done": BEGINNERS}
    with app.app_context():
        assert list(db.session.scalars(select(Provider.slug))) == ["ana-lopez"]
