import pytest

from tests.factories import ProviderFactory, ServiceAreaFactory, ServiceDurationFactory, ServiceFactory, bookable_provider


@pytest.fixture
def anna(app):
    with app.app_context():
        return bookable_provider(slug="anna", name="Anna Alder")


def test_a_search_answers_with_people_who_are_free(anna, program):
    answer = program(None).get("/providers", near="10024").json
    assert answer["total"] == 1
    (item,) = answer["items"]
    assert item["slug"] == "anna"
    assert item["starts"][0] == "2027-01-12T14:00:00-05:00"
