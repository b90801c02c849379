"""CalDAV's answers as they may come, and what is planned and noted of copies: rows that read like sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.calendars.rules.copies import OwnVisit, file_name, next_rewrite, plan_copies, what_happened
from providers.calendars.rules.dav import CALDAV, XmlRefused, ask_events, holds_events, may_write, read_entries, read_xml

NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
SPACES = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'


def entry(props):
    (found,) = read_entries(
        f"<multistatus {SPACES}><response><href>/x/</href><propstat><prop>{props}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>".encode()
    )
    return found.props


def test_only_properties_that_are_there_count():
    content = f"""<multistatus {SPACES}><response><href>/a</href>
        <propstat><prop><getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>
        <propstat><prop><displayname>no</displayname></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>
        <response><href>/b</href><status>HTTP/1.1 507 Insufficient Storage</status></response>
        <response><href>/c</href><status>nonsense</status></response></multistatus>"""
    found = read_entries(content.encode())
    assert [(one.href, one.status, one.props.word("getetag"), one.props.word("displayname")) for one in found] == [
        ("/a", 200, "1", ""), ("/b", 507, "", ""), ("/c", 0, "", ""),
    ]  # fmt: skip


def test_prefixes_do_not_matter_and_names_of_other_spaces_do():
    assert entry('<q:getetag xmlns:q="DAV:">1</q:getetag>').word("getetag") == "1"
    assert entry('<getetag xmlns="else:">1</getetag>').word("getetag") == ""


@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"<a/><b/>", b"<!DOCTYPE a><a/>", b"\xff\xfe<", b"<a>&nbsp;</a>", b"<a>\0</a>", b"<a>" * 41 + b"</a>" * 41]
)
def test_what_is_refused(content):
    with pytest.raises(XmlRefused):
        read_xml(content)


CALENDAR = "<resourcetype><collection/><c:calendar/></resourcetype>"
KINDS = {
    "a calendar": (CALENDAR, True),
    "a calendar of events and tasks": (f'{CALENDAR}<c:supported-calendar-component-set><c:comp name="VTODO"/><c:comp name="VEVENT"/></c:supported-calendar-component-set>', True),
    "a list of tasks": (f'{CALENDAR}<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>', False),
    "a calendar that does not say of what": (f"{CALENDAR}<c:supported-calendar-component-set/>", True),
    "a folder": ("<resourcetype><collection/></resourcetype>", False),
    "an inbox": ("<resourcetype><collection/><c:schedule-inbox/></resourcetype>", False),
    "nothing": ("", False),
}  # fmt: skip


@pytest.mark.parametrize("case", KINDS)
def test_what_holds_events(case):
    props, holds = KINDS[case]
    assert holds_events(entry(props)) is holds


@pytest.mark.parametrize(
    ("rights", "writes"),
    [("", True), ("<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>", False),
     ("<current-user-privilege-set><privilege><write-content/></privilege></current-user-privilege-set>", True),
     ("<current-user-privilege-set><privilege><all/></privilege></current-user-privilege-set>", True), ("<current-user-privilege-set/>", False)],
)  # fmt: skip
def test_what_may_be_written(rights, writes):
    assert may_write(entry(rights)) is writes


def test_a_question_is_well_formed_and_says_when():
    asked = read_xml(ask_events(NOW, NOW + timedelta(days=1)))
    assert asked.name == f"{CALDAV} calendar-query"
    assert b'start="20270112T170000Z" end="20270113T170000Z"' in ask_events(NOW, NOW + timedelta(days=1))


def visit(uid, content=b"x"):
    return OwnVisit(uid, content)


X, Y = visit("a").wanted, visit("a", b"y").wanted
PLANS = {
    "a new visit": ({}, [visit("a")], {"a": X}, {}),
    "a visit that stands": ({"a": X}, [visit("a")], {}, {}),
    "a visit that has changed": ({"a": X}, [visit("a", b"y")], {}, {"a": Y}),
    "a visit that was canceled": ({"a": X}, [visit("a", None)], {}, {"a": None}),
    "a visit that was canceled before it ever stood": ({}, [visit("a", None)], {}, {}),
    "a visit that is over": ({"a": X}, [], {}, {}),
    "a visit that is a colleague's now": ({"b": X}, [], {}, {"b": None}),
    "a copy that is on its way out": ({"b": None}, [], {}, {}),
    "a visit that was canceled and stands again": ({"a": None}, [visit("a")], {}, {"a": X}),
}


@pytest.mark.parametrize("case", PLANS)
def test_what_is_planned(case):
    standing, visits, new, other = PLANS[case]
    plan = plan_copies(standing, visits, {"a"})
    assert (plan.new, plan.other) == (new, other)


@pytest.mark.parametrize(
    ("known", "there", "note"),
    [('"1"', '"1"', None), ('"1"', '"2"', "edited"), ('"1"', None, "deleted"), (None, '"2"', None), (None, None, None)],
)
def test_what_somebody_did(known, there, note):
    assert what_happened(known, there) == note


def test_a_copy_that_is_always_changed_is_written_less_and_less():
    assert [(next_rewrite(NOW, times) - NOW) // timedelta(minutes=1) for times in (1, 3, 4, 5, 6, 12, 500)] == [0, 0, 5, 10, 20, 360, 360]


def test_the_name_of_a_copy_is_always_the_same_and_says_nothing():
    assert file_name("visit@licensedhands") == file_name("visit@licensedhands")
    assert "visit" not in file_name("visit@licensedhands")
    assert file_name("../../x@y").count("/") == 0
