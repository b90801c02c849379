"""Looking for a free call first: the directory's filter for people without scripts and for programs."""

import pytest

from marketplace.db import db
from tests.factories import bookable_provider
from tests.support.visits import offer_call


@pytest.fixture
def rosa(app):
    """Rosa gives calls, Nina does not."""
    with app.app_context():
        provider = bookable_provider(name="Rosa Lindqvist", slug="rosa")
        bookable_provider(name="Nina Quiet", slug="nina")
        offer_call(provider)
        db.session.commit()
        return provider.id


def found(app, query):
    return app.test_client().get(f"/api/v1/providers?{query}")


def test_programs_find_who_gives_a_call(app, rosa):
    answer = found(app, "setting=phone").json
    assert [(one["slug"], one["service"], one["minutes"], one["setting"], one["price_cents"]) for one in answer["items"]] == [
        ("rosa", "intro_call", 10, "phone", 0)
    ]
    assert answer["facets"]["setting"] == {"phone": 1}


def test_a_start_that_is_found_can_be_held(app, rosa):
    one = found(app, "setting=phone").json["items"][0]
    listed = app.test_client().get("/api/v1/providers/rosa/openings?service=intro_call&minutes=10&setting=phone").json["openings"]
    assert listed[:3] == one["starts"]


@pytest.mark.parametrize(
    "query, field",
    [
        ("setting=phone,clinic", "setting"),
        ("setting=phone&minutes=60", "minutes"),
        ("setting=phone&place_kind=hospital", "place_kind"),
        ("setting=phone&neighbourhood=east_village", "neighbourhood"),
        ("setting=phone&first_consult=1", "first_consult"),
    ],
)
def test_what_no_call_can_be_is_refused(app, rosa, query, field):
    answer = found(app, query)
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])


def test_people_find_the_way_to_calls_and_back(visitor, rosa):
    guest = visitor()
    page = guest.open("/search", minutes="60", place_kind="private_practice")
    assert "Nina Quiet" in page.text
    assert 'href="/search?setting=phone"' in page.text
    page = guest.open("/search", setting="phone", minutes="60")
    assert "Rosa Lindqvist" in page.text
    assert "Nina Quiet" not in page.text
    assert "By phone, before anything is booked" in page.text
    assert "Whoever is free" not in page.text
