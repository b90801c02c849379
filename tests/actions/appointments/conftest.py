"""A provider, a start two days ahead, and a visit then: what most stories of a visit begin with. A file may say otherwise."""

from datetime import timedelta

import pytest

from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import book_visit, visit_of


@pytest.fixture
def start(clock):
    return clock.now + timedelta(days=2)


@pytest.fixture
def provider(ctx):
    return bookable_provider()


@pytest.fixture
def visit(clock, provider, start):
    return visit_of(book_visit(provider, PersonFactory(), start, clock.now))
