"""What is added when a time is held: minutes that are the visit's, judged like a longer visit, kept with it as agreed."""

from datetime import timedelta

import pytest

from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.actions.move import move
from booking.appointments.changes.timing import booked_wish
from booking.appointments.models import Appointment
from booking.openings.queries.listing import list_openings
from booking.openings.queries.nearby import alternatives_to
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from providers.profiles.queries import get_facts
from providers.schedule.models import Claim
from providers.services.models import Service
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, visit_of

STONES = {"code": "stones", "name": "Warm stones", "minutes": 30, "price_cents": 3_000}
OIL = {"code": "oil", "name": "Arnica oil", "minutes": 0, "price_cents": 500}


@pytest.fixture
def provider(ctx):
    provider = bookable_provider()
    db.session.query(Service).filter_by(provider_id=provider.id).one().add_ons = [STONES, OIL]
    db.session.commit()
    return provider


def hold(provider, person, start, now, *codes):
    wish = Wish("medical-massage", 60, "clinic", add_ons=codes)
    return hold_time(HoldWish(provider.slug, wish, start), person.id, CLIENT, now)


def test_it_lengthens_the_claim_and_is_kept_as_agreed(clock, provider, start):
    person = PersonFactory()
    held = hold(provider, person, start, clock.now, "stones", "oil")
    assert (held.minutes, held.ends_at) == (60, start + timedelta(minutes=90))
    assert held.add_ons == [STONES, OIL]
    visit = visit_of(book_hold(held, person, clock.now))
    claim = db.session.get_one(Claim, visit.claim_id)
    assert claim.end_minute - claim.begin_minute == 90
    assert (visit.minutes, visit.ends_at, visit.add_ons) == (60, start + timedelta(minutes=90), [STONES, OIL])
    assert visit.total_cents == 20_378  # 160 + 30 + 5, and 4.5 %


def test_a_later_price_never_reaches_a_booked_visit(clock, provider, start):
    person = PersonFactory()
    visit = visit_of(book_hold(hold(provider, person, start, clock.now, "stones"), person, clock.now))
    before = dict(visit.quote)
    row = db.session.query(Service).filter_by(provider_id=provider.id).one()
    row.add_ons, row.version = [{**STONES, "price_cents": 9_000, "minutes": 60}], row.version + 1
    db.session.commit()
    moved = move(visit.public_id, start + timedelta(hours=3), CLIENT, BASE_URL, clock.now).appointment
    assert {**moved.quote, "terms": None} == {**before, "terms": None}
    assert moved.ends_at - moved.starts_at == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("gap", "codes", "free"), [(90, (), True), (90, ("oil",), True), (90, ("stones",), False), (120, ("stones",), True)]
)
def test_a_longer_visit_must_end_before_the_next_one(clock, provider, start, gap, codes, free):
    book_visit(provider, PersonFactory(), start + timedelta(minutes=gap), clock.now)
    if free:
        assert hold(provider, PersonFactory(), start, clock.now, *codes).state == "live"
        return
    with pytest.raises(Conflict, match="slot_taken"):
        hold(provider, PersonFactory(), start, clock.now, *codes)
    wish = Wish("medical-massage", 60, "clinic", add_ons=codes)
    [first, *_] = alternatives_to(db.session(), provider.slug, wish, start, clock.now)
    assert (first.reason, first.wish.add_ons, from_minute(first.start_minute)) == ("fewer_add_ons", (), start)


def test_listed_is_what_can_be_held(clock, provider, start):
    book_visit(provider, PersonFactory(), start + timedelta(minutes=150), clock.now)
    facts = get_facts(db.session(), provider.id)
    day = to_minute(start) - 60, to_minute(start) + 150
    listed = {codes: list_openings(db.session(), facts, Wish("medical-massage", 60, "clinic", add_ons=codes), *day, clock.now).starts
              for codes in ((), ("stones",))}  # fmt: skip
    assert set(listed["stones",]) < set(listed[()])


@pytest.mark.parametrize("codes", [("unknown",), ("stones", "stones"), ("stones", "")])
def test_what_is_not_offered_is_refused(clock, provider, start, codes):
    with pytest.raises(Refused) as refusal:
        hold(provider, PersonFactory(), start, clock.now, *codes)
    assert refusal.value.code == "unknown_add_on"


def test_a_booked_visit_is_wished_for_at_its_whole_length(start):
    visit = Appointment(service_code="s", minutes=60, setting="home", zip="10003", starts_at=start, ends_at=start + timedelta(minutes=75))
    assert booked_wish(visit) == Wish("s", 60, "home", "10003", more_minutes=15, agreed=True)
