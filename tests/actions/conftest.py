"""The therapist and the client of most stories. A file may say otherwise."""

import pytest

from tests.factories import PersonFactory, bookable_provider


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def sam(ctx):
    return PersonFactory(email="sam@licensedhands.test")
