"""Two calendars that follow each other, with Google Calendar's double at the other side."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.models import Letter
from providers.calendars.actions import write as verb
from providers.calendars.actions.connect import Choice, choose_calendars, disconnect_account
from providers.calendars.actions.consent import Back, begin_consent, finish_consent
from providers.calendars.actions.revoke import revoke_token
from providers.calendars.actions.sync import Looking, sync_calendar
from providers.calendars.actions.write import Writing, write_visits
from providers.calendars.feed_port import Feeds
from providers.calendars.models import CalendarConsent, CalendarRevocation, DavAccount, DavCopy, OutsideCalendar
from providers.calendars.oauth_port import google_house
from providers.calendars.queries import list_calendars
from providers.calendars.reader_port import read_file
from providers.registry.rules import Owner
from providers.schedule.models import OutsideBusy, ScheduleRule
from tests.factories import PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.google import PRIMARY, Kept, google, singles
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

BACK = f"{BASE_URL}/provider/calendars/accounts/google/back"
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
SOON = START + 3 * DAY


@pytest.fixture
def side():
    with google() as running:
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
    return {"google": google_house(CLIENT_ID, CLIENT_SECRET, side.url)}


def consent(owner, side, houses, now=START, session="session one", **more):
    address = begin_consent(owner, houses["google"], "session one", BACK, now)
    came = side.consent(address, **more)
    return finish_consent(owner, houses["google"], Back(came["state"], came["code"], "", session), BACK, now)


@pytest.fixture
def account(side, owner, houses):
    """Anna's account; her own calendar is read, and visits are written into one that we make."""
    public_id = consent(owner, side, houses)
    choose(owner, public_id)
    return public_id


def choose(owner, public_id, detail="brief", now=START):
    known = db.session.scalars(select(DavAccount.collections)).one()
    db.session.rollback()
    choose_calendars(owner, public_id, Choice(tuple(one["id"] for one in known if not one["writable"]), known[-1]["id"], detail), now)


def look(anna, houses, now=START, *, good=True, agreed=False):
    db.session.rollback()
    for one in list_calendars(db.session(), anna.id):
        way = Looking(Feeds(), read_file, BASE_URL, houses)
        assert sync_calendar(anna.id, one.public_id, way, "test", now, agreed=agreed) is good


def write(houses, now=START):
    db.session.rollback()
    (row_id,) = db.session.scalars(select(DavAccount.id)).all()
    db.session.rollback()
    return write_visits(row_id, Writing(Feeds(), BASE_URL, BASE_URL, "test", houses), now)


def taken():
    """What is taken here, but for all that lies behind what is known."""
    db.session.rollback()
    return db.session.execute(select(OutsideBusy.begin_minute, OutsideBusy.end_minute).order_by(OutsideBusy.begin_minute)).all()[:-1]


def spans(*bounds):
    return [(to_minute(begin), to_minute(end)) for begin, end in bounds]


def book(anna, begin, now=START):
    return visit_of(book_visit(anna, PersonFactory(name="Priya Natarajan"), begin, now))


def row():
    db.session.rollback()
    return db.session.scalars(select(DavAccount)).one()


def test_connected_with_proof_and_nothing_is_shown_of_the_tokens(side, owner, houses):
    consent(owner, side, houses)
    kept = row()
    assert (kept.user_name, [(one["name"], one["writable"]) for one in kept.collections]) == (
        PRIMARY,
        [("Anna", False), ("Licensed Hands", True)],
    )
    raw = str(db.session.connection().exec_driver_sql("SELECT password, access_token, user_name, collections FROM dav_account").one())
    assert not any(word in raw for word in (*side.refresh, *side.access, PRIMARY))
    assert db.session.scalars(select(CalendarConsent)).all() == []


