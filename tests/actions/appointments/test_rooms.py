"""Everything that takes a therapist's time at a clinic asks for a room, and what needs none is never refused one."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from booking.appointments.actions.add import Adding, add_to_visit
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import Handing, answer_handover, offer_handover
from booking.appointments.actions.hold import HoldWish
from booking.appointments.actions.hold_couple import CoupleWanted, hold_couple
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.keep_by_hand import ForWhom, HandWish, keep_by_hand
from booking.appointments.actions.move import move
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.wait import WaitWish, join_waitlist
from booking.appointments.changes.history import Doer
from booking.appointments.forms.moving import free_starts
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import get_any, list_waiting
from booking.appointments.rules.waiting import Wait
from booking.classes.actions.move_class import move_class
from booking.classes.actions.plan_class import plan_class
from booking.classes.rules.planning import ClassDraft
from booking.openings.queries.pairs import pairs_free
from booking.openings.queries.wished import free_with_anybody, time_of
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import to_minute
from providers.places.models import Clinic, ProviderPlace
from providers.registry.rules import Owner
from providers.schedule.actions.desk import add_block
from providers.schedule.changes import state_rooms
from providers.schedule.models import Claim
from providers.schedule.queries import room_findings
from providers.schedule.rules.clinics import NO_ROOM
from providers.schedule.rules.drafts import BlockDraft
from tests.factories import PersonFactory
from tests.support.racing import race
from tests.support.rooms import clinic_of, most_taken, therapist, uses_of
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_visit

ADMIN = Doer("admin", "account:admin")
WISH = Wish("medical-massage", 60, "clinic")
HOUR = timedelta(hours=1)


@pytest.fixture
def staff(ctx):
    return [therapist(slug) for slug in ("ada", "bea", "cleo")]


@pytest.fixture
def start(clock):
    return clock.now + timedelta(days=2)


def owner_of(provider):
    return Owner(provider.account_id, provider.name, f"account:{provider.slug}")


def pair(one, other, start, now):
    wanted = CoupleWanted(HoldWish(one.slug, WISH, start), HoldWish(other.slug, WISH, start), "Mo", "mo@licensedhands.test")
    return hold_couple(wanted, PersonFactory().id, CLIENT, now)


def test_two_side_by_side_share_the_one_room(staff, clock, start):
    clinic = clinic_of(1, *staff)
    query = SearchQuery(to_minute(start), to_minute(start) + 1, minutes=60, settings=frozenset({"clinic"}))
    assert [one.starts for one in pairs_free(db.session(), query, clock.now, 9)] == [(to_minute(start),)] * 3
    held = pair(*staff[:2], start, clock.now)
    assert most_taken(clinic, clock.now) == 1
    with pytest.raises(Conflict) as refused:
        hold_visit(staff[2], PersonFactory(), start, clock.now)
    assert refused.value.sentence == NO_ROOM
    assert pairs_free(db.session(), query, clock.now, 9) == []
    keys = {db.session.get_one(Claim, hold.claim_id).room_key for hold in (held.first, held.second)}
    assert keys == {None, db.session.get_one(Claim, held.first.claim_id).public_id}


def test_a_visit_is_handed_over_within_its_own_room(staff, clock, start):
    clinic = clinic_of(1, *staff)
    visit = book_visit(staff[0], PersonFactory(), start, clock.now).booked.appointment
    offer_handover(visit.public_id, Handing("bea", "They are ill."), ADMIN, BASE_URL, clock.now)
    assert most_taken(clinic, clock.now) == 1
    with pytest.raises(Conflict):
        hold_visit(staff[2], PersonFactory(), start, clock.now)
    answer_handover(visit.public_id, CLIENT, BASE_URL, clock.now, accept=True)
    assert most_taken(clinic, clock.now) == 1
    with pytest.raises(Conflict):
        hold_visit(staff[0], PersonFactory(), start, clock.now)
    assert list(room_findings(db.session(), clock.now)) == []


def test_no_reason_passes_over_a_room(staff, clock, start):
    clinic_of(1, *staff)
    book_visit(staff[0], PersonFactory(), start, clock.now)
    wanted = HandWish(WISH, start, ForWhom(name="Kim", email="kim@licensedhands.test"), {"no_room": "They insist."})
    with pytest.raises(Conflict) as refused:
        keep_by_hand(owner_of(staff[1]), wanted, ADMIN, BASE_URL, clock.now)
    assert (refused.value.code, refused.value.sentence) == ("slot_taken", NO_ROOM)
    assert [(one["code"], one["overridable"]) for one in refused.value.details["objections"]] == [("no_room", False)]


def test_by_hand_a_therapist_gives_up_their_own_minutes_in_their_own_room(staff, clock, start):
    clinic = clinic_of(1, *staff)
    book_visit(staff[0], PersonFactory(), start, clock.now)
    wanted = HandWish(WISH, start + HOUR, ForWhom(name="Kim", email="kim@licensedhands.test"), {"buffers": "They know each other."})
    assert keep_by_hand(owner_of(staff[0]), wanted, ADMIN, BASE_URL, clock.now)
    assert most_taken(clinic, clock.now) == 1


def test_a_visit_lasts_no_longer_than_there_is_a_room(staff, clock, start):
    clinic_of(1, *staff)
    visit = book_visit(staff[0], PersonFactory(), start, clock.now).booked.appointment
    book_visit(staff[1], PersonFactory(), start + timedelta(minutes=75), clock.now)
    with pytest.raises(Conflict) as refused:
        add_to_visit(visit.public_id, Adding(minutes=90), CLIENT, BASE_URL, clock.now)
    assert (refused.value.code, refused.value.sentence) == ("slot_taken", NO_ROOM)


def test_a_visit_moves_over_its_own_old_room_and_into_nobody_elses(staff, clock, start):
    clinic = clinic_of(1, *staff)
    visit = book_visit(staff[0], PersonFactory(), start, clock.now).booked.appointment
    book_visit(staff[1], PersonFactory(), start + 2 * HOUR, clock.now)
    found = free_starts(get_any(db.session(), visit.public_id), start, start + 2 * HOUR, clock.now)
    assert found == [start + timedelta(minutes=minutes) for minutes in (15, 30, 45)]
    with pytest.raises(Conflict):
        move(visit.public_id, start + HOUR, CLIENT, BASE_URL, clock.now)
    moved = move(visit.public_id, start + timedelta(minutes=45), CLIENT, BASE_URL, clock.now).appointment
    assert moved.starts_at == start + timedelta(minutes=45)
    assert most_taken(clinic, clock.now) == 1


def test_a_class_takes_a_room_and_a_block_takes_none(staff, clock, start):
    clinic = clinic_of(1, *staff)
    place = db.session.scalars(select(ProviderPlace.public_id).where(ProviderPlace.provider_id == staff[0].id)).one()
    add_block(owner_of(staff[2]), BlockDraft(start, start + 8 * HOUR), clock.now, lambda *_: [])
    draft = ClassDraft(title="Mobility", words="Bring a mat.", place=place, starts_at=start, minutes=60, capacity=3, price_cents=2_500)
    lesson = plan_class(owner_of(staff[0]), draft, clock.now)
    with pytest.raises(Conflict):
        hold_visit(staff[1], PersonFactory(), start, clock.now)
    book_visit(staff[1], PersonFactory(), start + 3 * HOUR, clock.now)
    with pytest.raises(Conflict) as refused:
        move_class(lesson.public_id, staff[0].id, start + 3 * HOUR, ADMIN, BASE_URL, clock.now)
    assert (refused.value.code, refused.value.sentence) == ("slot_taken", NO_ROOM)
    move_class(lesson.public_id, staff[0].id, start + HOUR, ADMIN, BASE_URL, clock.now)
    assert hold_visit(staff[1], PersonFactory(), start - HOUR, clock.now)
    assert most_taken(clinic, clock.now) == 1


def test_two_in_one_checkout_need_two_rooms(staff, clock, start):
    clinic_of(1, *staff)
    both = tuple(HoldWish(one.slug, WISH, start + at * timedelta(minutes=60)) for at, one in enumerate(staff[:2]))
    with pytest.raises(Conflict) as refused:
        hold_together(BasketWanted(both), PersonFactory().id, CLIENT, clock.now)
    assert [one["visit"] for one in refused.value.details["clashes"]] == [2]


def test_where_nobody_counted_rooms_nobody_is_refused_one(staff, clock, start):
    clinic = clinic_of(None, *staff)
    for one in staff:
        book_visit(one, PersonFactory(), start, clock.now)
    assert most_taken(clinic, clock.now) == 3


def test_a_canceled_half_leaves_the_room_to_the_other_half(staff, clock, start):
    clinic = clinic_of(1, *staff)
    first = pair(*staff[:2], start, clock.now).first
    db.session.get_one(Claim, first.claim_id).live = False
    db.session.commit()
    with pytest.raises(Conflict):
        hold_visit(staff[2], PersonFactory(), start, clock.now)
    assert most_taken(clinic, clock.now) == 1


def test_opposite_orders_at_two_clinics_never_wait_for_each_other(app, clock):
    with app.app_context():
        staff = [therapist(f"t{number}") for number in range(4)]
        clinic_of(1, *staff[::2], slug="east")
        clinic_of(1, *staff[1::2], slug="west")
        people = [PersonFactory() for _ in range(8)]
        db.session.expunge_all()
    start, deeds = clock.now + timedelta(days=2), []
    for at, person in enumerate(people):
        order = [staff[(at + step * (1 if at % 2 else 3)) % 4] for step in range(2)]
        visits = tuple(HoldWish(one.slug, WISH, start + step * 2 * HOUR) for step, one in enumerate(order))
        deeds.append(partial(hold_together, BasketWanted(visits), person.id, CLIENT, clock.now))
    ended = race(app, deeds)
    assert ended["done"] >= 1
    assert set(ended) <= {"done", "basket_clash"}


def test_an_admin_states_rooms_that_what_is_booked_fits(staff, clock, start):
    clinic = clinic_of(None, *staff)
    for one in staff[:2]:
        book_visit(one, PersonFactory(), start, clock.now)
    kept = hold_visit(staff[2], PersonFactory(), start, clock.now)
    with pytest.raises(Refused) as refused, transaction() as session:
        state_rooms(session, session.get_one(Clinic, clinic.id), 2, clock.now)
    assert (refused.value.code, refused.value.details["minute"]) == ("rooms_in_use", start.isoformat())
    later = kept.expires_at
    with transaction() as session:
        state_rooms(session, session.get_one(Clinic, clinic.id), 2, later)
    with pytest.raises(Conflict):
        hold_visit(staff[2], PersonFactory(), start, later)
    with transaction() as session:
        state_rooms(session, session.get_one(Clinic, clinic.id), None, later)
    assert hold_visit(staff[2], PersonFactory(), start, later)


def blocked_but_at(provider, start, clock):
    """The therapist's day with one start left."""
    day = start.replace(hour=14, minute=0)
    for begins, ends in ((day, start), (start + HOUR + timedelta(minutes=15), day + 8 * HOUR)):
        add_block(owner_of(provider), BlockDraft(begins, ends, None), clock.now, lambda *_: [])


