"""A visitor becomes a guest by holding a time, not by asking for one."""

from datetime import timedelta

from sqlalchemy import func, select

from marketplace.accounts.models import Person
from marketplace.db import db
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import hold_visit


def test_a_refused_start_leaves_no_guest_behind(app, clock, visitor):
    start = clock.now + timedelta(days=2)
    with app.app_context():
        provider = bookable_provider(slug="anna")
        client = visitor()
        client.open("/providers/anna/start", service="medical-massage", minutes="60", setting="clinic", starts_at=start.isoformat())
        hold_visit(provider, PersonFactory(), start, clock.now)
    client.submit(at="/hold")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person).where(Person.account_id.is_(None))) == 0
