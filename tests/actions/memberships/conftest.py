"""A therapist with members, and Stripe's stand-in behind the till."""

import pytest

from tests.support.memberships import Club


@pytest.fixture
def club(ctx, clock) -> Club:
    return Club(clock)