def test_coming_back_is_good_once_in_the_session_that_went_and_for_a_quarter_of_an_hour(side, owner, houses):
    def begin():
        return side.consent(begin_consent(owner, houses["google"], "session one", BACK, START))

    def finish(came, session="session one", now=START, **other):
        came = {"state": came["state"], "code": came["code"], "error": ""} | other
        return finish_consent(owner, houses["google"], Back(session_mark=session, **came), BACK, now)

    came = begin()
    for wrong in ({"session": "another"}, {"state": "made up"}, {"now": START + 15 * MINUTE}):
        with pytest.raises(Refused) as refusal:
            finish(came, **wrong)
        assert refusal.value.code == "consent_over"
    assert finish(came)
    with pytest.raises(Refused) as refusal:
        finish(came)
    assert refusal.value.code == "consent_over"
    with pytest.raises(Refused) as refusal:
        finish(begin(), error="access_denied", code="")
    assert (refusal.value.code, refusal.value.sentence) == ("not_allowed", "You did not allow it, so nothing was connected.")
    with pytest.raises(Refused) as refusal:
        finish(begin(), code="a code of somebody else")
    assert refusal.value.code == "consent_over"


def test_the_secret_of_another_therapist_is_none(side, owner, houses):
    other = bookable_provider(slug="bea")
    db.session.commit()
    came = side.consent(begin_consent(owner, houses["google"], "session one", BACK, START))
    bea = Owner(other.account_id, "Bea", "account:bea")
    with pytest.raises(Refused):
        finish_consent(bea, houses["google"], Back(came["state"], came["code"], "", "session one"), BACK, START)
    assert side.count("POST", "/token") == 0


def test_a_box_that_was_not_ticked_is_told_and_nothing_stays(side, owner, houses):
    with pytest.raises(Refused) as refusal:
        consent(owner, side, houses, scopes=side.scopes[:2])
    assert refusal.value.code == "not_allowed"
    assert "every box" in refusal.value.sentence
    assert side.refresh == set()
    assert db.session.scalars(select(DavAccount)).all() == []


def test_what_is_busy_there_is_taken_here_and_given_back(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR)
    side.put("two", SOON + 3 * HOUR, SOON + 4 * HOUR)
    side.repeat("two", 3)
    side.change_one("two", 1, 2 * HOUR)
    side.put("free", SOON + 6 * HOUR, SOON + 7 * HOUR, transparency="transparent")
    side.put("no", SOON + 6 * HOUR, SOON + 7 * HOUR, attendees=[{"email": "x@example.com", "self": True, "responseStatus": "declined"}])
    look(anna, houses)
    three = [SOON + 3 * HOUR, SOON + DAY + 5 * HOUR, SOON + 2 * DAY + 3 * HOUR]
    assert taken() == spans((SOON, SOON + HOUR), *((at, at + HOUR) for at in three))
    side.drop("one")
    side.change_one("two", 0, None)
    look(anna, houses)
    assert taken() == spans(*((at, at + HOUR) for at in three[1:]))


def test_whole_days_are_those_of_the_calendars_zone(side, anna, owner, houses):
    side.calendars["la"] = Kept("la", "West", zone="America/Los_Angeles")
    choose(owner, consent(owner, side, houses))
    side.put("trip", date(2027, 2, 1), date(2027, 2, 3), calendar="la")
    look(anna, houses)
    assert taken()[0] == spans((datetime(2027, 2, 1, 8, tzinfo=UTC), datetime(2027, 2, 3, 8, tzinfo=UTC)))[0]


def test_nothing_but_times_is_ever_handed_over(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR, location="64 East 7th Street")
    look(anna, houses)
    asked = [one for one in side.asked if one.method == "GET" and one.path.endswith("/events")]
    assert asked
    assert not any(word in one.query["fields"] for one in asked for word in ("summary", "description", "location", "email", "creator"))
    everything = str(db.session.connection().exec_driver_sql("SELECT name, warnings FROM outside_calendar").all())
    assert "Secret" not in everything


def test_only_changes_are_asked_for_and_an_old_mark_reads_all_anew(side, anna, account, houses):
    for number in range(5):
        side.put(f"one{number}", SOON + number * DAY, SOON + number * DAY + HOUR)
    look(anna, houses)
    side.asked.clear()
    look(anna, houses, START + MINUTE)
    assert [("syncToken" in one.query, "timeMin" in one.query) for one in side.asked] == [(True, False)]
    side.drop("one0")
    side.asked.clear()
    look(anna, houses, START + 2 * MINUTE)
    assert [("syncToken" in one.query, "timeMin" in one.query) for one in side.asked] == [(True, False), (False, True), (False, True)]
    assert len(taken()) == 4
    side.oldest = side.version + 1  # every token of change is too old now
    side.put("one9", SOON + 9 * DAY, SOON + 9 * DAY + HOUR)
    look(anna, houses, START + 3 * MINUTE)
    assert len(taken()) == 5


