"""Two calendars that follow each other, with Microsoft Graph's double at the other side."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import to_minute
from providers.calendars.actions.connect import Choice, choose_calendars, disconnect_account
from providers.calendars.actions.consent import Back, begin_consent, finish_consent
from providers.calendars.actions.revoke import revoke_token
from providers.calendars.actions.sync import Looking, sync_calendar
from providers.calendars.actions.write import Writing, write_visits
from providers.calendars.feed_port import Feeds
from providers.calendars.models import CalendarRevocation, DavAccount, DavCopy, OutsideCalendar
from providers.calendars.oauth_port import microsoft_house
from providers.calendars.queries import list_calendars
from providers.calendars.reader_port import read_file
from providers.registry.rules import Owner
from providers.schedule.models import OutsideBusy, ScheduleRule
from tests.factories import PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.graph import MAIN, USER, graph
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

BACK = f"{BASE_URL}/provider/calendars/connect/microsoft/back"
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
SOON = START + 3 * DAY


@pytest.fixture
def side():
    with graph() as running:
        yield running


@pytest.fixture
def anna(ctx):
    provider = bookable_provider(slug="anna")
    db.session.get_one(ScheduleRule, provider.id).notice_minutes = 0
    db.session.commit()
    return provider


@pytest.fixture
def owner(anna):
    return Owner(anna.account_id, "Anna", "account:anna")


@pytest.fixture
def houses(side):
    return {"microsoft": microsoft_house(CLIENT_ID, CLIENT_SECRET, side.url)}


def consent(owner, side, houses, now=START):
    came = side.consent(begin_consent(owner, houses["microsoft"], "session one", BACK, now))
    return finish_consent(owner, houses["microsoft"], Back(came["state"], came["code"], "", "session one"), BACK, now)


@pytest.fixture
def account(side, owner, houses):
    """Anna's account: the calendar that is read is the one that is written into."""
    public_id = consent(owner, side, houses)
    (known,) = [one for one in row().collections if one["writable"]]
    choose_calendars(owner, public_id, Choice((known["id"],), known["id"], "brief"), START)
    return public_id


def row():
    db.session.rollback()
    return db.session.scalars(select(DavAccount)).one()


def look(anna, houses, now=START, *, good=True, agreed=False):
    db.session.rollback()
    for one in list_calendars(db.session(), anna.id):
        way = Looking(Feeds(), read_file, BASE_URL, houses)
        assert sync_calendar(anna.id, one.public_id, way, "test", now, agreed=agreed) is good


def write(houses, now=START):
    row_id = row().id
    db.session.rollback()
    return write_visits(row_id, Writing(Feeds(), BASE_URL, BASE_URL, "test", houses), now)


def taken():
    db.session.rollback()
    return db.session.execute(select(OutsideBusy.begin_minute, OutsideBusy.end_minute).order_by(OutsideBusy.begin_minute)).all()[:-1]


def spans(*bounds):
    return [(to_minute(begin), to_minute(end)) for begin, end in bounds]


def book(anna, begin, now=START):
    return visit_of(book_visit(anna, PersonFactory(name="Priya Natarajan"), begin, now))


def test_connected_and_which_calendars_may_be_written_into(side, owner, houses):
    consent(owner, side, houses)
    kept = row()
    assert (kept.user_name, [(one["name"], one["writable"]) for one in kept.collections]) == (
        USER,
        [("Calendar", True), ("Shared room", False)],
    )
    with pytest.raises(Refused):
        choose_calendars(owner, kept.public_id, Choice((), kept.collections[1]["id"], "brief"), START)


def test_what_is_busy_there_is_taken_here_and_given_back(side, anna, account, houses):
    for number in range(7):  # more than a page
        side.put(f"e{number}", SOON + number * DAY, SOON + number * DAY + HOUR)
    side.put("free", SOON + 6 * HOUR, SOON + 7 * HOUR, showAs="free")
    side.put("off", SOON + 6 * HOUR, SOON + 7 * HOUR, isCancelled=True)
    side.put("no", SOON + 6 * HOUR, SOON + 7 * HOUR, response="declined")
    look(anna, houses)
    assert taken() == spans(*((SOON + number * DAY, SOON + number * DAY + HOUR) for number in range(7)))
    side.drop("e0")
    side.put("e1", SOON + 9 * DAY, SOON + 9 * DAY + HOUR)
    look(anna, houses, START + MINUTE)
    assert taken() == spans(*((SOON + number * DAY, SOON + number * DAY + HOUR) for number in (2, 3, 4, 5, 6, 9)))


