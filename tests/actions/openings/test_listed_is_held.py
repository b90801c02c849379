"""What a provider's rules about their time leave open is listed, judged free and held; what they close is none of the three."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.hold import HoldWish, hold_time, release_hold
from booking.openings.queries.listing import judge_opening, list_openings
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import day_span, from_minute
from providers.profiles.queries import get_facts
from providers.schedule.models import ScheduleRule, WeeklyHours
from tests.factories import ClaimFactory, HoursExceptionFactory, PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.visits import CLIENT

pytestmark = pytest.mark.usefixtures("ctx")
MEDICAL = Wish("medical-massage", 60, "clinic")
FIRST = Wish("first-talk", 60, "clinic")
THURSDAY = date(2027, 1, 14)
NOON, EVENING = 12 * 60, 16 * 60


def provider_with(**rules):
    provider = bookable_provider()
    service = ServiceFactory(provider=provider, code="first-talk", name="First talk", first_visit_only=True, position=1)
    ServiceDurationFactory(service=service, minutes=60, price_cents=16_000)
    row = db.session.get(ScheduleRule, provider.id)
    for name, value in rules.items():
        setattr(row, name, value)
    db.session.commit()
    return provider


def change_hours(provider, weekday, **more):
    row = db.session.scalars(select(WeeklyHours).where(WeeklyHours.provider_id == provider.id, WeeklyHours.weekday == weekday)).one()
    for name, value in more.items():
        setattr(row, name, value)
    db.session.commit()


def check_alike(provider, wish, day, minute, now):
    """Whether a start is open, by the list, by the judgement and by holding it, which must all say the same; and the code."""
    low, high = day_span(day)
    start = low + minute
    facts = get_facts(db.session(), provider.id)
    listed = start in list_openings(db.session(), facts, wish, low, high, now).starts
    judged = judge_opening(db.session(), facts, wish, from_minute(start), now)
    db.session.rollback()
    code = held(provider, wish, start, now)
    assert (listed, judged.ok, judged.code) == (code == "ok", code == "ok", code)
    return code


def held(provider, wish, start, now):
    person = PersonFactory()
    try:
        hold = hold_time(HoldWish(provider.slug, wish, from_minute(start)), person.id, CLIENT, now)
    except Refusal as refusal:
        return refusal.code
    release_hold(hold.public_id, person.id, CLIENT, now)
    return "ok"


def test_weeks_that_take_turns(clock):
    provider = provider_with(week_a_from=date(2027, 1, 11))
    change_hours(provider, 3, weeks="a")
    assert check_alike(provider, MEDICAL, THURSDAY, NOON, clock.now) == "ok"
    assert check_alike(provider, MEDICAL, THURSDAY + timedelta(days=7), NOON, clock.now) == "outside_hours"
    assert check_alike(provider, MEDICAL, THURSDAY + timedelta(days=14), NOON, clock.now) == "ok"


def test_hours_for_one_service(clock):
    provider = provider_with()
    change_hours(provider, 3, services=["medical-massage"])
    assert check_alike(provider, MEDICAL, THURSDAY, NOON, clock.now) == "ok"
    assert check_alike(provider, FIRST, THURSDAY, NOON, clock.now) == "outside_hours"


def test_hours_for_first_visits(clock):
    provider = provider_with()
    change_hours(provider, 3, first_visits=True)
    assert check_alike(provider, MEDICAL, THURSDAY, NOON, clock.now) == "outside_hours"
    assert check_alike(provider, FIRST, THURSDAY, NOON, clock.now) == "ok"


def test_hours_by_contact_are_held_by_nobody(clock):
    provider = provider_with(contact_phone="+12125550123")
    change_hours(provider, 3, contact=True)
    assert check_alike(provider, MEDICAL, THURSDAY, NOON, clock.now) == "outside_hours"


def test_most_visits_a_week_count_from_monday_to_sunday(clock):
    provider = provider_with(max_per_week=1)
    ClaimFactory(provider=provider, kind="appointment", begin_minute=day_span(date(2027, 1, 22))[0] + NOON, zip="10009")
    assert check_alike(provider, MEDICAL, date(2027, 1, 18), NOON, clock.now) == "week_full"
    assert check_alike(provider, MEDICAL, date(2027, 1, 24), NOON, clock.now) == "week_full"
    assert check_alike(provider, MEDICAL, date(2027, 1, 25), NOON, clock.now) == "ok"


def test_minutes_hands_on_a_day(clock):
    provider = provider_with(max_minutes_per_day=100)
    ClaimFactory(provider=provider, kind="appointment", begin_minute=day_span(THURSDAY)[0] + EVENING, zip="10009")
    assert check_alike(provider, MEDICAL, THURSDAY, NOON, clock.now) == "day_full"
    assert check_alike(provider, MEDICAL, THURSDAY + timedelta(days=1), NOON, clock.now) == "ok"


def test_breaks(clock):
    provider = provider_with(run_minutes=60, break_minutes=90)
    ClaimFactory(provider=provider, kind="appointment", begin_minute=day_span(THURSDAY)[0] + NOON, zip="10009")
    assert check_alike(provider, MEDICAL, THURSDAY, NOON + 120, clock.now) == "break_needed"
    assert check_alike(provider, MEDICAL, THURSDAY, NOON + 150, clock.now) == "ok"


def test_a_holiday_that_is_kept(clock):
    provider = provider_with(closed_holidays=["martin_luther_king_jr_day"])
    assert check_alike(provider, MEDICAL, date(2027, 1, 18), NOON, clock.now) == "outside_hours"
    HoursExceptionFactory(
        provider=provider, on=date(2027, 1, 18), closed=False, opens_minute=600, closes_minute=900, settings=["clinic"], place_id=None
    )
    assert check_alike(provider, MEDICAL, date(2027, 1, 18), NOON, clock.now) == "ok"


def test_a_gap_beside_a_visit_that_nobody_can_use(clock):
    provider = provider_with(fill_gaps="only")
    low = day_span(THURSDAY)[0]
    place = get_facts(db.session(), provider.id).places[0]
    ClaimFactory(provider=provider, kind="appointment", begin_minute=low + NOON, zip=place.zip, place_id=place.id)
    assert check_alike(provider, MEDICAL, THURSDAY, NOON + 90, clock.now) == "leaves_gap"
    assert check_alike(provider, MEDICAL, THURSDAY, NOON + 60, clock.now) == "ok"


def test_hours_that_are_not_shown(clock):
    provider = provider_with(offer_one_in=2)
    codes = {check_alike(provider, MEDICAL, THURSDAY, NOON + 60 * hours, clock.now) for hours in (0, 1)}
    assert codes == {"ok", "not_offered"}
