"""Moving a visit: the same visit at another time, by the same rules as any other start."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.move import move
from booking.appointments.changes.history import Doer
from booking.appointments.models import AppointmentEvent
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.credentials.models import Credential
from providers.registry.models import Provider
from providers.schedule.models import Claim, ScheduleRule
from providers.services.models import Service
from tests.factories import CredentialFactory, PersonFactory, PricePolicyFactory, WeeklyHoursFactory, bookable_provider
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    book_hold,
    book_visit,
    clear_answers,
    hold_visit,
    traveling_provider,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("ctx")

PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def start(clock):
    """Friday noon, three days ahead."""
    return clock.now + 3 * DAY


@pytest.fixture
def provider():
    return bookable_provider()


@pytest.fixture
def visit(clock, provider, start):
    return visit_of(book_visit(provider, PersonFactory(), start, clock.now))


def put(visit, starts_at, now, doer=CLIENT):
    return move(visit.public_id, starts_at, doer, BASE_URL, now).appointment


def anew(visit):
    db.session.rollback()
    return db.session.get_one(type(visit), visit.id, populate_existing=True)


def claim_of(visit):
    return db.session.get_one(Claim, visit.claim_id, populate_existing=True)


def test_it_stays_the_same_visit(clock, visit, start):
    kept = (visit.id, visit.public_id, visit.reference, visit.uid, visit.total_cents, visit.booked_at, visit.status)
    moved = put(visit, start + DAY, clock.now + HOUR)
    assert (moved.id, moved.public_id, moved.reference, moved.uid, moved.total_cents, moved.booked_at, moved.status) == kept
    assert (moved.starts_at, moved.ends_at) == (start + DAY, start + DAY + HOUR)
    assert (moved.sequence, moved.moves, moved.free_moves_used, moved.changed_at) == (1, 1, 0, clock.now + HOUR)
    assert put(visit, start + 2 * DAY, clock.now + HOUR).sequence == 2
    events = db.session.scalars(select(AppointmentEvent).order_by(AppointmentEvent.id)).all()
    assert [event.verb for event in events] == ["booked", "moved", "moved"]
    assert list(findings(db.session(), clock.now)) == []


def test_the_old_time_is_free_at_once_and_the_new_one_is_taken(clock, provider, visit, start):
    put(visit, start + DAY, clock.now)
    assert hold_visit(provider, PersonFactory(), start, clock.now)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(provider, PersonFactory(), start + DAY, clock.now)


def test_a_visit_may_slide_over_its_own_minutes(clock, visit, start):
    assert put(visit, start + timedelta(minutes=15), clock.now).starts_at == start + timedelta(minutes=15)


def test_what_others_have_stays_theirs_and_nothing_has_changed(clock, provider, visit, start):
    book_visit(provider, PersonFactory(), start + DAY, clock.now)
    with pytest.raises(Conflict, match="slot_taken"):
        put(visit, start + DAY + timedelta(minutes=45), clock.now)
    now = anew(visit)
    assert (now.starts_at, now.sequence, now.moves) == (start, 0, 0)
    assert claim_of(now).live


@pytest.mark.parametrize(
    ("away", "code"),
    [
        (8 * HOUR, "outside_hours"),
        (timedelta(minutes=7), "outside_hours"),
        (90 * DAY, "too_far_ahead"),
        (timedelta(days=-3, hours=1), "too_soon"),
        (timedelta(0), "same_time"),
        (-4 * DAY, "in_the_past"),
    ],
)
def test_a_new_time_obeys_the_same_rules_as_any_other(clock, visit, start, away, code):
    with pytest.raises(Refused, match=code):
        put(visit, start + away, clock.now)


def test_moving_is_free_as_often_as_one_likes_while_cancelling_is(clock, visit, start):
    for day in range(1, 6):
        moved = put(visit, start + day * DAY, clock.now)
    assert (moved.moves, moved.free_moves_used) == (5, 0)


def test_once_a_fee_is_due_the_client_cancels_and_only_the_other_side_moves(visit, start):
    late = start - 20 * HOUR
    with pytest.raises(Refused, match="notice_passed"):
        put(visit, start + HOUR, late)
    assert anew(visit).sequence == 0
    moved = put(visit, start + HOUR, late, PROVIDER)
    assert (moved.free_moves_used, moved.fee_cents, moved.sequence) == (0, 0, 1)
    assert put(visit, start + 2 * HOUR, late, ADMIN).sequence == 2


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, True), (1, False)])
def test_the_notice_ends_to_the_second(visit, start, seconds, allowed):
    now = start - DAY + timedelta(seconds=seconds)
    if allowed:
        assert put(visit, start + HOUR, now).free_moves_used == 0
    else:
        with pytest.raises(Refused, match="notice_passed"):
            put(visit, start + HOUR, now)


def test_the_price_stays_as_agreed_on_a_dearer_day(clock, provider, visit, start):
    weekend = {"code": "weekend", "weekdays": [5, 6], "amount_cents": 5_000}
    PricePolicyFactory(provider=provider, rules=[weekend], created_at=clock.now)
    saturday = start + DAY
    moved = put(visit, saturday, clock.now)
    assert (moved.total_cents, moved.due_cents, moved.quote["total_cents"]) == (16_720, 16_720, 16_720)
    assert hold_visit(provider, PersonFactory(), saturday + 3 * HOUR, clock.now).quote["subtotal_cents"] == 21_000


def test_the_terms_move_along_and_the_grace_does_not_begin_again(clock, visit, start):
    moved = put(visit, start + DAY, clock.now + timedelta(hours=30))
    assert [step["fee_cents"] for step in moved.terms["steps"]] == [0, 8_000, 16_000]
    assert datetime.fromisoformat(moved.terms["steps"][0]["until"]) == start
    assert moved.quote["terms"] == moved.terms
    _, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, start + timedelta(minutes=1))
    assert verdict.fee_cents == 8_000


def test_moving_closer_does_not_dodge_the_fee(clock, visit):
    tomorrow_nine = clock.now + 21 * HOUR
    put(visit, tomorrow_nine, clock.now + timedelta(minutes=5))
    _, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now + timedelta(minutes=11))
    assert verdict.fee_cents == 8_000


@pytest.mark.parametrize("doer", [CLIENT, PROVIDER, ADMIN], ids=["client", "provider", "admin"])
def test_what_is_over_is_not_moved(clock, visit, start, doer):
    with pytest.raises(Conflict, match="already_started"):
        put(visit, start + DAY, start + timedelta(seconds=1), doer)
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    with pytest.raises(Conflict, match="wrong_state"):
        put(visit, start + DAY, clock.now, doer)


def test_to_somebody_suspended_nobody_moves(clock, provider, visit, start):
    db.session.get_one(Provider, provider.id).state = "suspended"
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        put(visit, start + DAY, clock.now)


def test_the_chosen_technique_must_stand_on_the_new_day(clock, provider, visit, start):
    db.session.get_one(type(visit), visit.id).technique = "lymphatic_drainage"
    service = db.session.scalars(select(Service).where(Service.provider_id == provider.id)).one()
    service.techniques = ["trigger_point", "lymphatic_drainage"]
    db.session.commit()
    last = start.date() + DAY
    CredentialFactory(
        provider=provider, kind="certificate", status="verified", expires_on=last,
        details={"technique": "lymphatic_drainage"},
    )  # fmt: skip
    assert put(visit, start + DAY, clock.now).starts_at == start + DAY
    with pytest.raises(Refused, match="unknown_technique") as refusal:
        put(visit, start + 2 * DAY, clock.now)
    assert "technique" in refusal.value.sentence
    assert anew(visit).starts_at == start + DAY
    db.session.get_one(type(visit), visit.id).technique = "trigger_point"
    db.session.commit()
    assert put(visit, start + 2 * DAY, clock.now).starts_at == start + 2 * DAY


def test_to_a_day_without_a_license_nobody_moves(clock, provider, visit, start):
    license_ = db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")).one()
    license_.valid_until = start.date() + DAY
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        put(visit, start + 2 * DAY, clock.now)
    assert put(visit, start + DAY, clock.now).starts_at == start + DAY


def test_a_visit_on_the_road_keeps_its_address_and_area(clock, start):
    person = PersonFactory()
    hold = hold_visit(traveling_provider(), person, start, clock.now, setting="home", zip="10024")
    visit = visit_of(book_hold(hold, person, clock.now))
    moved = put(visit, start + DAY, clock.now)
    assert (moved.zip, moved.address["line1"], claim_of(moved).zip) == ("10024", "64 East 7th Street", "10024")


def test_what_does_not_exist_is_not_found(clock, start):
    with pytest.raises(NotFound):
        move("nothing", start, CLIENT, BASE_URL, clock.now)


# --- requests --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def request_(clock, provider):
    person = PersonFactory()
    hold = hold_visit(provider, person, clock.now + 20 * DAY, clock.now)
    return visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))


@pytest.mark.parametrize(
    ("to", "due"),
    [(timedelta(days=30), 72 * HOUR), (timedelta(days=3), 60 * HOUR), (timedelta(days=1), 12 * HOUR), (4 * HOUR, 4 * HOUR)],
    ids=["three days from the booking", "half a day before the visit", "the same, nearer", "until the start"],
)
def test_a_request_waits_no_longer_than_its_new_time_lets_it(clock, request_, to, due):
    moved = put(request_, clock.now + to, clock.now + HOUR)
    assert (moved.status, moved.respond_by_at) == ("requested", clock.now + due)
    assert claim_of(moved).expires_at == clock.now + due
    assert expire_requests(clock.now + due, BASE_URL) == 1


def test_a_request_that_ran_out_is_not_moved_though_no_job_has_ended_it_yet(provider, request_):
    due = request_.respond_by_at
    hold_visit(provider, PersonFactory(), request_.starts_at, due)  # somebody else has the time by now
    with pytest.raises(Conflict, match="wrong_state"):
        put(request_, request_.starts_at + DAY, due)
    assert expire_requests(due, BASE_URL) == 1
    assert list(findings(db.session(), due)) == []


# --- November --------------------------------------------------------------------------------------------------------------------

FIRST, SECOND = datetime(2027, 11, 7, 5, 30, tzinfo=UTC), datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # 1:30 AM EDT, 1:30 AM EST


def test_the_two_half_past_ones_of_november_are_two_visits(clock, provider):
    clock.set(datetime(2027, 11, 4, 17, 0, tzinfo=UTC))
    WeeklyHoursFactory(provider=provider, weekday=6, opens_minute=0, closes_minute=300)
    db.session.get_one(ScheduleRule, provider.id).buffer_after_minutes = 0
    db.session.commit()
    first = visit_of(book_visit(provider, PersonFactory(), FIRST, clock.now))
    second = visit_of(book_visit(provider, PersonFactory(), SECOND, clock.now))
    assert (first.ends_at, second.starts_at) == (SECOND, SECOND)
    assert first.starts_at.utcoffset() == timedelta(0)
    with pytest.raises(Conflict, match="slot_taken"):
        put(first, SECOND, clock.now)
    assert put(second, SECOND + 7 * DAY, clock.now)
    assert put(first, SECOND, clock.now).starts_at == SECOND
