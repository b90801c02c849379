"""A start with whoever is free then, as programs and as the search page ask for it."""

import pytest
from sqlalchemy import select

from booking.appointments.models import Hold
from marketplace.db import db
from providers.places.models import ProviderPlace
from tests.factories import AccountFactory, ChangeFactory, PersonFactory, bookable_provider
from tests.support.visits import hold_visit

WISH = {"minutes": 60, "setting": "clinic", "starts_at": "2027-01-14T10:00:00-05:00"}


@pytest.fixture
def three(app):
    """Two women and a man, who differ in what an hour costs and in where they are."""
    with app.app_context():
        near, far = bookable_provider(slug="near"), bookable_provider(slug="far")
        man = bookable_provider(slug="man", gender="male", languages=["en", "es"])
        place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == far.id)).one()
        place.zip, place.neighborhood, place.latitude, place.longitude = "10003", "east_village", 40.7276, -73.9855
        ChangeFactory(provider_id=far.id)
        db.session.commit()
        db.session.expunge_all()
    return {"near": near, "far": far, "man": man}


@pytest.fixture
def client_account(app):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, zip=None)
        return account


@pytest.fixture
def ann(client_account, program):
    return program(client_account)


def test_programs_hold_with_whoever_is_free_and_then_with_the_next(app, clock, three, ann):
    first = ann.post("/holds/any", WISH)
    assert first.status_code == 201
    assert set(first.json) == {
        "id",
        "starts_at",
        "ends_at",
        "expires_at",
        "quote",
        "confirmation",
        "provider",
        "service",
        "setting",
        "add_ons",
    }
    second = ann.post("/holds/any", WISH)
    assert second.status_code == 201
    assert first.json["provider"]["slug"] != second.json["provider"]["slug"]
    assert (second.json["starts_at"], second.json["service"]) == (WISH["starts_at"], "medical-massage")


def test_nobody_left_is_a_conflict(app, clock, three, ann):
    start = clock.now.replace(day=14, hour=15, minute=0)
    with app.app_context():
        for provider in three.values():
            hold_visit(provider, PersonFactory(), start, clock.now)
    refused = ann.post("/holds/any", WISH)
    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")


@pytest.mark.parametrize(
    ("wishes", "slug"),
    [({"gender": ["male"]}, "man"), ({"language": ["es"]}, "man"), ({"near": "10003"}, "far")],
    ids=["gender", "language", "nearest"],
)
def test_only_who_meets_the_wishes_is_held(three, ann, wishes, slug):
    assert ann.post("/holds/any", WISH | wishes).json["provider"]["slug"] == slug


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"max_price_cents": 16_000}, 409, "slot_taken"),
        ({"starts_at": "2027-01-14T10:00:00"}, 400, "naive_datetime"),
        ({"starts_at": "2020-01-14T10:00:00-05:00"}, 409, "slot_taken"),
        ({"starts_at": "2027-01-14T10:07:00-05:00"}, 409, "slot_taken"),
        ({"setting": "home"}, 422, "zip_needed"),
        ({"near": "Nowhere at all"}, 422, "unknown_place"),
        ({"technique": ["witchcraft"]}, 422, "invalid"),
        ({"price_cents": 1}, 400, "unknown_field"),
        ({"minutes": "60"}, 422, "invalid"),
    ],
)
def test_what_is_refused_has_a_code(three, ann, change, status, code):
    refused = ann.post("/holds/any", WISH | change)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_a_start_that_is_not_on_a_whole_minute_is_nobodys(three, ann):
    assert ann.post("/holds/any", WISH | {"starts_at": "2027-01-14T10:00:30-05:00"}).json["code"] == "slot_taken"


def test_strangers_and_therapists_hold_nothing(three, program, app):
    assert program(None).post("/holds/any", WISH).status_code == 401


SEARCH = {"condition": "neck_pain", "setting": "clinic", "minutes": "60", "when": "date", "date": "2027-01-14"}


def test_the_page_offers_whoever_is_free_and_says_how_many_and_how_much(three, visitor):
    page = visitor().open("/search", **SEARCH)
    assert "Whoever is free" in page.text
    assert "3 free" in page.text
    assert "$167.20" in page.text


def test_one_press_holds_with_somebody_and_two_people_get_two(app, three, visitor):
    for _ in range(2):
        somebody = visitor()
        somebody.open("/search", **SEARCH)
        page = somebody.submit(at="/hold/any", starts_at=WISH["starts_at"])
        assert page.request.path.endswith("/health")
    with app.app_context():
        held = db.session.scalars(select(Hold)).all()
        assert len({hold.provider_id for hold in held}) == len(held) == 2


def test_where_nobody_is_left_the_search_comes_back_with_a_sentence(app, clock, three, visitor):
    late = visitor()
    late.open("/search", **SEARCH)
    start = clock.now.replace(day=14, hour=15, minute=0)
    with app.app_context():
        for provider in three.values():
            hold_visit(provider, PersonFactory(), start, clock.now)
    page = late.submit(at="/hold/any", starts_at=WISH["starts_at"])
    assert page.request.path == "/search"
    assert "This time has just been taken." in page.text
    assert page.request.args["condition"] == "neck_pain"


def test_nobody_dearer_than_the_page_said_is_held(app, three, visitor):
    somebody = visitor()
    somebody.open("/search", **SEARCH)
    page = somebody.submit(at="/hold/any", starts_at=WISH["starts_at"], most_cents="10000")
    assert page.request.path == "/search"
    with app.app_context():
        assert db.session.scalar(select(Hold.id)) is None


def test_alone_among_the_results_nobody_is_offered_as_anybody(three, visitor):
    assert "Whoever is free" not in visitor().open("/search", **SEARCH, gender="male").text


def test_a_start_that_cannot_be_read_is_refused_not_guessed(three, visitor):
    somebody = visitor()
    somebody.open("/search", **SEARCH)
    assert somebody.submit(at="/hold/any", starts_at="soon").status_code == 400
