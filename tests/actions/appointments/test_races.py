"""Two can never have the same minutes, however many try at the same moment. The longer run is `make soak`."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment
from booking.upkeep.queries import findings, overlap_findings
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict
from providers.profiles.queries import get_facts
from providers.schedule.changes import BLOCK, ClaimFacts, claim_time
from providers.schedule.models import Claim
from tests.factories import AppointmentFactory, PersonFactory, bookable_provider
from tests.support.profiles import soak_rounds
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, booking_of, hold_visit, visit_of

RACERS = 60
ROUNDS = soak_rounds()


@pytest.fixture
def stage(app, clock):
    """A provider, many clients, the present: prepared outside of any context that stays open."""
    with app.app_context():
        provider = bookable_provider()
        people = [PersonFactory() for _ in range(RACERS)]
        db.session.expunge_all()
    return provider, people, clock.now


def live_claims(app):
    with app.app_context():
        assert list(overlap_findings(db.session())) == []
        return db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live))


@pytest.mark.parametrize("round_", ROUNDS)
def test_of_all_who_want_one_start_exactly_one_gets_it(app, stage, round_):
    provider, people, now = stage
    start = now + timedelta(days=2 + round_)
    ended = race(app, [partial(hold_visit, provider, person, start, now) for person in people])
    assert ended == {"done": 1, "slot_taken": RACERS - 1}
    assert live_claims(app) == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_of_overlapping_starts_only_disjoint_ones_are_kept(app, stage, round_):
    provider, people, now = stage
    first = now + timedelta(days=2 + round_, hours=-3)
    starts = [first + timedelta(minutes=15 * (number % 29)) for number in range(RACERS)]
    ended = race(app, [partial(hold_visit, provider, person, start, now) for person, start in zip(people, starts, strict=True)])
    assert set(ended) == {"done", "slot_taken"}
    assert live_claims(app) == ended["done"]
    # 60 minutes and 15 of buffer fit at most 6 times into eight hours; any maximal packing has at least 4
    assert 3 <= ended["done"] <= 6


def test_a_person_who_clicks_everywhere_at_once_holds_two_times(app, clock):
    with app.app_context():
        providers, person = [bookable_provider() for _ in range(8)], PersonFactory()
        db.session.expunge_all()
    ended = race(app, [partial(hold_visit, provider, person, clock.now + timedelta(days=2), clock.now) for provider in providers])
    assert ended == {"done": 2, "too_many_holds": 6}


def test_booking_one_hold_twice_makes_one_visit(app, stage):
    provider, people, now = stage
    with app.app_context():
        hold = hold_visit(provider, people[0], now + timedelta(days=2), now)
        wanted = booking_of(hold, people[0], now)
        db.session.expunge_all()
    ended = race(app, [partial(book, wanted, people[0].id, CLIENT, BASE_URL, now) for _ in range(12)])
    assert ended == {"done": 1, "hold_used": 11}
    assert live_claims(app) == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_booking_and_letting_go_at_once_end_in_one_story(app, stage, round_):
    provider, people, now = stage
    with app.app_context():
        holds = [hold_visit(provider, people[number], now + timedelta(days=2, hours=2 * number), now) for number in range(2)]
        deeds = []
        for hold, person in zip(holds, people, strict=False):
            deeds.append(partial(book, booking_of(hold, person, now), person.id, CLIENT, BASE_URL, now))
            deeds.append(partial(release_hold, hold.public_id, person.id, CLIENT, now))
        db.session.expunge_all()
    assert set(race(app, deeds)) <= {"done", "hold_expired"}
    with app.app_context():
        assert list(findings(db.session(), now)) == []


def test_moves_to_one_start_and_blocks_on_it_leave_one_winner(app, stage):
    provider, people, now = stage
    target = now + timedelta(days=3)
    with app.app_context():
        visits = [
            book_visit(provider, people[number], now + timedelta(days=4, hours=2 * number - 3), now).booked.appointment
            for number in range(4)
        ]
        ids = [visit.public_id for visit in visits]
        db.session.expunge_all()
    ended = race(app, [partial(move, public_id, target, CLIENT, BASE_URL, now) for public_id in ids])
    assert ended == {"done": 1, "slot_taken": 3}
    assert live_claims(app) == 4


def test_cancelling_and_moving_at_once_end_in_one_story(app, stage):
    provider, people, now = stage
    with app.app_context():
        visit = book_visit(provider, people[0], now + timedelta(days=4), now).booked.appointment
        public_id = visit.public_id
        db.session.expunge_all()
    deeds = [partial(move, public_id, now + timedelta(days=5, minutes=15 * number), CLIENT, BASE_URL, now) for number in range(4)]
    deeds += [partial(cancel, public_id, Cancelling(), CLIENT, BASE_URL, now) for _ in range(4)]
    ended = race(app, deeds)
    assert set(ended) <= {"done", "wrong_state"}
    assert live_claims(app) == 0
    with app.app_context():
        assert list(findings(db.session(), now)) == []


def test_the_database_itself_refuses_what_a_careless_writer_tries(app, stage):
    """The guarantee under the rules: rows written past every rule still cannot overlap."""
    provider, _people, _now = stage
    with app.app_context():
        assert get_facts(db.session(), provider.id).id == provider.id
        with transaction() as session:
            claim_time(session, provider.id, BLOCK, ClaimFacts(1000, 1060, 0, 15))
        for begin, end in ((1000, 1060), (1074, 1080), (900, 1001), (1010, 1020)):
            with pytest.raises(Conflict, match="slot_taken"), transaction() as session:
                claim_time(session, provider.id, BLOCK, ClaimFacts(begin, end))
        with transaction() as session:
            claim_time(session, provider.id, BLOCK, ClaimFacts(1075, 1080))
            claim_time(session, provider.id, BLOCK, ClaimFacts(900, 1000))


def test_the_last_waiver_is_used_once_by_two_who_leave_at_once(app, clock):
    start = clock.now + timedelta(days=2)
    with app.app_context():
        person = PersonFactory()
        AppointmentFactory(
            person=person, status="cancelled", cancelled_by="client", cancel_reason="weather", cancelled_at=clock.now, waived_cents=1,
            claim__live=False,
        )  # fmt: skip
        visits = [visit_of(book_visit(bookable_provider(), person, start, clock.now)).public_id for _ in range(2)]
        db.session.expunge_all()
    leaving = [partial(cancel, visit, Cancelling(reason="weather"), CLIENT, BASE_URL, start) for visit in visits]
    assert race(app, leaving) == {"done": 2}
    with app.app_context():
        fees = db.session.scalars(select(Appointment.fee_cents).where(Appointment.public_id.in_(visits))).all()
        assert sorted(fees) == [0, 16_000]
