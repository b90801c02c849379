"""A till with Stripe's stand-in behind it."""

import pytest

from tests.support.cards import Till


@pytest.fixture
def till(ctx, clock) -> Till:
    return Till(clock)
