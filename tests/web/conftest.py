"""Pages and endpoints are not about the database's kind: SQLite alone."""

from datetime import timedelta

import pytest

from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.databases import Database
from tests.support.visits import book_visit


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def sides(app, clock):
    """A client and a therapist with a confirmed visit in two weeks, and the visit's id."""
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        anna, person = bookable_provider(slug="anna", account=therapist), person_of(client)
        visit = book_visit(anna, person, clock.now + timedelta(days=14), clock.now).booked.appointment.public_id
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    return client, therapist, visit


@pytest.fixture
def outsiders(app):
    """A client and a therapist who have nothing to do with anybody's visit."""
    with app.app_context():
        stranger, other = AccountFactory(), AccountFactory(role="provider")
        person_of(stranger)
        bookable_provider(slug="other", account=other)
        for account in (stranger, other):
            db.session.refresh(account)
        db.session.expunge_all()
    return stranger, other


@pytest.fixture
def therapist(app):
    """Whoever signs in as the therapist Rosa Lindqvist."""
    with app.app_context():
        account = AccountFactory(role="provider")
        bookable_provider(slug="rosa", name="Rosa Lindqvist", account=account)
        return account
