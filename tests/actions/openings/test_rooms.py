"""No more visits at a shared clinic than it has rooms: what is listed can be held, what is not cannot, whoever else works there."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import HoldWish, hold_time, release_hold
from booking.appointments.actions.move import move
from booking.openings.queries.listing import judge_opening, list_openings
from booking.openings.queries.wished import free_with
from booking.openings.rules.asking import Wish
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refusal
from marketplace.kernel.walltime import from_minute, to_minute
from providers.places.models import Clinic
from providers.profiles.queries import get_facts
from providers.schedule.models import Claim
from providers.schedule.queries import room_findings
from providers.schedule.rules.clinics import NO_ROOM
from tests.factories import PersonFactory
from tests.support.racing import race
from tests.support.rooms import clinic_of, most_taken, therapist, uses_of
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, hold_visit

WISH = Wish("medical-massage", 60, "clinic")
DAY, LENGTH, STEP = 1440, 60, 15
STEPS = 28


def listed(provider, now, window):
    """The starts in a window by the provider's own page and by search, which must agree."""
    db.session.rollback()
    facts = get_facts(db.session(), provider.id)
    starts = list(list_openings(db.session(), facts, WISH, *window, now).starts)
    assert starts == [start for _, _, start in free_with(db.session(), provider.id, WISH, window, now)]
    return starts


def counted(provider, pads, clinic, now, window):
    """The same by counting: within the hours, and at every minute of the visit and its pads nobody's own time and a room left."""
    before, after = pads
    uses = uses_of(clinic, now)
    low, high = window
    found = []
    for start in range(low, high - LENGTH + 1, STEP):
        fits = True
        for minute in range(start - before, start + LENGTH + after):
            at = [one for one in uses if one.busy_from_minute <= minute < one.busy_until_minute]
            if any(one.provider_id == provider.id for one in at) or len({one.room_key or one.public_id for one in at}) >= clinic.rooms:
                fits = False
                break
        if fits:
            found.append(start)
    return found


def is_held(provider, person, start, now):
    try:
        hold = hold_time(HoldWish(provider.slug, WISH, from_minute(start)), person.id, CLIENT, now)
    except Conflict:
        return False
    release_hold(hold.public_id, person.id, CLIENT, now)
    return True


@pytest.mark.parametrize("seed", [1, 2])
def test_after_every_step_what_is_listed_is_what_could_be_held(ctx, clock, seed):
    random, now = Random(seed), clock.now
    pads = {"ada": (0, 15), "bea": (10, 0), "cleo": (0, 0), "dora": (5, 25)}
    staff = {slug: therapist(slug, *both) for slug, both in pads.items()}
    clinic = clinic_of(2, *staff.values())
    opens = to_minute(now.replace(hour=14, minute=0)) + 2 * DAY  # 9 in New York
    window = (opens, opens + 8 * 60)
    prober = PersonFactory()
    held, booked = [], []
    for _ in range(STEPS):
        provider = random.choice(list(staff.values()))
        what = random.choice(("hold", "hold", "book", "book", "move", "cancel", "release", "wait"))
        start = from_minute(random.randrange(window[0], window[1] - LENGTH + 1, STEP))
        try:
            if what == "hold":
                person = PersonFactory()
                held.append((hold_visit(provider, person, start, now), person))
            elif what == "book":
                person = PersonFactory()
                booked.append((book_visit(provider, person, start, now).booked.appointment.public_id, person))
            elif what == "move" and booked:
                move(random.choice(booked)[0], start, CLIENT, BASE_URL, now)
            elif what == "cancel" and booked:
                visit = booked.pop(random.randrange(len(booked)))
                cancel(visit[0], Cancelling(), CLIENT, BASE_URL, now)
            elif what == "release" and held:
                hold, person = held.pop()
                release_hold(hold.public_id, person.id, CLIENT, now)
            elif what == "wait":
                now += timedelta(minutes=random.choice((3, 11)))
        except Refusal:
            db.session.rollback()
        assert most_taken(clinic, now) <= 2
        for one in staff.values():
            starts = listed(one, now, window)
            assert starts == counted(one, pads[one.slug], clinic, now, window), (what, one.slug)
        probed = random.choice(list(staff.values()))
        starts = listed(probed, now, window)
        for start in random.sample(range(window[0], window[1] - LENGTH + 1, STEP), 3):
            assert is_held(probed, prober, start, now) == (start in starts)
    assert list(room_findings(db.session(), now)) == []
    assert booked


@pytest.fixture
def one_room(ctx, clock):
    ada, bea = therapist("ada"), therapist("bea")
    return ada, bea, clinic_of(1, ada, bea), clock.now + timedelta(days=2)


def test_the_last_room_is_refused_with_its_own_sentence(one_room, clock):
    ada, bea, _, start = one_room
    book_visit(ada, PersonFactory(), start, clock.now)
    db.session.rollback()
    judged = judge_opening(db.session(), get_facts(db.session(), bea.id), WISH, start, clock.now)
    assert (judged.code, judged.sentence) == ("slot_taken", NO_ROOM)
    with pytest.raises(Conflict) as refused:
        hold_visit(bea, PersonFactory(), start, clock.now)
    assert (refused.value.code, refused.value.sentence) == ("slot_taken", NO_ROOM)
    with pytest.raises(Conflict):
        hold_visit(bea, PersonFactory(), start + timedelta(minutes=60), clock.now)
    hold_visit(bea, PersonFactory(), start + timedelta(minutes=75), clock.now)


