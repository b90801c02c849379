"""Credit through both databases: given once, used on the next visit, never below zero, ended by itself."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.end_credits import end_credits
from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.ledger.models import Credit, LedgerEntry
from booking.ledger.rules.entries import ACCOUNTS, CREDIT, PROVIDER
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.services.rules.terms import DEFAULT_TERMS, terms_to_dict
from tests.factories import PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

THERAPIST, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")
HOUR = timedelta(hours=1)


def giving_provider(percent=25, **more):
    provider = bookable_provider()
    TermsPolicyFactory(provider=provider, terms={**terms_to_dict(DEFAULT_TERMS), "credit_percent": percent, **more})
    return provider


def booked(provider, person, days, clock):
    return visit_of(book_visit(provider, person, clock.now + timedelta(days=days), clock.now))


def kept_credits():
    db.session.rollback()
    return [(one.amount_cents, one.left_cents) for one in db.session.scalars(select(Credit).order_by(Credit.id))]


def balance(account):
    rows = db.session.scalars(select(LedgerEntry)).all()
    return sum(one.amount_cents * ((one.credit == account) - (one.debit == account)) for one in rows)


@pytest.fixture
def provider(ctx):
    return giving_provider()


def test_the_client_of_a_provider_who_cancels_gets_what_was_promised(provider, clock):
    visit = booked(provider, PersonFactory(), 2, clock)
    _gone, verdict = cancel(visit.public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
    assert (verdict.fee_cents, verdict.credit_cents) == (0, 4_000)
    assert kept_credits() == [(4_000, 4_000)]
    assert (balance(CREDIT), balance(PROVIDER)) == (4_000, -4_000)
    told = db.session.scalars(select(Letter.facts).where(Letter.kind == "visit_cancelled")).one()
    assert told["credit_cents"] == 4_000
    assert list(findings(db.session(), clock.now + HOUR)) == []


@pytest.mark.parametrize("doer", [CLIENT, ADMIN], ids=["client", "admin"])
def test_nobody_else_gives_credit(provider, clock, doer):
    visit = booked(provider, PersonFactory(), 2, clock)
    cancel(visit.public_id, Cancelling(), doer, BASE_URL, clock.now + HOUR)
    assert kept_credits() == []


def test_it_pays_for_the_next_visit_with_that_provider_alone(provider, clock):
    person, other = PersonFactory(), bookable_provider()
    lost, elsewhere, following = booked(provider, person, 2, clock), booked(other, person, 3, clock), booked(provider, person, 4, clock)
    cancel(lost.public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
    done = complete(elsewhere.public_id, THERAPIST, elsewhere.starts_at).appointment
    assert (done.paid_cents, done.due_cents) == (0, done.total_cents)
    done = complete(following.public_id, THERAPIST, following.starts_at).appointment
    assert (done.paid_cents, done.due_cents) == (4_000, done.total_cents - 4_000)
    assert kept_credits() == [(4_000, 0)]
    assert balance(CREDIT) == 0
    assert sum(balance(account) for account in ACCOUNTS) == 0
    assert list(findings(db.session(), following.starts_at)) == []


def test_what_a_visit_does_not_need_is_left(ctx, clock):
    provider, person = giving_provider(percent=100), PersonFactory()
    for days in (2, 3):
        cancel(booked(provider, person, days, clock).public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
    visit = booked(provider, person, 4, clock)
    done = complete(visit.public_id, THERAPIST, visit.starts_at).appointment
    assert done.due_cents == 0
    assert kept_credits() == [(16_000, 0), (16_000, 32_000 - done.total_cents)]


def test_what_is_not_used_in_its_year_is_the_providers_again(provider, clock):
    visit = booked(provider, PersonFactory(), 2, clock)
    cancel(visit.public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
    last = db.session.scalars(select(Credit.expires_at)).one()
    assert end_credits(last) == 0
    assert end_credits(last + timedelta(seconds=1)) == 1
    assert end_credits(last + timedelta(seconds=1)) == 0
    assert kept_credits() == [(4_000, 0)]
    assert (balance(CREDIT), balance(PROVIDER)) == (0, 0)
    assert list(findings(db.session(), last)) == []


def test_a_check_finds_credit_that_the_ledger_does_not_know(provider, clock):
    visit = booked(provider, PersonFactory(), 2, clock)
    cancel(visit.public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
    db.session.execute(update(Credit).values(left_cents=3_999))
    db.session.commit()
    assert [found for found in findings(db.session(), clock.now + HOUR) if "credit of person" in found] != []


def test_two_visits_that_end_at_once_use_it_once(app, clock):
    with app.app_context():
        provider, person = giving_provider(), PersonFactory()
        lost = booked(provider, person, 2, clock)
        following = [booked(provider, person, days, clock).public_id for days in (3, 4)]
        cancel(lost.public_id, Cancelling(), THERAPIST, BASE_URL, clock.now + HOUR)
        db.session.expunge_all()
    ended = race(app, [partial(complete, visit, THERAPIST, clock.now + timedelta(days=5)) for visit in following])
    assert ended == {"done": 2}
    with app.app_context():
        assert kept_credits() == [(4_000, 0)]
        assert balance(CREDIT) == 0
        assert list(findings(db.session(), clock.now + timedelta(days=5))) == []