def test_who_waits_is_offered_a_time_once_a_colleague_leaves_the_room(staff, clock, start):
    clinic_of(1, *staff)
    blocked_but_at(staff[0], start, clock)
    visit = book_visit(staff[1], PersonFactory(), start, clock.now).booked.appointment
    wait = Wait(60, start.date(), start.date(), frozenset())
    entries = [join_waitlist(WaitWish(slug, WISH, wait), PersonFactory().id, CLIENT, BASE_URL, clock.now) for slug in ("ada", None)]
    window = (to_minute(start), to_minute(start) + 1)
    assert free_with_anybody(db.session(), WISH, window, frozenset(), clock.now) == []
    for colleague in staff[1:]:
        blocked_but_at(colleague, start, clock)
    assert offer_freed(clock.now, BASE_URL) == 0
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert offer_freed(clock.now, BASE_URL) == 1  # the first in line has the room, and the colleague's time is none without it
    held = list_waiting(db.session(), WaitlistEntry.id == entries[0].entry.id)[0].live_offer(clock.now)
    assert (held.starts_at, offer_freed(clock.now, BASE_URL)) == (start, 0)


def test_a_series_knows_of_a_full_clinic_and_takes_all_its_rooms_or_none(staff, clock, start):
    clinic = clinic_of(1, *staff[:2])
    hold_visit(staff[1], PersonFactory(), start + timedelta(days=7), clock.now)
    begin = to_minute(start + timedelta(days=7))
    time = time_of(db.session(), "ada", (begin, begin + 240), clock.now)
    assert begin not in time.starts_of(WISH)
    assert time.why_not(WISH, begin) == ("slot_taken", NO_ROOM)
    person, other = PersonFactory(), to_minute(start + timedelta(days=7, hours=2))
    assert other in time.starts_of(WISH)
    for later, fits in ((timedelta(days=7), False), (timedelta(days=7, hours=2), True)):
        wanted = SeriesWanted("ada", WISH.service, "clinic", None, 7, (SeriesStart(start, 60), SeriesStart(start + later, 60)))
        if fits:
            assert len(hold_series(wanted, person.id, CLIENT, clock.now).holds) == 2
        else:
            with pytest.raises(Conflict, match="series_clash"):
                hold_series(wanted, person.id, CLIENT, clock.now)
            assert len(uses_of(clinic, clock.now)) == 1
    assert most_taken(clinic, clock.now) == 1
