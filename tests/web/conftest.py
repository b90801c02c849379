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
