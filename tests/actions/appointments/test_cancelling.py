"""Leaving a visit: what it costs at this second, who pays nothing, and what is free again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.appointments.changes.money import settle
from booking.appointments.changes.waivers import waivers_left
from booking.appointments.models import Appointment, AppointmentEvent
from booking.appointments.rules.cancellation import WAIVABLE
from booking.ledger.changes import Whose, post
from booking.ledger.rules.entries import deposit_taken
from booking.upkeep.queries import findings
from marketplace.accounts.models import Person
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from providers.registry.models import Change, Provider
from providers.schedule.models import Claim
from providers.services.rules.terms import DEFAULT_TERMS, terms_to_dict
from tests.factories import AppointmentFactory, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, answered, book_hold, book_visit, clear_answers, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")

PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def start(clock):
    """Thursday noon, two days ahead."""
    return clock.now + timedelta(days=2)


@pytest.fixture
def visit(clock, start):
    return visit_of(book_visit(bookable_provider(), PersonFactory(), start, clock.now))


def leave(visit, now, doer=CLIENT, **wanted):
    return cancel(visit.public_id, Cancelling(**wanted), doer, BASE_URL, now)


def anew(visit):
    db.session.rollback()
    return db.session.get_one(type(visit), visit.id, populate_existing=True)


# --- the fee, to the second ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "seconds", "fee", "tier"),
    [
        (timedelta(hours=47), 0, 0, "free"),
        (timedelta(hours=24), -1, 0, "free"),
        (timedelta(hours=24), 0, 0, "free"),
        (timedelta(hours=24), 1, 8_000, "part"),
        (timedelta(hours=12), 0, 8_000, "part"),
        (timedelta(hours=12), 1, 16_000, "full"),
        (timedelta(0), 0, 16_000, "full"),
    ],
)
def test_the_fee_steps_up_at_the_agreed_seconds(visit, start, before, seconds, fee, tier):
    left, verdict = leave(visit, start - before + seconds * SECOND)
    assert (verdict.fee_cents, verdict.tier) == (fee, tier)
    assert (left.appointment.status, left.appointment.fee_cents, left.appointment.due_cents) == ("cancelled", fee, fee)


@pytest.mark.parametrize(("seconds", "fee"), [(0, 0), (599, 0), (600, 0), (601, 8_000)])
def test_the_first_ten_minutes_after_booking_are_free(clock, seconds, fee):
    tomorrow_nine = clock.now + timedelta(hours=21)
    visit = visit_of(book_visit(bookable_provider(), PersonFactory(), tomorrow_nine, clock.now))
    _, verdict = leave(visit, clock.now + seconds * SECOND)
    assert (verdict.fee_cents, verdict.reason) == (fee, "late" if fee else "grace")


def test_after_the_start_nobody_cancels(visit, start):
    for doer in (CLIENT, PROVIDER, ADMIN):
        with pytest.raises(Conflict, match="already_started"):
            leave(visit, start + SECOND, doer)
    assert anew(visit).status == "confirmed"


# --- who pays nothing ------------------------------------------------------------------------------------------------------------


def test_illness_never_costs_anything_however_often(clock, start):
    provider, person = bookable_provider(), PersonFactory()
    for day in range(4):
        visit = visit_of(book_visit(provider, person, start + timedelta(days=day), clock.now))
        _, verdict = leave(visit, visit.starts_at, reason="illness")
        assert (verdict.fee_cents, verdict.reason) == (0, "illness")


def test_emergencies_weather_and_buildings_are_waived_twice_a_year_each(clock, start):
    provider, person = bookable_provider(), PersonFactory()
    fees = []
    for day, reason in enumerate((*WAIVABLE, *WAIVABLE, *WAIVABLE)):
        visit = visit_of(book_visit(provider, person, start + timedelta(days=day), clock.now))
        fees.append(leave(visit, visit.starts_at, reason=reason)[1].fee_cents)
    assert fees == [0] * 6 + [16_000] * 3
    stranger = visit_of(book_visit(provider, PersonFactory(), start + timedelta(days=3), clock.now))
    assert leave(stranger, stranger.starts_at, reason="weather")[1].fee_cents == 0


def test_leaving_for_free_uses_up_no_waiver_whatever_the_reason(clock, start):
    provider, person = bookable_provider(), PersonFactory()
    for day, reason in enumerate(("emergency", "weather", "building_access")):
        visit = visit_of(book_visit(provider, person, start + timedelta(days=day), clock.now))
        _, verdict = leave(visit, clock.now + SECOND, reason=reason)
        assert (verdict.fee_cents, verdict.tier, anew(visit).waived_cents) == (0, "free", 0)
    visit = visit_of(book_visit(provider, person, start, clock.now))
    assert leave(visit, visit.starts_at, reason="weather")[1].fee_cents == 0, "both waivers are left"
    assert anew(visit).waived_cents == 16_000


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("2026-12-31T23:59:59-05:00", 2),  # the year before, in New York, though it is January in UTC
        ("2027-01-01T00:00:00-05:00", 1),
        ("2027-01-12T11:00:00-05:00", 1),
    ],
)
def test_waivers_are_counted_by_new_york_years(visit, start, given, left):
    AppointmentFactory(
        provider_id=visit.provider_id, person_id=visit.person_id, status="cancelled", cancelled_by="client", cancel_reason="emergency",
        waived_cents=16_000, cancelled_at=datetime.fromisoformat(given), claim__live=False,
    )  # fmt: skip
    found = waivers_left(db.session(), visit, start)
    assert (found.year, found.of("emergency"), found.of("weather"), found.of("illness"), found.of(None)) == (2027, left, 2, 0, 0)


def test_health_answers_that_turn_bad_after_booking_waive_the_fee(visit, start):
    person = db.session.get_one(Person, visit.person_id)
    answered(person, start - 2 * HOUR, fever=True)
    _, verdict = leave(visit, start)
    assert (verdict.fee_cents, verdict.reason, anew(visit).waived_cents) == (0, "health", 0)


def test_health_answers_that_were_so_when_booking_or_are_well_again_waive_nothing(visit, start):
    person = db.session.get_one(Person, visit.person_id)
    answered(person, start - 3 * HOUR, fever=True)
    answered(person, start - 2 * HOUR)
    assert leave(visit, start)[1].fee_cents == 16_000


def test_what_somebody_else_answers_waives_nothing(visit, start):
    answered(PersonFactory(), start - 2 * HOUR, fever=True)
    assert leave(visit, start)[1].fee_cents == 16_000


def test_a_waiver_that_was_not_shown_is_not_used_up_unasked(visit, start):
    """Shown as free, sent a second too late with a reason that would waive: it is asked again."""
    with pytest.raises(Stale, match="fee_changed"):
        leave(visit, start, reason="weather", expected_fee_cents=0, expected_waived_cents=0)
    assert anew(visit).status == "confirmed"
    assert leave(visit, start, reason="weather", expected_fee_cents=0, expected_waived_cents=16_000)[1].waived_cents == 16_000


def test_another_reason_waives_nothing(visit, start):
    assert leave(visit, start, reason="other", note="changed my mind")[1].fee_cents == 16_000
    assert (anew(visit).cancel_reason, anew(visit).cancel_note) == ("other", "changed my mind")


@pytest.mark.parametrize("doer", [PROVIDER, ADMIN], ids=["provider", "admin"])
def test_the_client_pays_nothing_when_the_other_side_cancels(visit, start, doer):
    left, verdict = leave(visit, start, doer)
    assert (verdict.fee_cents, verdict.tier) == (0, "provider")
    assert (left.appointment.cancelled_by, left.appointment.due_cents) == (doer.part, 0)


def test_a_request_costs_nothing_to_leave(clock):
    person, start = PersonFactory(), clock.now + timedelta(hours=21)
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    left, verdict = leave(visit, clock.now + timedelta(hours=2))
    assert (verdict.fee_cents, left.appointment.status, left.appointment.attention) == (0, "cancelled", [])
    assert list(findings(db.session(), clock.now + timedelta(days=30))) == []


# --- what was shown --------------------------------------------------------------------------------------------------------------


def test_a_fee_that_changed_since_it_was_shown_is_told_not_taken(visit, start):
    late = start - timedelta(hours=20)
    with pytest.raises(Stale, match="fee_changed") as refusal:
        leave(visit, late, expected_fee_cents=0)
    assert (refusal.value.details["fee_cents"], refusal.value.details["refund_cents"]) == (8_000, 0)
    assert anew(visit).status == "confirmed"
    assert leave(visit, late, expected_fee_cents=8_000)[1].fee_cents == 8_000


def test_what_was_paid_beyond_the_fee_goes_back(visit, start):
    with transaction() as session:
        post(session, deposit_taken("card:1", 16_720), Whose(visit.id, visit.provider_id, visit.person_id), "test", start)
        settle(session, session.get_one(Appointment, visit.id))
    left, verdict = leave(visit, start - timedelta(hours=20))
    assert (verdict.fee_cents, verdict.refund_cents, left.appointment.due_cents) == (8_000, 8_720, 0)


def test_a_fee_never_passes_the_service_price_however_strict_the_terms(clock, start):
    provider = bookable_provider()
    strict = {"steps": [{"hours": 0, "fee_percent": 100}], "grace_minutes": 0, "no_show_percent": 100, "late_minutes": 15, "free_moves": 0}
    TermsPolicyFactory(provider=provider, terms={**strict, "payment": "at_visit"})
    visit = visit_of(book_visit(provider, PersonFactory(), start, clock.now))
    assert leave(visit, clock.now + SECOND)[1].fee_cents == 16_000 < visit.total_cents


# --- what follows ----------------------------------------------------------------------------------------------------------------


def test_the_time_is_free_at_once_and_the_feed_of_changes_knows(clock, visit, start):
    seen = db.session.scalars(select(Change.seq).order_by(Change.seq.desc())).first()
    leave(visit, clock.now + SECOND)
    assert db.session.get_one(Claim, visit.claim_id, populate_existing=True).live is False
    newer = db.session.scalars(select(Change.provider_id).where(Change.seq > seen)).all()
    assert set(newer) == {visit.provider_id}
    provider = db.session.get_one(Provider, visit.provider_id)
    assert hold_visit(provider, PersonFactory(), start, clock.now + SECOND).starts_at == start


def test_a_visit_is_left_once_and_keeps_its_story(clock, visit):
    leave(visit, clock.now + SECOND)
    for doer in (CLIENT, PROVIDER, ADMIN):
        with pytest.raises(Conflict, match="wrong_state"):
            leave(visit, clock.now + 2 * SECOND, doer)
    now = anew(visit)
    assert (now.sequence, now.cancelled_at, now.cancelled_by) == (1, clock.now + SECOND, "client")
    events = db.session.scalars(select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id).order_by(AppointmentEvent.id))
    assert [event.verb for event in events] == ["booked", "cancelled"]


def test_a_completed_visit_is_not_left_any_more(visit, start):
    complete(visit.public_id, PROVIDER, start)
    with pytest.raises(Conflict, match="wrong_state"):
        leave(visit, start)


def test_what_does_not_exist_is_not_found(clock):
    with pytest.raises(NotFound):
        cancel("nothing", Cancelling(), CLIENT, BASE_URL, clock.now)


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, True), (1, False)])
def test_the_notice_agreed_when_it_was_booked_ends_canceling_to_the_second(clock, start, seconds, allowed):
    provider = bookable_provider()
    TermsPolicyFactory(provider=provider, version=2, terms=terms_to_dict(replace(DEFAULT_TERMS, cancel_notice_hours=6)))
    visit = visit_of(book_visit(provider, PersonFactory(), start, clock.now))
    TermsPolicyFactory(provider=provider, version=3, terms=terms_to_dict(replace(DEFAULT_TERMS, cancel_notice_hours=40)))
    now = start - timedelta(hours=6) + seconds * SECOND
    if allowed:
        assert leave(visit, now)[1].allowed
        return
    with pytest.raises(Refused, match="notice_passed"):
        leave(visit, now)
    assert anew(visit).status == "confirmed"
    assert leave(visit, now, reason="illness")[1].fee_cents == 0
