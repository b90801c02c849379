"""One factory a table, and each of them makes a row that both databases accept."""

import inspect

import pytest
from sqlalchemy import select

from marketplace.db import Base, db
from tests import factories

FACTORIES = {
    member._meta.model.__tablename__: member
    for _, member in inspect.getmembers(factories, inspect.isclass)
    if issubclass(member, factories.Row) and not member._meta.abstract
}
# Written by the product alone: a chain cannot be made up, and an association has no class.
WITHOUT = {"audit_entry", "audit_head", "account_role"}


def test_one_factory_a_table():
    assert set(FACTORIES) == set(Base.metadata.tables) - WITHOUT


@pytest.mark.parametrize("table", sorted(FACTORIES))
def test_its_row_is_accepted(ctx, table):
    made = FACTORIES[table]()
    db.session.remove()
    assert db.session.scalars(select(type(made))).all() != []


def test_a_bookable_provider_is_whole(ctx):
    factories.bookable_provider()
    factories.bookable_provider()