def test_one_broken_event_costs_the_others_nothing(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR)
    side.put("odd", SOON + DAY, SOON + DAY + HOUR)
    side.calendars[PRIMARY].events["odd"] |= {"start": {"dateTime": "soon"}, "end": None, "status": 7}
    side.put("open", SOON + 2 * DAY, SOON + 2 * DAY + HOUR)
    side.calendars[PRIMARY].events["open"] |= {"end": {}}
    # what cannot be told apart in the double's window is handed over by its list alone
    side._list = lambda asked, kept: {
        "timeZone": "America/New_York",
        "nextSyncToken": "token-1",
        "items": [*kept.events.values(), None, 7, "x"],
    }
    look(anna, houses)
    assert taken()[0] == spans((SOON, SOON + HOUR))[0]
    assert len(taken()) == 2  # and the rest of the day of the one without an end
    (calendar,) = db.session.scalars(select(OutsideCalendar)).all()
    assert calendar.unplaced == 4
    assert calendar.warnings


@pytest.mark.parametrize("words", ["not json", "[]", "{}", '{"items": 7}', "[" * 100_000, '{"items": [' + "1," * 30])
def test_an_answer_that_is_none_frees_nothing(side, anna, account, houses, words):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    before = taken()
    side.oldest = side.version + 1
    side.says = words.encode()
    look(anna, houses, good=False)
    assert taken() == before
    (calendar,) = db.session.scalars(select(OutsideCalendar)).all()
    assert calendar.stale_since == START


def test_an_access_token_that_is_over_is_made_anew_once(side, anna, account, houses):
    side.put("one", SOON, SOON + HOUR)
    side.expire()
    look(anna, houses)
    assert len(taken()) == 1
    assert side.count("POST", "/token") == 2
    look(anna, houses, START + HOUR + MINUTE)  # over by the clock: not even tried
    assert side.count("POST", "/token") == 3
    side.busy_for("/events", 401, 2)
    look(anna, houses, START + HOUR + 2 * MINUTE, good=False)
    assert row().lost_at is not None


def test_a_permission_that_was_taken_back_is_told_once_and_given_again(side, anna, owner, account, houses):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    side.forget()
    look(anna, houses, START + HOUR, good=False)
    write(houses, START + HOUR)
    assert row().lost_at == START + HOUR
    assert len(taken()) == 1
    letters = db.session.scalars(select(Letter).where(Letter.kind == "calendar_login_lost")).all()
    assert len(letters) == 1
    now = START + 2 * HOUR
    assert consent(owner, side, houses, now) == account
    assert row().lost_at is None
    look(anna, houses, now)
    assert write(houses, now)
    (calendar,) = db.session.scalars(select(OutsideCalendar)).all()
    assert calendar.stale_since is None


@pytest.mark.parametrize("status", [429, 403, 503])
def test_whoever_says_later_is_asked_later(side, anna, account, houses, status):
    side.put("one", SOON, SOON + HOUR)
    look(anna, houses)
    side.busy_for("/calendar/v3/calendars", status, 1, Retry_After="7200")
    look(anna, houses, START + HOUR, good=False)
    (calendar,) = db.session.scalars(select(OutsideCalendar)).all()
    assert calendar.next_sync_at == START + 3 * HOUR
    assert len(taken()) == 1
    book(anna, SOON + 2 * HOUR)
    assert write(houses, START + HOUR)
    side.busy_for("/calendar/v3/calendars", status, 1, Retry_After="7200")
    book(anna, SOON + 26 * HOUR, START + 2 * HOUR)
    assert not write(houses, START + 2 * HOUR)
    assert row().next_write_at == START + 4 * HOUR