def test_a_hold_that_ran_out_leaves_its_room_to_a_colleague_before_any_job_has_looked(one_room, clock):
    ada, bea, clinic, start = one_room
    kept = hold_visit(ada, PersonFactory(), start, clock.now)
    later = clock.now + timedelta(minutes=10)
    hold = hold_visit(bea, PersonFactory(), start, later)
    assert most_taken(clinic, later) == 1
    with pytest.raises(IntegrityError):  # whoever still believes in the old hold cannot make a visit of it
        db.session.execute(update(Claim).where(Claim.id == kept.claim_id).values(kind="appointment", expires_at=None))
    db.session.rollback()
    assert db.session.get_one(Claim, hold.claim_id).live
    assert list(room_findings(db.session(), later)) == []


def test_the_database_refuses_whoever_asks_nobody(one_room, clock):
    ada, bea, clinic, start = one_room
    book_visit(ada, PersonFactory(), start, clock.now)
    other = book_visit(bea, PersonFactory(), start + timedelta(hours=3), clock.now).booked.appointment
    minute = to_minute(start)
    with pytest.raises(IntegrityError, match="clinic_rooms"):
        db.session.execute(update(Claim).where(Claim.id == other.claim_id).values(begin_minute=minute + 30, end_minute=minute + 90))
    db.session.rollback()
    with pytest.raises(IntegrityError, match="clinic_room_kept"):
        db.session.execute(update(Claim).where(Claim.id == other.claim_id).values(clinic_id=None))
    db.session.rollback()
    ids = db.session.scalars(select(Claim.id).where(Claim.clinic_id == clinic.id)).all()
    assert len(ids) == 2
    db.session.execute(update(Clinic).where(Clinic.id == clinic.id).values(rooms=None, rooms_from_minute=None))
    db.session.execute(update(Claim).where(Claim.id == other.claim_id).values(begin_minute=minute, end_minute=minute + 60))
    with pytest.raises(IntegrityError, match="clinic_rooms"):
        db.session.execute(update(Clinic).where(Clinic.id == clinic.id).values(rooms=1, rooms_from_minute=minute - 60))
    db.session.rollback()


def test_the_check_finds_what_a_lost_guarantee_let_through(one_room, clock):
    ada, bea, clinic, start = one_room
    book_visit(ada, PersonFactory(), start, clock.now)
    other = book_visit(bea, PersonFactory(), start + timedelta(hours=3), clock.now).booked.appointment
    names = ("claim_rooms", "claim_room_kept")
    postgresql = db.engine.dialect.name == "postgresql"
    for name in names:
        db.session.execute(text(f"ALTER TABLE claim DISABLE TRIGGER {name}" if postgresql else f"DROP TRIGGER {name}"))
    minute = to_minute(start)
    db.session.execute(update(Claim).where(Claim.id == other.claim_id).values(begin_minute=minute, end_minute=minute + 60))
    found = [line for line in findings(db.session(), clock.now) if "room" in line]
    assert found == [f"clinic {clinic.slug} has 1 rooms and more than that are taken at {start.isoformat()}"]
    db.session.execute(update(Claim).where(Claim.id == other.claim_id).values(clinic_id=None))
    assert [line for line in findings(db.session(), clock.now) if "room" in line] == [
        f"claim {other.claim_id} is at a shared clinic and takes no room of it"
    ]
    db.session.rollback()


def test_of_all_who_want_the_last_room_exactly_one_gets_it(app, clock):
    with app.app_context():
        staff = [therapist(f"t{number}") for number in range(6)]
        clinic = clinic_of(1, *staff)
        people = [PersonFactory() for _ in staff]
        db.session.expunge_all()
    start, now = clock.now + timedelta(days=2), clock.now
    ended = race(app, [partial(hold_visit, one, person, start, now) for one, person in zip(staff, people, strict=True)])
    assert ended == {"done": 1, "slot_taken": 5}
    with app.app_context():
        assert most_taken(clinic, now) == 1


def test_what_ran_out_is_fought_for_once(app, clock):
    with app.app_context():
        staff = [therapist(f"t{number}") for number in range(4)]
        clinic = clinic_of(1, *staff)
        people = [PersonFactory() for _ in staff]
        start = clock.now + timedelta(days=2)
        hold_visit(staff[0], PersonFactory(), start, clock.now)
        later = clock.now + timedelta(minutes=11)
        db.session.expunge_all()
    ended = race(app, [partial(hold_visit, one, person, start, later) for one, person in zip(staff, people, strict=True)])
    assert ended == {"done": 1, "slot_taken": 3}
    with app.app_context():
        assert most_taken(clinic, later) == 1


def test_a_booked_visit_keeps_its_room_until_it_is_canceled(one_room, clock):
    ada, bea, _, start = one_room
    person = PersonFactory()
    made = book_hold(hold_visit(ada, person, start, clock.now), person, clock.now)
    later = clock.now + timedelta(hours=1)
    with pytest.raises(Conflict):
        hold_visit(bea, PersonFactory(), start, later)
    cancel(made.booked.appointment.public_id, Cancelling(), CLIENT, BASE_URL, later)
    assert hold_visit(bea, PersonFactory(), start, later)
