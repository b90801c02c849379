"""CalDAV servers that lie, dawdle, lead elsewhere or hold back: nothing opens time, nothing is asked inside, no password goes astray."""

from datetime import timedelta
from threading import Event
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import to_minute
from providers.calendars import dav_port, feed_port
from providers.calendars.actions.connect import Choice, NewAccount, choose_calendars, connect_account
from providers.calendars.actions.sync import Looking, sync_calendar
from providers.calendars.actions.write import Writing, write_visits
from providers.calendars.feed_port import Feeds, same_house
from providers.calendars.models import DavAccount, DavCopy, OutsideCalendar
from providers.calendars.queries import list_calendars
from providers.calendars.reader_port import read_file
from providers.registry.rules import Owner
from providers.schedule.models import OutsideBusy
from tests.factories import PersonFactory, bookable_provider
from tests.rules.calendars.texts import calendar, event
from tests.support.caldav import scripted
from tests.support.clocks import START
from tests.support.visits import BASE_URL, book_visit

FEEDS = Feeds(("127.0.0.1",))
WRITING = Writing(FEEDS, BASE_URL, BASE_URL, "test")
HOUR = timedelta(hours=1)
SOON = START + timedelta(days=3)
XML = {"Content-Type": "application/xml"}


def multistatus(*responses):
    spaces = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
    return 207, XML, f'<?xml version="1.0"?><multistatus {spaces}>{"".join(responses)}</multistatus>'.encode()


def response(href, props, status="HTTP/1.1 200 OK"):
    return f"<response><href>{href}</href><propstat><prop>{props}</prop><status>{status}</status></propstat></response>"


