"""Two calendars that follow each other, with a real CalDAV server at the other side: what is busy there is not offered, what is booked stands there."""

from datetime import UTC, timedelta
from random import Random

import pytest
from icalendar import Calendar
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment
from booking.calendars.rules import ENDED
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refusal, Refused
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.calendars.actions import write as verb
from providers.calendars.actions.connect import Choice, NewAccount, choose_calendars, connect_account, disconnect_account, renew_login
from providers.calendars.actions.sync import Looking, sync_calendar
from providers.calendars.actions.write import Writing, write_visits
from providers.calendars.feed_port import Feeds
from providers.calendars.models import DavAccount, DavCopy, OutsideCalendar
from providers.calendars.queries import due_accounts, list_calendars
from providers.calendars.reader_port import read_file
from providers.calendars.rules.copies import file_name
from providers.registry.rules import Owner
from providers.schedule.models import Claim, OutsideBusy, ScheduleRule
from tests.factories import PersonFactory, WeeklyHoursFactory, bookable_provider
from tests.rules.calendars.texts import calendar, event
from tests.support.caldav import PASSWORD, USER, radicale
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

FEEDS = Feeds(("127.0.0.1",))
DESK = f"{BASE_URL}/provider/calendars"
WRITING = Writing(FEEDS, BASE_URL, DESK, "test")
LOOKING = Looking(FEEDS, read_file, DESK)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = START + 3 * DAY


@pytest.fixture
def side(tmp_path):
    with radicale(tmp_path) as running:
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
def account(side, owner):
    """Anna's account; its one calendar is read and written."""
    public_id = connect_account(owner, NewAccount(side.url, USER, PASSWORD), FEEDS, START)
    known = db.session.scalars(select(DavAccount.collections)).one()
    db.session.rollback()
    choose_calendars(owner, public_id, Choice((known[0]["id"],), known[0]["id"], "brief"), START)
    return public_id


