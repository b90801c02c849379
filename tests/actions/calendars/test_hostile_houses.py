"""What a house of calendars may do to us, and what it may not: lead away, never end, hold back, say nonsense."""

from time import monotonic

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.calendars.actions.sync import Looking, sync_calendar
from providers.calendars.feed_port import Feeds
from providers.calendars.models import OutsideCalendar
from providers.calendars.oauth_port import google_house, microsoft_house
from providers.calendars.queries import list_calendars
from providers.calendars.reader_port import read_file
from providers.calendars.rules.addresses import AddressRefused
from tests.actions.calendars.test_google import (
    DAY,
    HOUR,
    MINUTE,
    SOON,
    account,
    anna,
    book,
    houses,
    look,
    owner,
    row,
    side,
    taken,
    write,
)
from tests.support.clocks import START
from tests.support.feeds import SmallNet
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET, Fault

__all__ = ["account", "anna", "houses", "owner", "side"]


@pytest.fixture
def known(side, anna, account, houses):
    """One busy hour that is known here."""
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    return taken()


def stays(anna, houses, known, now=START + MINUTE):
    look(anna, houses, now, good=False)
    assert taken() == known
    (calendar,) = db.session.scalars(select(OutsideCalendar)).all()
    assert calendar.stale_since == now
    return calendar.fault


def test_nobody_is_led_to_another_address(side, anna, known, houses):
    side.tricks.append(
        lambda asked: (
            Fault(302, "", {"Location": f"http://127.0.0.1:{side.port}/calendar/v3/elsewhere"}) if "/events" in asked.path else None
        )
    )
    assert "leads to another address" in stays(anna, houses, known)
    assert side.count("GET", "elsewhere") == 0


def test_a_list_without_an_end_is_none(side, anna, known, houses):
    side.put("two", SOON + DAY, SOON + DAY + HOUR)
    plain = side._list
    side._list = lambda asked, kept: plain(asked, kept) | {"nextPageToken": "page-0"}
    began = monotonic()
    assert "more in this calendar" in stays(anna, houses, known)
    assert monotonic() - began < 20


def test_a_door_for_tokens_that_is_out_of_order_is_no_loss(side, anna, known, houses):
    side.expire()
    side.busy_for("/token", 500)
    stays(anna, houses, known)
    assert row().lost_at is None
    side.busy_for("/token", 200)  # and one that says nothing
    look(anna, houses, START + 2 * MINUTE, good=False)
    assert row().lost_at is None
    assert db.session.scalars(select(Letter).where(Letter.kind == "calendar_login_lost")).all() == []
    look(anna, houses, START + 3 * MINUTE)


def test_a_house_that_this_site_knows_no_more_is_told_and_frees_nothing(side, anna, known):
    (calendar,) = list_calendars(db.session(), anna.id)
    assert not sync_calendar(anna.id, calendar.public_id, Looking(Feeds(), read_file), "test", START + MINUTE)
    assert taken() == known
    assert db.session.scalars(select(OutsideCalendar.fault)).one() == "Google Calendar is not connected with this site at present."
    assert not write({}, START + MINUTE)


def test_half_of_it_gone_at_once_is_asked_about_first(side, anna, account, houses):
    for number in range(10):
        side.put(f"e{number}", SOON + number * DAY, SOON + number * DAY + HOUR)
    look(anna, houses)
    for number in range(8):
        side.drop(f"e{number}")
    look(anna, houses, START + MINUTE)
    assert len(taken()) == 10
    assert db.session.scalars(select(OutsideCalendar.flag)).one() == "lost_half"
    look(anna, houses, START + 2 * MINUTE, agreed=True)
    assert len(taken()) == 2


def test_a_permission_to_write_that_is_missing_is_told_and_tried_again(side, anna, account, houses):
    book(anna, SOON)
    side.tricks.append(
        lambda asked: Fault(403, "insufficientPermissions") if asked.method == "POST" and "calendars" in asked.path else None
    )
    assert not write(houses)
    assert row().fault == "The server does not allow this."
    side.tricks.clear()
    assert write(houses, START + HOUR)
    assert (len(side.copies()), row().fault) == (1, None)


@pytest.mark.parametrize("make", [google_house, microsoft_house])
def test_a_house_by_its_own_name_is_never_inside_and_one_at_a_base_alone_is_exempt(make):
    there = make(CLIENT_ID, CLIENT_SECRET, None, SmallNet(1, {"www.googleapis.com": ["10.0.0.1"], "graph.microsoft.com": ["127.0.0.1"]}))
    assert there.api.startswith("https://")
    with pytest.raises(AddressRefused):
        there.feeds.check(f"{there.api}/x")
    double = make(CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1:8123")
    assert double.feeds.check(f"{double.api}/x").port == 8123
    for other in ("http://127.0.0.1:8124/x", "http://10.0.0.1/x", "https://127.0.0.1/x"):
        with pytest.raises(AddressRefused):
            double.feeds.check(other)
    assert CLIENT_SECRET not in repr(there)