HOME = response("/", "<resourcetype><collection/></resourcetype><c:calendar-home-set><href>/home/</href></c:calendar-home-set>")
ONE = response("/home/one/", "<resourcetype><collection/><c:calendar/></resourcetype><displayname>One</displayname>")
GOOD = calendar(event("UID:a", f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}", "DURATION:PT1H")).decode()
WHOLE = multistatus(response("/home/one/a.ics", f"<getetag>1</getetag><c:calendar-data>{escape(GOOD)}</c:calendar-data>"))


class Server:
    """A small CalDAV server, polite until a test says otherwise: `says` maps a method to what is answered."""

    def __init__(self):
        self.says = {}
        self.there = {}
        self.count = 0

    def __call__(self, method, path, headers, body):
        self.count += 1
        said = self.says.get(method)
        if said is not None:
            return said(path, headers, body) if callable(said) else said
        if method == "PROPFIND":
            return self.find(path, headers, body)
        if method == "REPORT":
            return WHOLE
        if method == "PUT":
            return self.put(path, headers, body)
        self.there.pop(path, None)
        return 204, {}, b""

    def find(self, path, headers, body):
        if b"getetag" in body and path != "/home/one":
            found = {at: mark for at, (mark, _content) in self.there.items() if at == path or headers["depth"] == "1"}
            return (
                multistatus(*(response(at, f"<getetag>{mark}</getetag>") for at, mark in found.items()))
                if found or path.endswith("/")
                else (404, {}, b"")
            )
        if path == "/home/" and headers["depth"] == "1":
            return multistatus(response("/home/", "<resourcetype><collection/></resourcetype>"), ONE)
        if b"getctag" in body:
            return multistatus(response(path, f"<s:getctag>{self.count}</s:getctag>"))
        return multistatus(HOME)

    def put(self, path, headers, body):
        known = self.there.get(path)
        if ("if-none-match" in headers and known) or ("if-match" in headers and (known is None or headers["if-match"] != known[0])):
            return 412, {}, b""
        mark = f'"{self.count}"'
        self.there[path] = mark, body
        return 201, {"ETag": mark}, b""


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def running(server):
    with scripted(server) as held:
        yield held


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


@pytest.fixture
def owner(anna):
    return Owner(anna.account_id, "Anna", "account:anna")


@pytest.fixture
def account(running, owner):
    """An account whose one calendar is read and written, and was read well once."""
    public_id = connect_account(owner, NewAccount(running.url, "anna", "word-of-anna"), FEEDS, START)
    calendars = db.session.scalars(select(DavAccount.collections)).one()
    db.session.rollback()
    choose_calendars(owner, public_id, Choice((calendars[0]["id"],), calendars[0]["id"], "brief"), START)
    return public_id


def look(anna, now=START):
    db.session.rollback()
    (one,) = list_calendars(db.session(), anna.id)
    return sync_calendar(anna.id, one.public_id, Looking(FEEDS, read_file), "test", now)


def write(now=START):
    db.session.rollback()
    (row_id,) = db.session.scalars(select(DavAccount.id)).all()
    db.session.rollback()
    return write_visits(row_id, WRITING, now)


def taken():
    db.session.rollback()
    return db.session.execute(select(OutsideBusy.begin_minute, OutsideBusy.end_minute).order_by(OutsideBusy.begin_minute)).all()[:-1]


def row():
    db.session.rollback()
    return db.session.scalars(select(DavAccount).execution_options(populate_existing=True)).one()


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><multistatus xmlns="DAV:">&a;</multistatus>'
BAD = {
    "wrong XML": (207, XML, b"<multistatus xmlns='DAV:'><response>"),
    "a thousand laughs": (207, XML, LAUGHS),
    "a file of ours": (207, XML, OUTSIDE),
    "a document type alone": (207, XML, b'<!DOCTYPE multistatus><multistatus xmlns="DAV:"/>'),
    "no XML": (207, XML, b"hello"),
    "nothing": (207, XML, b""),
    "another document": (207, XML, b'<html xmlns="DAV:"/>'),
    "very deep": (207, XML, b"<a>" * 100 + b"</a>" * 100),
    "very many": (207, XML, b'<multistatus xmlns="DAV:">' + b"<a/>" * 400_000 + b"</multistatus>"),
    "an unknown encoding": (207, XML, b'<?xml version="1.0" encoding="klingon"?><multistatus xmlns="DAV:"/>'),
    "200 and a page": (200, {}, b"<html>Sign in</html>"),
    "too large": (207, XML, b" " * (5 * 1024 * 1024 + 1)),
    "only a part": multistatus(response("/home/one/a.ics", f"<c:calendar-data>{escape(GOOD)}</c:calendar-data>"), "<response><href>/home/one/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"),
    "an object without its content": multistatus(response("/home/one/a.ics", "<c:calendar-data/>", "HTTP/1.1 404 Not Found")),
    "an error": (500, {}, b""),
    "too early": (503, {"Retry-After": "1"}, b""),
    "not there": (404, {}, b""),
    "elsewhere, inside": (302, {"Location": "http://10.0.0.1/"}, b""),
    "elsewhere, another house": (307, {"Location": "https://calendars.example/"}, b""),
    "elsewhere, no address": (302, {"Location": "http://[::"}, b""),
    "round and round": (302, {"Location": "/home/one/"}, b""),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_a_server_says_wrongly_opens_no_time_and_says_since_when(anna, account, server, running, case):
    assert look(anna)
    before = taken()
    assert before == [(to_minute(SOON), to_minute(SOON) + 60)]
    server.says["REPORT"] = BAD[case]
    assert look(anna, START + HOUR) is False
    assert taken() == before
    stale = db.session.scalars(select(OutsideCalendar).execution_options(populate_existing=True)).one()
    assert stale.stale_since == START + HOUR
    assert "word-of-anna" not in (stale.fault or "")
    del server.says["REPORT"]
    assert look(anna, START + 2 * HOUR)


def test_events_that_are_gone_all_at_once_ask_first(anna, account, server):
    look(anna)
    server.says["REPORT"] = multistatus()
    assert look(anna, START + HOUR)
    assert taken() == [(to_minute(SOON), to_minute(SOON) + 60)]
    assert db.session.scalars(select(OutsideCalendar.flag)).one() == "lost_half"


@pytest.mark.parametrize("case", [case for case in BAD if case not in ("only a part", "an object without its content")])
def test_discovery_refuses_in_words(owner, server, running, case):
    server.says["PROPFIND"] = BAD[case]
    with pytest.raises(Refused) as refusal:
        connect_account(owner, NewAccount(running.url, "anna", "word-of-anna"), FEEDS, START)
    assert refusal.value.code in ("no_caldav", "bad_address")
    assert server.count <= 12


HREFS = (
    "http://10.0.0.1/home/",
    "https://calendars.example/home/",
    "//calendars.example/home/",
    "http://127.0.0.1:1/home/",
    "http://[::",
    "file:///etc/",
    "http://anna:x@127.0.0.1/",
)


@pytest.mark.parametrize("href", HREFS)
def test_a_home_at_another_server_does_not_get_the_password(owner, server, running, href):
    server.says["PROPFIND"] = multistatus(response("/", f"<c:calendar-home-set><href>{href}</href></c:calendar-home-set>"))
    with pytest.raises(Refused) as refusal:
        connect_account(owner, NewAccount(running.url, "anna", "word-of-anna"), FEEDS, START)
    assert refusal.value.code in ("no_caldav", "bad_address")
    assert {path for _method, path, _headers in running.asked} == {"/.well-known/caldav"}


HOUSES = (
    ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/", True), ("https://dav.example/", "https://dav.example:443/x", True),
    ("https://dav.example/", "https://other.example/", False), ("https://dav.example/", "http://dav.example/", False),
    ("https://dav.example/", "https://dav.example:8443/", False), ("https://caldav.icloud.com/", "https://icloud.com.example/", False),
    ("https://caldav.icloud.com/", "https://evilicloud.com/", False), ("https://caldav.icloud.com/", "http://p1.icloud.com:443/", False),
    ("https://a.co.uk/", "https://b.co.uk/", False), ("https://dav.example/", "", False),
)  # fmt: skip


@pytest.mark.parametrize(("one", "other", "same"), HOUSES)
def test_who_may_get_the_password(one, other, same):
    assert same_house(one, other) is same


def test_a_server_that_drips_is_left(anna, account, server, monkeypatch):
    look(anna)
    before = taken()
    done = Event()

    def drip(_path, _headers, _body):
        done.wait(20)
        return WHOLE

    server.says["REPORT"] = drip
    monkeypatch.setattr(dav_port, "TOTAL_SECONDS", 0.3)
    try:
        assert look(anna, START + HOUR) is False
    finally:
        done.set()
    assert taken() == before
    assert db.session.scalars(select(OutsideCalendar.fault)).one() == feed_port.TOO_SLOW


def book(anna, hours=0):
    return book_visit(anna, PersonFactory(name="Priya Natarajan"), SOON + hours * HOUR, START).booked.appointment.uid


@pytest.mark.parametrize(("status", "words"), [(507, "no room"), (403, "not allow"), (500, "500"), (404, "does not know"), (302, "moved")])
def test_a_visit_that_cannot_be_written_waits_longer_and_longer(anna, account, server, status, words):
    book(anna)
    server.says["PUT"] = status, {"Location": "/elsewhere"}, b""
    at, waits = START, []
    for _ in range(4):
        assert write(at) is False
        assert words in row().fault
        waits.append((row().next_write_at - at) // timedelta(minutes=1))
        at = row().next_write_at
    assert waits == [5, 10, 20, 30]
    del server.says["PUT"]
    assert write(at + HOUR)
    assert (len(server.there), row().fault, row().failures) == (1, None, 0)


def test_a_refused_password_while_writing_is_told_and_tried_seldom(anna, account, server):
    book(anna)
    server.says["PUT"] = 401, {}, b""
    assert write() is False
    assert (row().lost_at, row().next_write_at) == (START, START + timedelta(hours=6))
    asked = server.count
    write(START + HOUR)
    assert server.count == asked
    del server.says["PUT"]
    assert write(START + 6 * HOUR)
    assert (row().lost_at, len(server.there)) == (None, 1)


def test_one_visit_that_is_refused_costs_the_others_nothing(anna, account, server):
    first, second = book(anna), book(anna, 2)
    refused = []

    def moody(path, headers, body):
        if first.encode() in body:
            refused.append(path)
            return 403, {}, b""
        return server.put(path, headers, body)

    server.says["PUT"] = moody
    assert write() is False
    assert [second.encode() in content for _mark, content in server.there.values()] == [True]
    assert len(refused) == 1


def test_a_mark_that_always_changes_is_written_to_less_and_less(anna, account, server):
    book(anna)
    write()
    (path,) = server.there
    writes = []
    server.says["PUT"] = lambda *asked: writes.append(at) or server.put(*asked)
    at = START
    for _ in range(96):  # two days of half hours
        at += timedelta(minutes=30)
        server.there[path] = f'"changed {at}"', b""
        write(at)
    assert len(writes) < 60
    assert db.session.scalars(select(DavCopy.note)).all() == ["edited"]


def test_somebody_else_got_there_first(anna, account, server):
    """412 again and again: asked twice, then left for later."""
    book(anna)
    server.says["PUT"] = 412, {}, b""
    asked = server.count
    assert write() is False
    assert server.count - asked <= 6
    assert db.session.scalars(select(DavCopy.failures)).all() == [1]


def test_a_server_without_marks_is_read_whole_each_time_and_changes_no_row(anna, account, server):
    look(anna)
    rows = db.session.execute(select(OutsideBusy.id)).all()
    server.says["PROPFIND"] = multistatus(response("/home/one/", ""))
    for again in range(1, 4):
        assert look(anna, START + again * HOUR)
    assert db.session.execute(select(OutsideBusy.id)).all() == rows
