"""Therapists are told of calendars that cannot be read and of visits that meet what they say: once each, with what to do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.upkeep.actions import tell_calendars
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import OutsideBusyFactory, OutsideCalendarFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_visit, visit_of

BASE = "https://hands.test"
NOON = START + timedelta(days=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def provider(ctx):
    return bookable_provider(name="Rosa Lindqvist")


def told():
    db.session.rollback()
    found = db.session.scalars(
        select(Letter).where(Letter.kind.in_(("provider_calendar_stale", "provider_visit_clash"))).order_by(Letter.id)
    )
    return [(letter.kind, letter.facts) for letter in found]


def busy(calendar, start):
    minute = int(start.timestamp()) // 60
    OutsideBusyFactory(calendar=calendar, begin_minute=minute + 30, end_minute=minute + 90)
    db.session.commit()


def test_a_calendar_that_cannot_be_read_is_told_after_six_hours_and_once(provider, clock):
    calendar = OutsideCalendarFactory(provider=provider, stale_since=START, fault="It did not answer.")
    db.session.commit()
    assert tell_calendars(START + 6 * HOUR - timedelta(seconds=1), BASE) == 0
    assert [tell_calendars(START + hours * HOUR, BASE) for hours in (6, 7, 48)] == [1, 0, 0]
    [(kind, facts)] = told()
    assert (kind, facts["calendar"], facts["fault"], facts["link"]) == (
        "provider_calendar_stale",
        "Private",
        "It did not answer.",
        f"{BASE}/provider/calendars",
    )
    calendar.stale_since = START + 50 * HOUR
    db.session.commit()
    assert tell_calendars(START + 60 * HOUR, BASE) == 1


def test_one_that_can_be_read_is_not(provider):
    OutsideCalendarFactory(provider=provider)
    db.session.commit()
    assert tell_calendars(START + 100 * HOUR, BASE) == 0


def test_a_visit_that_meets_busy_time_is_told_once_for_each_of_its_times(provider):
    made = book_visit(provider, PersonFactory(), NOON, START)
    calendar = OutsideCalendarFactory(provider=provider)
    assert tell_calendars(START, BASE) == 0
    busy(calendar, NOON)
    assert [tell_calendars(START, BASE), tell_calendars(START + HOUR, BASE)] == [1, 0]
    visit = visit_of(made)
    [(kind, facts)] = told()
    assert (kind, facts["reference"], facts["link"]) == (
        "provider_visit_clash",
        visit.reference,
        f"{BASE}/provider/appointments/{visit.public_id}",
    )


def test_a_visit_that_has_begun_is_told_no_more(provider):
    book_visit(provider, PersonFactory(), NOON, START)
    busy(OutsideCalendarFactory(provider=provider), NOON)
    assert tell_calendars(NOON + timedelta(minutes=1), BASE) == 0


def test_the_letters_say_what_to_do(provider):
    book_visit(provider, PersonFactory(), NOON, START)
    calendar = OutsideCalendarFactory(provider=provider, stale_since=START - 7 * HOUR, fault="It did not answer.")
    busy(calendar, NOON)
    assert tell_calendars(START, BASE) == 2
    letters = [render_letter(kind, facts) for kind, facts in told()]
    assert letters[0].subject == "Your calendar “Private” cannot be read"
    assert letters[1].subject.startswith("Busy elsewhere: ")
    assert "add it again" in letters[0].text
    assert "move or cancel the visit soon" in letters[1].text