def busy(uid, begin, minutes=60, *more):
    return calendar(event(f"UID:{uid}", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", f"DURATION:PT{minutes}M", "DTSTAMP:20270101T000000Z", *more))


def look(anna, now=START):
    db.session.rollback()
    for one in list_calendars(db.session(), anna.id):
        assert sync_calendar(anna.id, one.public_id, LOOKING, "test", now)


def write(now=START):
    db.session.rollback()
    (row_id,) = db.session.scalars(select(DavAccount.id)).all()
    db.session.rollback()
    return write_visits(row_id, WRITING, now)


def taken():
    db.session.rollback()
    return db.session.execute(select(OutsideBusy.begin_minute, OutsideBusy.end_minute).order_by(OutsideBusy.begin_minute)).all()[:-1]


def copies(side):
    """The visits that stand at the other side, by UID: when, how they are called, whether they stand."""
    found = [only(content) for name, content in side.objects().items() if name.startswith("lh-")]
    return {
        str(one["uid"]): (*(one[name].dt.astimezone(UTC) for name in ("dtstart", "dtend")), one["summary"], one["status"]) for one in found
    }


def only(content):
    (found,) = Calendar.from_ical(content).events
    return found


def stands(visit):
    return (visit.starts_at, visit.ends_at, "Visit: Priya", "CONFIRMED")


def book(anna, begin, now=START):
    return visit_of(book_visit(anna, PersonFactory(name="Priya Natarajan"), begin, now))


def test_calendars_are_found_and_nothing_is_shown_of_the_password(side, owner, account):
    row = db.session.scalars(select(DavAccount)).one()
    assert [(one["name"], one["writable"]) for one in row.collections] == [("anna/private", True)]
    raw = db.session.connection().exec_driver_sql("SELECT password, user_name, server, collections FROM dav_account").one()
    assert not any(word in str(raw) for word in (PASSWORD, USER, "127.0.0.1"))


def test_a_wrong_password_an_unknown_server_and_twice_the_same(side, owner, account):
    with pytest.raises(Refused) as refusal:
        connect_account(owner, NewAccount(side.url, USER, "wrong"), FEEDS, START)
    assert (refusal.value.code, refusal.value.faults[0].field) == ("bad_login", "password")
    with pytest.raises(Refused) as refusal:
        connect_account(owner, NewAccount("http://127.0.0.1:1/", USER, PASSWORD), FEEDS, START)
    assert refusal.value.code == "no_caldav"
    with pytest.raises(Refused) as refusal:
        connect_account(owner, NewAccount(side.url, USER, PASSWORD), Feeds(), START)
    assert refusal.value.code == "bad_address"
    with pytest.raises(Conflict):
        connect_account(owner, NewAccount(side.url, USER, PASSWORD), FEEDS, START)


def test_what_is_busy_there_is_taken_here_and_given_back(side, anna, account):
    side.put("one.ics", busy("one", SOON))
    side.put("two.ics", busy("two", SOON + 3 * HOUR, 30, "RRULE:FREQ=DAILY;COUNT=3"))
    side.put("free.ics", busy("free", SOON + 5 * HOUR, 60, "TRANSP:TRANSPARENT"))
    look(anna)
    series = [to_minute(SOON + 3 * HOUR + day * DAY) for day in range(3)]
    assert taken() == sorted([(to_minute(SOON), to_minute(SOON) + 60), *((begin, begin + 30) for begin in series)])
    with pytest.raises(Refusal):
        book(anna, SOON)
    side.delete("one.ics")
    look(anna, START + HOUR)
    assert len(taken()) == 3
    book(anna, SOON)


def test_a_visit_stands_there_moves_and_goes(side, anna, account):
    visit = book(anna, SOON)
    assert write()
    assert copies(side) == {visit.uid: stands(visit)}
    (content,) = side.objects().values()
    assert b"METHOD" not in content
    assert not any(word in content for word in (b"Natarajan", b"assage", b"Street"))
    move(visit.public_id, SOON + 2 * HOUR, CLIENT, BASE_URL, START + HOUR)
    assert write(START + HOUR)
    db.session.expire_all()
    assert copies(side) == {visit.uid: stands(visit)}
    assert visit.starts_at == SOON + 2 * HOUR
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START + 2 * HOUR)
    assert write(START + 2 * HOUR)
    assert (copies(side), db.session.scalars(select(DavCopy)).all()) == ({}, [])


def test_own_visits_never_come_back_as_busy_ten_times_over(side, anna, account):
    book(anna, SOON)
    side.put("one.ics", busy("one", SOON + 4 * HOUR))
    write()
    look(anna)
    rows = select(Claim.id, Claim.live, Claim.kind), select(OutsideBusy.id), select(DavCopy.id, DavCopy.etag, DavCopy.written, DavCopy.note)
    before = [db.session.execute(one).all() for one in rows]
    assert len(taken()) == 1
    for again in range(10):
        look(anna, START + again * HOUR)
        assert write(START + again * HOUR)
    db.session.rollback()
    assert [db.session.execute(one).all() for one in rows] == before


def test_an_edit_or_a_deletion_there_changes_no_visit_and_is_noted_and_undone(side, anna, account):
    visit, other = book(anna, SOON), book(anna, SOON + 3 * HOUR)
    write()
    name = file_name(visit.uid)
    side.put(name, side.objects()[name].replace(b"Priya", b"Nobody").replace(f"{SOON:%d}T12".encode(), f"{SOON:%d}T13".encode()))
    side.delete(file_name(other.uid))
    assert copies(side) != {visit.uid: stands(visit), other.uid: stands(other)}
    assert write(START + HOUR)
    db.session.expire_all()
    assert copies(side) == {one.uid: stands(one) for one in (visit, other)}
    assert visit.starts_at == SOON
    notes = dict(db.session.execute(select(DavCopy.uid, DavCopy.note)).all())
    assert notes == {visit.uid: "edited", other.uid: "deleted"}


@pytest.mark.parametrize("lost", ["before the call", "after the call"])
def test_a_crash_leaves_nothing_lost_and_nothing_doubled(side, anna, account, monkeypatch, lost):
    visit = book(anna, SOON)

    class Crash(BaseException):
        pass

    real = verb._write

    def crash(dav, copy):
        if lost == "after the call":
            real(dav, copy)
        raise Crash

    monkeypatch.setattr(verb, "_write", crash)
    with pytest.raises(Crash):
        write(START + timedelta(minutes=1))
    monkeypatch.setattr(verb, "_write", real)
    assert db.session.scalars(select(DavCopy.written)).all() == [None]
    assert due_accounts(db.session(), START + timedelta(seconds=119)) == []
    assert len(due_accounts(db.session(), START + timedelta(seconds=120))) == 1
    assert write(START + HOUR)
    assert copies(side) == {visit.uid: stands(visit)}
    assert len(side.objects()) == 1
    assert write(START + 2 * HOUR)
    assert db.session.scalars(select(DavCopy.note)).all() == [None]


def test_another_calendar_or_none_takes_the_copies_away(side, anna, owner, account):
    visit = book(anna, SOON)
    write()
    side.make("/anna/work/")
    renew_login(owner, account, PASSWORD, FEEDS, START)
    known = {one["name"]: one["id"] for one in db.session.scalars(select(DavAccount.collections)).one()}
    db.session.rollback()
    choose_calendars(owner, account, Choice((), known["anna/work"], "full"), START + HOUR)
    assert write(START + HOUR)
    assert copies(side) == {}
    assert [only(content)["summary"] for content in side.objects("/anna/work/").values()] == ["Visit: Priya N."]
    choose_calendars(owner, account, Choice((), None, "full"), START + 2 * HOUR)
    assert write(START + 2 * HOUR)
    assert side.objects("/anna/work/") == {}
    assert db.session.scalars(select(DavAccount.next_write_at)).one() is None
    assert visit.status == "confirmed"


def test_a_lost_password_is_told_once_and_a_new_one_goes_on(side, anna, owner, account, tmp_path):
    side.put("one.ics", busy("one", SOON))
    look(anna)
    (tmp_path / "users").write_text(f"{USER}:another\n")
    for hour in (1, 2, 8):
        db.session.rollback()
        (one,) = list_calendars(db.session(), anna.id)
        assert sync_calendar(anna.id, one.public_id, LOOKING, "test", START + hour * HOUR) is False
        write(START + hour * HOUR)
    db.session.rollback()
    (letter,) = db.session.scalars(select(Letter).where(Letter.kind == "calendar_login_lost")).all()
    assert letter.facts["link"] == DESK
    assert DESK in str(render_letter(letter.kind, letter.facts))
    stale = db.session.scalars(select(OutsideCalendar)).one()
    assert (stale.stale_since, stale.next_sync_at) == (START + HOUR, START + 14 * HOUR)
    assert taken() == [(to_minute(SOON), to_minute(SOON) + 60)]
    renew_login(owner, account, "another", FEEDS, START + 9 * HOUR)
    look(anna, START + 9 * HOUR)
    assert write(START + 9 * HOUR)
    row = db.session.scalars(select(DavAccount).execution_options(populate_existing=True)).one()
    assert (row.lost_at, row.fault, row.failures) == (None, None, 0)


def test_disconnecting_wipes_all_and_gives_the_time_back(side, anna, owner, account):
    side.put("one.ics", busy("one", SOON))
    book(anna, SOON + 3 * HOUR)
    look(anna)
    write()
    disconnect_account(owner, account, START + HOUR)
    for table in ("dav_account", "dav_source", "dav_copy", "outside_calendar", "outside_busy"):
        assert db.session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    book(anna, SOON)
    with pytest.raises(NotFound):
        disconnect_account(owner, account, START + HOUR)


def test_the_job_is_due_when_a_visit_changes_and_every_half_hour(side, anna, account):
    write()
    at = START + timedelta(minutes=10)
    assert due_accounts(db.session(), at) == []
    db.session.rollback()
    book(anna, SOON, at)
    assert len(due_accounts(db.session(), at)) == 1
    db.session.rollback()
    write(at + timedelta(minutes=1))
    assert due_accounts(db.session(), at + timedelta(minutes=30)) == []
    assert len(due_accounts(db.session(), at + timedelta(minutes=31))) == 1


def by_hand(random, side, mine):
    """One edit at the other side: an event more, less or elsewhere; sometimes a copy is spoiled or taken away."""
    objects = side.objects()
    ours = sorted(name for name in objects if name.startswith("lh-"))
    kind = random.randrange(5)
    if kind < 3 or not ours:
        name = f"{random.randrange(6)}.ics"
        if kind == 0 and name in mine:
            side.delete(name)
            del mine[name]
        else:
            begin = SOON + DAY * random.randrange(4) + timedelta(minutes=15) * random.randrange(24)
            side.put(name, busy(name, begin, 45))
            mine[name] = (to_minute(begin), to_minute(begin) + 45)
    elif kind == 3:
        name = random.choice(ours)
        side.put(name, objects[name].replace(b"Priya", b"Spoiled"))
    else:
        side.delete(random.choice(ours))


def at_the_desk(random, anna, now):
    """One edit here."""
    visits = db.session.scalars(select(Appointment).where(Appointment.status == "confirmed").order_by(Appointment.id)).all()
    begin = SOON + DAY * random.randrange(4) + timedelta(minutes=15) * random.randrange(24)
    kind = random.randrange(4)
    try:
        if kind < 2 or not visits:
            book(anna, begin, now)
        elif kind == 2:
            move(random.choice(visits).public_id, begin, CLIENT, BASE_URL, now)
        else:
            cancel(random.choice(visits).public_id, Cancelling(), CLIENT, BASE_URL, now)
    except Refusal:
        db.session.rollback()


def covered(spans):
    return {minute for begin, end in spans for minute in range(begin, end)}


def test_a_hundred_edits_at_both_sides_converge(side, anna, account):
    for weekday in range(7):
        WeeklyHoursFactory(provider=anna, weekday=weekday, opens_minute=0, closes_minute=1440)
    db.session.commit()
    random, mine, now = Random(7), {}, START
    for number in range(100):
        (by_hand(random, side, mine) if random.random() < 0.5 else at_the_desk(random, anna, now))
        now += timedelta(minutes=2)
        if number % 10 < 9 and random.random() < 0.8:
            continue
        look(anna, now)
        now += HOUR  # whatever has been put off is tried again
        write(now)
        look(anna, now)
        db.session.expire_all()
        visits = db.session.scalars(select(Appointment)).all()
        here = {one.uid: stands(one) for one in visits if one.status not in ENDED and one.ends_at > now - DAY}
        assert {uid: facts for uid, facts in copies(side).items() if uid in here} == here
        assert not any(one.uid in copies(side) for one in visits if one.status in ENDED)
        low = to_minute(now)
        assert {minute for minute in covered(taken()) if minute > low} == {minute for minute in covered(mine.values()) if minute > low}
    assert sum(one.status not in ENDED for one in visits) > 2
    before = db.session.execute(select(DavCopy.id, DavCopy.etag)).all(), db.session.execute(select(Claim.id, Claim.live)).all()
    look(anna, now)
    write(now)
    assert (db.session.execute(select(DavCopy.id, DavCopy.etag)).all(), db.session.execute(select(Claim.id, Claim.live)).all()) == before