def test_visits_stand_there_move_and_go(side, anna, account, houses):
    visit = book(anna, SOON)
    assert write(houses)
    (stands,) = side.copies().values()
    assert (stands["summary"], stands["visibility"], stands["transparency"]) == ("Visit: Priya", "private", "opaque")
    assert datetime.fromisoformat(stands["start"]["dateTime"]) == visit.starts_at
    assert not any(word in str(stands).lower() for word in ("natarajan", "medical", "massage", "street"))
    move(visit.public_id, SOON + 2 * HOUR, CLIENT, BASE_URL, START + MINUTE)
    assert write(houses, START + 2 * MINUTE)
    (stands,) = side.copies().values()
    assert datetime.fromisoformat(stands["start"]["dateTime"]) == SOON + 2 * HOUR
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START + 3 * MINUTE)
    assert write(houses, START + 4 * MINUTE)
    assert side.copies() == {}
    assert db.session.scalars(select(DavCopy)).all() == []


def test_no_event_of_anybody_elses_is_ever_written(side, anna, account, houses):
    side.put("one", SOON + 4 * HOUR, SOON + 5 * HOUR)
    before = dict(side.calendars[PRIMARY].events)
    book(anna, SOON)
    assert write(houses)
    assert side.calendars[PRIMARY].events == before
    written = {one.path.split("/")[4] for one in side.asked if one.method != "GET" and "/events" in one.path}
    assert written == {side.own().id.replace("@", "%40")}


def test_an_answer_that_never_arrives_doubles_nothing(side, anna, account, houses):
    book(anna, SOON)
    side.lost = ["POST"]  # the calendar of our own is made, and nobody hears of it
    assert not write(houses)
    later = START + 10 * MINUTE
    side.lost = ["POST"]
    assert not write(houses, later)
    assert write(houses, later + 10 * MINUTE)
    assert len(side.copies()) == 1
    assert len(side.own().events) == 1


class Killed(BaseException):
    """What no clause catches."""


@pytest.mark.parametrize("step", ["_make_own", "_move_own", "_look_over", "_plan", "_record", "_keep", "_finish"])
def test_whoever_is_killed_at_any_step_leaves_no_double(side, anna, account, houses, step, monkeypatch):
    """Before the step and after it: whatever has been asked of the other side is found again."""
    book(anna, SOON)
    book(anna, SOON + 2 * HOUR)
    real, now = getattr(verb, step), START
    for after in (False, True):

        def die(*words, after=after, **more):
            if after:
                real(*words, **more)
            raise Killed

        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(verb, step, die)
            write(houses, now)
        db.session.rollback()
        now += 2 * HOUR
    for _round in range(3):
        assert write(houses, now)
        now += HOUR
    assert len(side.copies()) == len(side.own().events) == 2


def test_what_was_edited_or_deleted_there_is_noted_and_written_again(side, anna, account, houses):
    book(anna, SOON)
    assert write(houses)
    ((uid, event),) = side.copies().items()
    own = side.own()
    side.put(event["id"], SOON + 9 * HOUR, SOON + 10 * HOUR, own.id, extendedProperties=event["extendedProperties"])
    assert write(houses, START + HOUR)
    assert datetime.fromisoformat(side.copies()[uid]["start"]["dateTime"]) == SOON
    assert db.session.scalars(select(DavCopy.note)).one() == "edited"
    side.drop(event["id"], own.id)
    assert write(houses, START + 2 * HOUR)
    assert datetime.fromisoformat(side.copies()[uid]["start"]["dateTime"]) == SOON
    db.session.rollback()
    assert db.session.scalars(select(DavCopy.note)).one() == "deleted"


def test_a_calendar_of_ours_that_was_deleted_is_made_anew(side, anna, account, houses):
    book(anna, SOON)
    assert write(houses)
    del side.calendars[side.own().id]
    assert not write(houses, START + HOUR)
    for minutes in (10, 20):
        assert write(houses, START + HOUR + minutes * MINUTE)
    assert len(side.copies()) == 1
    assert row().fault is None


def test_nothing_is_written_any_more_and_what_stood_there_goes(side, anna, owner, account, houses):
    book(anna, SOON)
    assert write(houses)
    (known,) = [one["id"] for one in row().collections if not one["writable"]]
    db.session.rollback()
    choose_calendars(owner, account, Choice((known,), None, "brief"), START + HOUR)
    assert write(houses, START + HOUR)
    assert side.copies() == {}
    assert row().next_write_at is None