def test_a_whole_day_is_one_of_the_windows_zone_it_was_made_in(side, anna, account, houses):
    west = ZoneInfo("America/Los_Angeles")
    begin = datetime(2027, 2, 1, tzinfo=west)
    side.put("trip", begin, begin + DAY, isAllDay=True, zone="Pacific Standard Time")
    look(anna, houses)
    assert taken() == spans((begin.astimezone(UTC), (begin + DAY).astimezone(UTC)))
    side.put("trip", begin, begin + DAY, isAllDay=True, zone="tzone://Nobody/Knows")
    look(anna, houses, START + MINUTE)
    (only,) = taken()
    assert only[1] - only[0] >= 1440  # whole days, and told
    assert "nobody knows its time zone" in str(db.session.scalars(select(OutsideCalendar.warnings)).one())


def test_nothing_but_times_is_ever_handed_over(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    views = [one.query for one in side.asked if one.path.endswith("calendarView")]
    assert views
    assert not any(word in one["$select"].lower() for one in views for word in ("subject", "body", "location", "attendees", "organizer"))


def test_a_page_that_leads_elsewhere_is_not_followed(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    before, plain = taken(), side._view
    side._view = lambda asked, calendar: plain(asked, calendar) | {"@odata.nextLink": "http://127.0.0.1:1/v1.0/me"}
    look(anna, houses, START + MINUTE, good=False)
    assert taken() == before


def test_tokens_that_are_given_anew_are_kept(side, anna, account, houses):
    old = row().password
    side.expire()
    look(anna, houses)
    assert row().password != old
    side.refresh.discard(old)
    side.expire()
    look(anna, houses, START + MINUTE)
    side.forget()
    look(anna, houses, START + 2 * MINUTE, good=False)
    assert row().lost_at == START + 2 * MINUTE
    assert consent(owner_of(anna), side, houses, START + HOUR) == account
    look(anna, houses, START + HOUR)
    assert write(houses, START + HOUR)


def owner_of(anna):
    return Owner(anna.account_id, "Anna", "account:anna")


def test_visits_stand_there_move_and_go_and_are_never_busy(side, anna, account, houses):
    visit = book(anna, SOON)
    assert write(houses)
    (stands,) = side.copies()
    assert (stands["subject"], stands["sensitivity"], stands["begin"]) == ("Visit: Priya", "private", SOON)
    assert not any(word in str(stands).lower() for word in ("natarajan", "medical", "massage", "street"))
    look(anna, houses)
    assert taken() == []
    move(visit.public_id, SOON + 2 * HOUR, CLIENT, BASE_URL, START + MINUTE)
    assert write(houses, START + 2 * MINUTE)
    assert [one["begin"] for one in side.copies()] == [SOON + 2 * HOUR]
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START + 3 * MINUTE)
    assert write(houses, START + 4 * MINUTE)
    assert side.copies() == []
    assert db.session.scalars(select(DavCopy)).all() == []


def test_an_answer_that_never_arrives_doubles_nothing(side, anna, account, houses):
    book(anna, SOON)
    side.lost = ["POST"]
    assert not write(houses)
    assert write(houses, START + 10 * MINUTE)
    assert len(side.copies()) == 1


def test_two_that_write_at_once_write_one(side, anna, account, houses):
    """What one has written after the other has looked is found by its number."""
    book(anna, SOON)
    plain, turns = side._list, [0]

    def blind(asked, calendar):
        turns[0] += 1
        return {"value": []} if turns[0] == 3 else plain(asked, calendar)

    assert write(houses)
    db.session.execute(DavCopy.__table__.update().values(written=None, etag=None, next_try_at=START))
    db.session.commit()
    turns[0] = 2
    side._list = blind
    assert write(houses, START + MINUTE)
    assert len(side.copies()) == 1


def test_what_was_edited_or_deleted_there_is_noted_and_written_again(side, anna, account, houses):
    book(anna, SOON)
    assert write(houses)
    (event,) = side.copies()
    side._store(event["id"], event | {"begin": SOON + 9 * HOUR, "end": SOON + 10 * HOUR})
    assert write(houses, START + HOUR)
    assert [one["begin"] for one in side.copies()] == [SOON]
    assert db.session.scalars(select(DavCopy.note)).one() == "edited"
    side.drop(event["id"])
    assert write(houses, START + 2 * HOUR)
    assert [one["begin"] for one in side.copies()] == [SOON]
    db.session.rollback()
    assert db.session.scalars(select(DavCopy.note)).one() == "deleted"


def test_disconnecting_forgets_it(side, anna, owner, account, houses):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    disconnect_account(owner, account, START + HOUR)
    assert db.session.scalars(select(OutsideBusy)).all() == []
    (row_id,) = db.session.scalars(select(CalendarRevocation.id)).all()
    db.session.rollback()
    assert revoke_token(row_id, houses, START + HOUR)  # Microsoft has no door for that: it is forgotten here
    assert db.session.scalars(select(CalendarRevocation)).all() == []


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_busy_there_is_what_is_taken_here(side, anna, account, houses, seed):
    luck, now = Random(seed), START
    book(anna, SOON + 40 * DAY)
    write(houses)
    for _round in range(6):
        for _edit in range(luck.randrange(1, 5)):
            edit(side, luck)
        now += HOUR
        look(anna, houses, now, agreed=True)
        assert {minute for begin, end in taken() for minute in range(begin, end)} == busy_there(side)
    write(houses, now)
    before = taken()
    for _again in range(10):
        now += HOUR
        look(anna, houses, now)
        write(houses, now)
        assert taken() == before
    assert len(side.copies()) == 1


def edit(side, luck):
    live = [name for name, event in side.events.items() if not event.get("props")]
    begin = START + DAY + timedelta(minutes=15 * luck.randrange(2000))
    what = luck.choice(["make", "make", "move", "drop", "day", "free"])
    if what == "day":
        first = datetime(begin.year, begin.month, begin.day, tzinfo=ZoneInfo("America/New_York"))
        side.put(f"d{side.version}", first, first + luck.randrange(1, 3) * DAY, isAllDay=True)
    elif what == "make" or not live:
        side.put(f"e{side.version}", begin, begin + timedelta(minutes=5 * luck.randrange(1, 60)))
    elif what == "drop":
        side.drop(luck.choice(live))
    elif what == "free":
        name = luck.choice(live)
        side._store(name, side.events[name] | {"showAs": luck.choice(["free", "busy", "oof", "tentative"])})
    else:
        side.put(luck.choice(live), begin, begin + HOUR)


def busy_there(side):
    events = [event for event in side.events.values() if not event.get("props") and event["showAs"] != "free"]
    return {
        minute for event in events for minute in range(to_minute(event["begin"].astimezone(UTC)), to_minute(event["end"].astimezone(UTC)))
    }


def test_the_room_that_is_shared_is_read_apart(side, anna, owner, account, houses):
    known = row().collections
    choose_calendars(owner, account, Choice(tuple(one["id"] for one in known), None, "brief"), START)
    side.put("mine", SOON, SOON + HOUR)
    side.put("room", SOON + 2 * HOUR, SOON + 3 * HOUR, calendar="AAMkROOM/2=")
    look(anna, houses)
    found = db.session.execute(select(OutsideCalendar.name, OutsideBusy.begin_minute).join(OutsideBusy, OutsideBusy.calendar_id == OutsideCalendar.id).order_by(OutsideBusy.begin_minute)).all()  # fmt: skip
    assert [(name, minute) for name, minute in found[:2]] == [("Calendar", to_minute(SOON)), ("Shared room", to_minute(SOON + 2 * HOUR))]
    assert side.events["mine"]["calendar"] == MAIN
