"""Visits at the client's place through the real verbs: minutes apart from the way, last starts, first visits, and the ways of a day."""

from datetime import timedelta
from random import Random

import pytest

from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.changes.history import Doer
from booking.openings.queries.listing import list_openings
from booking.openings.rules.asking import Wish
from marketplace.db import db, transaction
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import to_minute, wall_minute_of_day
from providers.places import gazetteer
from providers.places.actions import put_area
from providers.places.forms import read_area
from providers.places.models import ServiceArea
from providers.places.queries import find_area
from providers.profiles.queries import get_facts
from providers.registry.rules import Owner
from providers.schedule.changes import BLOCK, OUTSIDE, ClaimFacts, claim_time
from providers.schedule.models import Claim
from tests.factories import (
    PersonFactory,
    ProviderPlaceFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_visit, traveling_provider

pytestmark = pytest.mark.usefixtures("ctx")
THERAPIST = Doer("provider", "account:therapist")
HOME = {"setting": "home", "zip": "10024"}


def set_area(provider, **columns):
    with transaction() as session:
        area = session.get_one(ServiceArea, find_area(session, provider.id).id)
        for name, value in columns.items():
            setattr(area, name, value)


def at(clock, hour, minute=0, days=2):
    """A New York time of the day after tomorrow; the clock stands at noon."""
    return clock.now + timedelta(days=days, hours=hour - 12, minutes=minute)


def listed(provider, clock, wish=None, *, met=False, days=2):
    """Wall minutes of the starts of one day."""
    wish = wish or Wish("medical-massage", 60, "home", "10024", met)
    low = to_minute(at(clock, 0, days=days))
    return [
        wall_minute_of_day(start)
        for start in list_openings(db.session(), get_facts(db.session(), provider.id), wish, low, low + 1440, clock.now).starts
    ]


def refusal(work):
    with pytest.raises(Refusal) as refused:
        work()
    return refused.value


@pytest.fixture
def late_provider(ctx):
    """Open for homes from 9 AM to midnight."""
    found = traveling_provider()
    for weekday in range(7):
        WeeklyHoursFactory(provider=found, weekday=weekday, opens_minute=17 * 60, closes_minute=24 * 60, settings=["home"])
    return found


class TestMinutes:
    def test_door_and_set_up_come_after_the_way_and_are_no_part_of_it(self, clock):
        provider = traveling_provider()
        set_area(provider, early_minutes=10)
        first = book_visit(provider, PersonFactory(), at(clock, 10), clock.now, **HOME).booked.appointment
        claim = db.session.get_one(Claim, first.claim_id)
        assert (claim.before_minutes, claim.after_minutes) == (10 + 15, 15 + 10)
        way = gazetteer.travel_between_zips("10024", "10023", gazetteer.TravelMode.SUBWAY, 11 * 60)
        earliest = 11 * 60 + 25 + way + 25
        starts = listed(provider, clock, Wish("medical-massage", 60, "home", "10023"))
        assert min(start for start in starts if start > 11 * 60) == -(-earliest // 15) * 15

    def test_nobody_is_in_two_rooms_without_a_way_between_them_though_they_never_travel_to_clients(self, clock):
        provider = bookable_provider()
        far = ProviderPlaceFactory(provider=provider, name="Far off", zip="10034", neighborhood="inwood")
        for weekday in range(7):
            WeeklyHoursFactory(provider=provider, place=far, weekday=weekday, opens_minute=17 * 60, closes_minute=20 * 60)
        book_visit(provider, PersonFactory(), at(clock, 16), clock.now)
        way = gazetteer.travel_between_zips("10024", "10034", gazetteer.TravelMode.SUBWAY, 17 * 60)
        starts = listed(provider, clock, Wish("medical-massage", 60, "clinic"))
        assert min(start for start in starts if start >= 17 * 60) >= 17 * 60 + 15 + way
        assert refusal(lambda: hold_visit(provider, PersonFactory(), at(clock, 17, 15), clock.now)).code == "not_reachable"


class TestLastStarts:
    def test_nobody_begins_at_a_home_after_the_last_start(self, clock, late_provider):
        set_area(late_provider, latest_start_minute=21 * 60 + 30)
        assert max(listed(late_provider, clock)) == 21 * 60 + 30
        said = refusal(lambda: hold_visit(late_provider, PersonFactory(), at(clock, 21, 45), clock.now, **HOME))
        assert (said.code, said.sentence) == (
            "outside_hours",
            "A visit like this one begins at 9:30\u00a0PM at the latest. Choose an earlier time.",
        )
        assert hold_visit(late_provider, PersonFactory(), at(clock, 21, 30), clock.now, **HOME).state == "live"

    def test_the_first_visit_has_a_last_start_and_minutes_of_its_own_until_they_have_met(self, clock, late_provider):
        set_area(late_provider, first_visit_minutes=15, first_visit_latest_minute=20 * 60)
        person = PersonFactory()
        assert max(listed(late_provider, clock)) == 20 * 60
        assert max(listed(late_provider, clock, met=True)) == 23 * 60
        said = refusal(lambda: hold_visit(late_provider, person, at(clock, 21), clock.now, **HOME))
        assert (said.code, "8\u00a0PM" in said.sentence) == ("outside_hours", True)
        visit = book_visit(late_provider, person, at(clock, 18), clock.now, **HOME).booked.appointment
        assert db.session.get_one(Claim, visit.claim_id).before_minutes == 15 + 15
        # Having booked is not having met: neither is the first visit moved into the night, nor does a second one come before it there.
        assert refusal(lambda: move(visit.public_id, at(clock, 21), CLIENT, BASE_URL, clock.now)).code == "outside_hours"
        assert refusal(lambda: hold_visit(late_provider, person, at(clock, 21, days=1), clock.now, **HOME)).code == "outside_hours"
        check_in(visit.public_id, THERAPIST, at(clock, 18))
        complete(visit.public_id, THERAPIST, at(clock, 19))
        later = hold_visit(late_provider, person, at(clock, 22, days=4), at(clock, 20), **HOME)
        assert db.session.get_one(Claim, later.claim_id).before_minutes == 15

    def test_what_a_stranger_is_shown_everybody_may_have(self, clock, late_provider):
        set_area(late_provider, first_visit_minutes=20, first_visit_latest_minute=19 * 60 + 40, latest_start_minute=22 * 60)
        book_visit(late_provider, PersonFactory(), at(clock, 15), clock.now, **HOME)
        strangers, friends = listed(late_provider, clock), listed(late_provider, clock, met=True)
        assert set(strangers) < set(friends)
        for start in strangers:
            person = PersonFactory()
            hold = hold_visit(late_provider, person, at(clock, 0, start), clock.now, **HOME)
            release_hold(hold.public_id, person.id, CLIENT, clock.now)


def stated(provider, clock, base_zip, **more):
    """Give a provider an area through the form, as a program would."""
    body = {"mode": "subway", "base": {"line1": "1 Street", "zip": base_zip}, "zips": ["10023", "10024", "10025"], "count_ways": True}
    put_area(Owner(provider.account_id, "Rosa Lindqvist", "account:test"), read_area(body | more), clock.now)


class TestWays:
    def test_the_day_begins_and_ends_at_the_base_however_its_visits_come_and_go(self, clock):
        provider = traveling_provider()
        stated(provider, clock, "10023", setup_minutes=0, pack_minutes=0)
        hood = gazetteer.district_zips("10023")
        out = max(gazetteer.travel_between_zips(code, "10024", gazetteer.TravelMode.SUBWAY, 9 * 60) for code in hood)
        starts = listed(provider, clock)
        assert starts[0] == -(-(9 * 60 + out) // 15) * 15
        assert starts[-1] == (17 * 60 - out - 15 - 60) // 15 * 15
        assert refusal(lambda: hold_visit(provider, PersonFactory(), at(clock, 9), clock.now, **HOME)).code == "not_reachable"
        hold_visit(provider, PersonFactory(), at(clock, 0, starts[2]), clock.now, **HOME)
        assert listed(provider, clock)[-1] == starts[-1]

    def test_another_end_of_the_day_counts_for_the_last_way_alone(self, clock):
        provider = traveling_provider()
        stated(provider, clock, "10023")
        before = listed(provider, clock)
        stated(provider, clock, "10023", day_end={"line1": "2 Street", "zip": "10034"})
        after = listed(provider, clock)
        assert after[0] == before[0]
        assert after[-1] < before[-1]

    def test_two_hundred_probes_tell_the_district_and_nothing_finer(self, clock):
        """Neighbors give the same answers to every question, so that no number of them tells one home from another; the homes that
        answer alike are spread over more than a kilometer (as the rules' tests measure)."""
        random, low, answers = Random(4), to_minute(at(clock, 0)), set()
        questions = [(random.choice(ZIPS), low + random.randrange(0, 30 * 1440, 15)) for _ in range(200)]
        for base in gazetteer.district_zips("10023"):
            provider = traveling_provider()
            stated(provider, clock, base, radius_km=2.5, max_travel_minutes=40, day_end={"line1": "2 Street", "zip": base})
            free = {}
            for code in ZIPS:
                facts, wish = get_facts(db.session(), provider.id), Wish("medical-massage", 60, "home", code)
                free[code] = set(list_openings(db.session(), facts, wish, low, low + 30 * 1440, clock.now).starts)
            answers.add(tuple(start in free[code] for code, start in questions))
        assert len(gazetteer.district_zips("10023")) >= 3
        assert len(answers) == 1
        assert 20 <= sum(answers.pop()) <= 180

    def test_the_end_of_the_day_is_sealed(self, clock):
        provider = traveling_provider()
        stated(provider, clock, "10023", day_end={"line1": "77 Secret Lane", "zip": "10034"})
        raw = db.session.connection().exec_driver_sql("SELECT base, day_end FROM service_area").one()
        assert "Secret" not in raw.day_end
        assert find_area(db.session(), provider.id).day_end == {"line1": "77 Secret Lane", "zip": "10034"}


ZIPS = ("10023", "10024", "10025")
MODES = ("walk", "walk_with_table", "subway", "subway_with_table", "car")


def is_reachable(claims, own, mode):
    """Walks outward from a claim to the nearest one with a place on either side, and asks the model itself."""
    mode = gazetteer.TravelMode(mode)
    placed = [claim for claim in claims if claim.zip is not None and claim.id != own.id]
    before = [claim for claim in placed if claim.busy_until_minute <= own.busy_from_minute]
    after = [claim for claim in placed if claim.busy_from_minute >= own.busy_until_minute]
    pairs = []
    if before:
        pairs.append((max(before, key=lambda claim: claim.busy_until_minute), own))
    if after:
        pairs.append((own, min(after, key=lambda claim: claim.busy_from_minute)))
    for one, other in pairs:
        if one.place_id is not None and one.place_id == other.place_id:
            continue
        wall = wall_minute_of_day(one.busy_until_minute)
        minutes = gazetteer.travel_minutes(gazetteer.zip_spot(one.zip), gazetteer.zip_spot(other.zip), mode, wall)
        if one.busy_until_minute + minutes > other.busy_from_minute:
            return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_no_pair_of_visits_is_out_of_reach_whatever_else_is_in_the_day(clock, seed):
    """Holds, visits, moves, blocks without a place and outside events with one, in a random order; the day before the clocks go back
    among them. Whatever is accepted is reachable as the model itself says, and what is refused for the way is not."""
    random = Random(seed)
    if seed % 2:
        clock.advance(days=297)
    provider = traveling_provider()
    place = ProviderPlaceFactory(provider=provider)
    for weekday in range(7):
        WeeklyHoursFactory(
            provider=provider, place=place, weekday=weekday, opens_minute=17 * 60, closes_minute=27 * 60, settings=["home", "clinic"]
        )
    ServiceDurationFactory(service=ServiceFactory(provider=provider, code="clinic-massage"), minutes=60, price_cents=16_000)
    mode = random.choice(MODES)
    set_area(provider, mode=mode, early_minutes=random.choice((0, 5)), setup_minutes=random.choice((0, 15)))
    visits, codes = [], set()
    for _ in range(60):
        start = at(clock, 13, random.randrange(0, 14 * 60, 15), days=1)
        try:
            own = one_step(random, provider, place, visits, start, clock.now)
        except Refusal as refused:
            codes.add(refused.code)
            continue
        if own is not None:
            db.session.expire_all()
            live = list(db.session.query(Claim).filter_by(provider_id=provider.id, live=True))
            assert is_reachable(live, next(claim for claim in live if claim.id == own), mode)
            if random.random() < 0.2:
                set_area(provider, setup_minutes=random.choice((0, 15, 40)))
    assert "not_reachable" in codes
    assert len(visits) >= 2


def one_step(random, provider, place, visits, start, now):
    """One thing happens to a day; gives the claim that was judged, None where nothing was."""
    kind = random.choice(("block", "outside", "hold", "book", "book", "book", "move", "move"))
    wish = random.choice(({"setting": "clinic", "service": "clinic-massage"}, *({"setting": "home", "zip": code} for code in ZIPS)))
    if kind in ("block", "outside"):
        minute, minutes = to_minute(start), random.choice((10, 30, 60))
        with transaction() as session:
            zip_code = random.choice(ZIPS) if kind == "outside" else None
            claim_time(session, provider.id, OUTSIDE if zip_code else BLOCK, ClaimFacts(minute, minute + minutes, zip=zip_code))
        return None
    if kind == "move" and visits:
        return move(random.choice(visits).public_id, start, THERAPIST, BASE_URL, now).appointment.claim_id
    if kind == "hold":
        return hold_visit(provider, PersonFactory(), start, now, **wish).claim_id
    visit = book_visit(provider, PersonFactory(), start, now, **wish).booked.appointment
    visits.append(visit)
    return visit.claim_id
