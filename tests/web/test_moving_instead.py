"""A time that cannot be moved to comes with those that can: for programs and on the page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.filters import rfc3339
from tests.factories import AccountFactory, ClaimFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_visit

NOON = START + timedelta(days=2)
TAKEN = NOON + timedelta(hours=2)


@pytest.fixture
def account(app):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


@pytest.fixture
def visit(app, account):
    """Alma's visit at noon; from two to three the therapist is taken."""
    with app.app_context():
        provider = bookable_provider(slug="rosa", name="Rosa Lindqvist")
        person = db.session.scalars(select(Person)).one()
        public_id = book_visit(provider, person, NOON, START).booked.appointment.public_id
        ClaimFactory(provider=provider, begin_minute=to_minute(TAKEN))
        db.session.commit()
        return public_id


def reschedule(client, visit, start):
    return client.post(f"/appointments/{visit}/reschedule", {"starts_at": rfc3339(start)})


@pytest.mark.parametrize(
    "wanted, status, code",
    [(TAKEN, 409, "slot_taken"), (NOON + timedelta(hours=12), 422, "outside_hours"), (START + timedelta(minutes=1), 422, "too_soon")],
)
def test_a_refused_move_carries_where_the_visit_could_go(program, account, visit, wanted, status, code):
    client = program(account)
    refused = reschedule(client, visit, wanted)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert len(refused.json["alternatives"]) == 5
    for one in refused.json["alternatives"]:
        assert client.post(f"/appointments/{visit}/reschedule", one).status_code == 200


def test_the_nearest_is_named_first(program, account, visit):
    first = reschedule(program(account), visit, TAKEN).json["alternatives"][0]
    assert first == {"starts_at": rfc3339(TAKEN + timedelta(hours=1))}


def test_whoever_may_not_move_is_proposed_nothing(program, account, visit, clock):
    clock.advance(days=2, minutes=5)
    refused = reschedule(program(account), visit, NOON + timedelta(days=1))
    assert (refused.json["code"], refused.json["alternatives"]) == ("already_started", [])


def test_the_page_shows_them_above_all_others(visitor, account, visit):
    guest = visitor(account)
    guest.open(f"/appointments/{visit}/move")
    page = guest.submit(starts_at=rfc3339(TAKEN))
    assert page.text.index('id="instead"') < page.text.index('class="day"')
    assert "Nearest to" in page.text
