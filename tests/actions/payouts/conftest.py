"""A therapist who can be paid out, and Stripe's stand-in."""

import pytest
from sqlalchemy import select

from booking.payments.stripe_port.connect import ConnectPort
from booking.payouts.actions.accounts import begin_account, read_account
from booking.payouts.models import PayoutAccount
from marketplace.db import db
from tests.factories import bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START


@pytest.fixture
def bank(ctx, clock):
    """A till whose Stripe has accounts."""
    return Till(clock)


@pytest.fixture
def anna(bank):
    """A therapist whose account can take money."""
    provider = bookable_provider(slug="anna")
    begin_account(ConnectPort(bank.port), provider.id, "https://hands.test/back", "account:anna", START)
    account = db.session.scalars(select(PayoutAccount.account)).one()
    db.session.rollback()
    bank.double.onboard(account)
    assert read_account(ConnectPort(bank.port), provider.id, START)
    return provider