def test_disconnecting_takes_the_token_back_and_gives_the_time_back(side, anna, owner, account, houses):
    side.put("one", SOON, SOON + HOUR)
    book(anna, SOON + 2 * HOUR)
    look(anna, houses)
    write(houses)
    disconnect_account(owner, account, START + HOUR)
    assert db.session.scalars(select(OutsideBusy)).all() == []
    raw = str(db.session.connection().exec_driver_sql("SELECT token FROM calendar_revocation").all())
    assert not any(token in raw for token in side.refresh)
    (row_id,) = db.session.scalars(select(CalendarRevocation.id)).all()
    side.busy_for("/revoke", 503, 1)
    assert not revoke_token(row_id, houses, START + HOUR)
    assert revoke_token(row_id, houses, START + 2 * HOUR)
    assert side.refresh == set()
    assert db.session.scalars(select(CalendarRevocation)).all() == []
    assert len(side.copies()) == 1  # what stands there stays
    choose(owner, consent(owner, side, houses, START + 3 * HOUR), now=START + 3 * HOUR)
    assert write(houses, START + 3 * HOUR)
    assert len(side.copies()) == 1
    assert sum(kept.ours for kept in side.calendars.values()) == 1


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_busy_there_is_what_is_taken_here(side, anna, account, houses, seed):
    """Random edits, then a look: equal minute by minute; our own copies never among it; ten more looks change nothing."""
    luck, now = Random(seed), START
    book(anna, SOON + 40 * DAY)
    write(houses)
    for _round in range(6):
        for _edit in range(luck.randrange(1, 5)):
            edit(side, luck)
        now += HOUR
        look(anna, houses, now, agreed=True)
        assert minutes(taken()) == busy_there(side)
    write(houses, now)
    before = taken()
    for _again in range(10):
        now += HOUR
        look(anna, houses, now)
        write(houses, now)
        assert taken() == before
    assert len(side.copies()) == 1
    assert db.session.scalars(select(Appointment)).one().starts_at == SOON + 40 * DAY


def edit(side, luck):
    events = side.calendars[PRIMARY].events
    live = [name for name, event in events.items() if event["status"] != "cancelled"]
    what = luck.choice(["make", "make", "move", "drop", "day", "series", "one", "free", "copy"])
    begin = START + DAY + timedelta(minutes=15 * luck.randrange(2000))
    length = timedelta(minutes=5 * luck.randrange(1, 60))
    if what == "make" or not live:
        side.put(f"e{len(events):05}", begin, begin + length)
    elif what == "day":
        first = begin.date()
        side.put(f"d{len(events):05}", first, first + timedelta(days=luck.randrange(1, 3)))
    elif what == "copy":  # one of ours, taken into her own calendar by hand
        (uid,) = side.copies()
        side.put(f"f{len(events):05}", begin, begin + length, extendedProperties={"private": {"licensedHandsVisit": uid}})
    else:
        name = luck.choice(live)
        timed = "dateTime" in events[name]["start"]
        if what == "drop":
            side.drop(name)
        elif what == "free":
            side._store(side.calendars[PRIMARY], events[name] | {"transparency": luck.choice(["transparent", "opaque"])})
        elif what == "move" and timed and "times" not in events[name]:
            side.put(name, begin, begin + length)
        elif what == "series" and timed:
            side.repeat(name, luck.randrange(2, 6))
        elif what == "one" and events[name].get("times"):
            side.change_one(name, luck.randrange(events[name]["times"]), luck.choice([None, HOUR, -HOUR]))


def busy_there(side):
    found = set()
    kept = side.calendars[PRIMARY]
    for event in kept.events.values():
        ours = "extendedProperties" in event
        for one, begin, end in singles(event, kept.zone):
            if one["status"] != "cancelled" and one.get("transparency") != "transparent" and not ours:
                found |= set(range(to_minute(begin), to_minute(end)))
    return found


def minutes(found):
    return {minute for begin, end in found for minute in range(begin, end)}
