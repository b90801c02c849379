"""Holding a time: what is kept, for how long, for whom."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions import expire
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import keep_draft, release_hold
from booking.appointments.models import Hold
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from providers.schedule.models import Claim
from tests.factories import HoursExceptionFactory, PersonFactory, WeeklyHoursFactory, bookable_provider
from tests.support.visits import CLIENT, book_hold, hold_visit

pytestmark = pytest.mark.usefixtures("ctx")


def test_a_hold_keeps_ten_minutes_a_price_and_terms(clock):
    provider, person = bookable_provider(), PersonFactory()
    start = clock.now + timedelta(days=2)
    hold = hold_visit(provider, person, start, clock.now)
    assert hold.expires_at == clock.now + timedelta(minutes=10)
    assert hold.ends_at == start + timedelta(minutes=60)
    assert hold.quote["total_cents"] == 16_720  # 160.00 and the city's 4.5 % of it, 7.20
    assert hold.terms["steps"][0]["fee_cents"] == 0


def test_what_is_held_nobody_else_can_hold(clock):
    provider = bookable_provider()
    start = clock.now + timedelta(days=2)
    hold_visit(provider, PersonFactory(), start, clock.now)
    for moved in (0, 30, -45):
        with pytest.raises(Conflict, match="slot_taken"):
            hold_visit(provider, PersonFactory(), start + timedelta(minutes=moved), clock.now)


@pytest.mark.parametrize(("seconds", "free"), [(-1, False), (0, True), (1, True)])
def test_a_hold_ends_to_the_second_whether_or_not_a_job_ran(clock, seconds, free):
    provider = bookable_provider()
    start = clock.now + timedelta(days=2)
    first = hold_visit(provider, PersonFactory(), start, clock.now)
    now = first.expires_at + timedelta(seconds=seconds)
    if free:
        assert hold_visit(provider, PersonFactory(), start, now).public_id != first.public_id
    else:
        with pytest.raises(Conflict, match="slot_taken"):
            hold_visit(provider, PersonFactory(), start, now)


@pytest.mark.parametrize(("seconds", "booked"), [(-1, True), (0, False), (1, False)])
def test_a_hold_can_be_booked_until_its_last_second(clock, seconds, booked):
    provider, person = bookable_provider(), PersonFactory()
    hold = hold_visit(provider, person, clock.now + timedelta(days=2), clock.now)
    now = hold.expires_at + timedelta(seconds=seconds)
    if booked:
        assert book_hold(hold, person, now).booked.appointment.status == "confirmed"
    else:
        with pytest.raises(Conflict, match="hold_expired"):
            book_hold(hold, person, now)


def test_the_job_marks_what_has_run_out_and_counts_it(clock):
    hold = hold_visit(bookable_provider(), PersonFactory(), clock.now + timedelta(days=2), clock.now)
    assert expire_holds(hold.expires_at - timedelta(seconds=1)) == 0
    assert expire_holds(hold.expires_at) == 1
    assert expire_holds(hold.expires_at) == 0
    assert db.session.scalar(select(Hold.state)) == "expired"
    assert db.session.scalar(select(Claim.live)) is False


def test_one_broken_hold_does_not_keep_the_others_from_ending(clock, caplog, monkeypatch):
    holds = [hold_visit(bookable_provider(), PersonFactory(), clock.now + timedelta(days=2), clock.now) for _ in range(3)]
    broken = holds[0].provider_id
    lock = expire.lock_provider

    def refuse(session, provider_id):
        if provider_id == broken:
            raise RuntimeError("Alma Vega, 64 East 7th Street")
        return lock(session, provider_id)

    monkeypatch.setattr(expire, "lock_provider", refuse)
    assert expire_holds(holds[0].expires_at) == 2
    db.session.rollback()
    assert db.session.scalars(select(Hold.state).order_by(Hold.id)).all() == ["live", "expired", "expired"]
    assert f"row {holds[0].id} failed, RuntimeError" in caplog.text
    assert "Alma" not in caplog.text
    monkeypatch.undo()
    assert expire_holds(holds[0].expires_at) == 1


def test_a_released_hold_frees_the_time_at_once_and_only_its_owner_can_release_it(clock):
    provider, person = bookable_provider(), PersonFactory()
    start = clock.now + timedelta(days=2)
    hold = hold_visit(provider, person, start, clock.now)
    with pytest.raises(NotFound):
        release_hold(hold.public_id, PersonFactory().id, CLIENT, clock.now)
    release_hold(hold.public_id, person.id, CLIENT, clock.now)
    release_hold(hold.public_id, person.id, CLIENT, clock.now)
    assert hold_visit(provider, PersonFactory(), start, clock.now)


def test_a_person_holds_two_times_at_most_and_a_third_when_one_has_run_out(clock):
    person, start = PersonFactory(), clock.now + timedelta(days=2)
    first = hold_visit(bookable_provider(), person, start, clock.now)
    hold_visit(bookable_provider(), person, start, clock.now)
    with pytest.raises(Limited, match="too_many_holds"):
        hold_visit(bookable_provider(), person, start, clock.now)
    assert hold_visit(bookable_provider(), person, start, first.expires_at)


def test_an_unknown_provider_is_not_found(clock):
    provider = bookable_provider()
    provider.slug = "nobody"
    db.session.rollback()
    with pytest.raises(NotFound):
        hold_visit(type(provider)(slug="nobody"), PersonFactory(), clock.now + timedelta(days=2), clock.now)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"minutes": 75}, "unknown_service"),
        ({"service": "nothing"}, "unknown_service"),
        ({"setting": "home", "zip": "10003"}, "unknown_service"),
    ],
)
def test_what_is_not_offered_is_refused(clock, wish, code):
    with pytest.raises(Refused, match=code):
        hold_visit(bookable_provider(), PersonFactory(), clock.now + timedelta(days=2), clock.now, **wish)


@pytest.mark.parametrize(
    ("away", "code"),
    [
        (timedelta(hours=1, minutes=45), "too_soon"),
        (timedelta(days=-1), "too_soon"),
        (timedelta(days=61), "too_far_ahead"),
        (timedelta(days=2, hours=8), "outside_hours"),
        (timedelta(days=2, minutes=7), "outside_hours"),
        (timedelta(days=2, seconds=30), "outside_hours"),
    ],
)
def test_a_start_beside_notice_horizon_hours_or_grid_is_refused(clock, away, code):
    with pytest.raises(Refused, match=code):
        hold_visit(bookable_provider(), PersonFactory(), clock.now + away, clock.now)


def test_a_suspended_provider_cannot_be_held(clock):
    with pytest.raises(Refused, match="not_bookable"):
        hold_visit(bookable_provider(state="suspended"), PersonFactory(), clock.now + timedelta(days=2), clock.now)


def test_hours_past_midnight_are_whole(clock):
    provider = bookable_provider()
    place = provider.id and db.session.scalars(select(WeeklyHoursFactory._meta.model)).first().place_id
    row = WeeklyHoursFactory._meta.model(
        provider_id=provider.id, weekday=3, opens_minute=20 * 60, closes_minute=26 * 60, settings=["clinic"], place_id=place
    )
    db.session.add(row)
    db.session.commit()
    half_past_eleven = clock.now + timedelta(days=2, hours=11, minutes=30)
    assert hold_visit(provider, PersonFactory(), half_past_eleven, clock.now).starts_at == half_past_eleven


def test_what_was_typed_comes_along_to_the_next_hold(clock):
    provider, person = bookable_provider(), PersonFactory()
    hold = hold_visit(provider, person, clock.now + timedelta(days=2), clock.now)
    keep_draft(hold.public_id, person.id, {"place": {"line1": "64 East 7th Street"}})
    later = hold_visit(provider, person, clock.now + timedelta(days=2), hold.expires_at)
    assert later.draft == {"place": {"line1": "64 East 7th Street"}}


# --- the share of one provider's week that one client may hold -----------------------------------------------------------------------
# Eight hours on seven days are 3,360 minutes; from Tuesday noon on, the window of seven days has as many. 5 % of them are 168.


def test_one_client_holds_a_small_share_of_a_providers_week(clock):
    provider, person = bookable_provider(), PersonFactory()
    hold_visit(provider, person, clock.now + timedelta(days=2), clock.now, minutes=90)
    later = clock.now + timedelta(days=3)
    with pytest.raises(Limited, match="too_many_holds") as refusal:
        hold_visit(provider, person, later, clock.now, minutes=90)
    assert "coming week" in refusal.value.sentence
    assert hold_visit(provider, PersonFactory(), later + timedelta(hours=2), clock.now, minutes=90), "somebody else may"
    assert hold_visit(provider, person, later, clock.now, minutes=60), "150 minutes are within it"


def test_what_is_booked_or_given_back_or_ended_is_no_longer_held(clock):
    provider, person = bookable_provider(), PersonFactory()
    book_hold(hold_visit(provider, person, clock.now + timedelta(days=2), clock.now, minutes=90), person, clock.now)
    released = hold_visit(provider, person, clock.now + timedelta(days=3), clock.now, minutes=90)
    release_hold(released.public_id, person.id, CLIENT, clock.now)
    ended = hold_visit(provider, person, clock.now + timedelta(days=4), clock.now, minutes=90)
    assert hold_visit(provider, person, clock.now + timedelta(days=5), ended.expires_at, minutes=90)


def test_the_share_counts_the_next_seven_days_and_one_provider_alone(clock):
    provider, other, person = bookable_provider(), bookable_provider(), PersonFactory()
    hold_visit(provider, person, clock.now + timedelta(days=9), clock.now, minutes=90)
    assert hold_visit(provider, person, clock.now + timedelta(days=2), clock.now, minutes=90)
    another = PersonFactory()
    hold_visit(provider, another, clock.now + timedelta(days=3), clock.now, minutes=90)
    assert hold_visit(other, another, clock.now + timedelta(days=3), clock.now, minutes=90)


@pytest.mark.parametrize("long_week", [True, False])
def test_the_share_is_of_open_time_as_exceptions_leave_it(clock, long_week):
    provider, person = bookable_provider(), PersonFactory()
    if not long_week:
        HoursExceptionFactory(provider=provider, on=clock.now.date() + timedelta(days=1), closed=True)
        HoursExceptionFactory(provider=provider, on=clock.now.date() + timedelta(days=5), closed=True)
        HoursExceptionFactory(provider=provider, on=clock.now.date() + timedelta(days=4), closed=True)
    hold_visit(provider, person, clock.now + timedelta(days=2), clock.now, minutes=60)
    second = clock.now + timedelta(days=3)
    if long_week:
        assert hold_visit(provider, person, second, clock.now, minutes=60)
    else:
        with pytest.raises(Limited, match="too_many_holds"):
            hold_visit(provider, person, second, clock.now, minutes=60)
