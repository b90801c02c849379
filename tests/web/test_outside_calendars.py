"""Outside calendars at the therapist's desk, as pages and as programs use it: what keeps them busy is not offered."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.calendars.forms import TRANSPORT
from providers.calendars.jobs import lay_days_ahead, look_at_calendars
from providers.calendars.models import OutsideCalendar
from providers.registry.models import Provider
from providers.schedule.models import Claim, OutsideBusy
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.rules.calendars.texts import calendar, event
from tests.support.clocks import START
from tests.support.feeds import SmallNet, shelf
from tests.support.visits import book_visit

URL = "https://calendars.example/secret-4711.ics"
PATH = "/provider/calendars"
DAY = START + timedelta(days=2)


def busy(number, begin, minutes=60, *more):
    return event(f"UID:{number}", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", f"DURATION:PT{minutes}M", *more)


@pytest.fixture
def server():
    with shelf() as held:
        held.pages["/secret-4711.ics"] = calendar(busy(1, DAY), busy(2, DAY + timedelta(days=1)))
        yield held


@pytest.fixture
def world(app, server, program):
    app.extensions[TRANSPORT] = SmallNet(server.port)
    with app.app_context():
        client, admin = AccountFactory(), AccountFactory(role="admin")
        person_of(client)
        owner, other = (db.session.get_one(Account, bookable_provider(slug=slug).account_id) for slug in ("anna", "bob"))
        db.session.remove()
    return {"owner": owner, "client": client, "caller": program(client), "other": other, "admin": admin}


@pytest.fixture
def desk(world, program):
    return program(world["owner"])


def upload(desk, content):
    return desk.call("POST", PATH, data={"name": "File", "file": (io.BytesIO(content), "my.ics")}, content_type="multipart/form-data")


def openings(world):
    day = f"{DAY:%Y-%m-%d}"
    wish = {"service": "medical-massage", "minutes": 60, "setting": "clinic", "from_": day, "to": day}
    return world["caller"].get("/providers/anna/openings", **wish).json["openings"]


def says(server, *parts):
    server.pages["/secret-4711.ics"] = calendar(*parts)


def test_added_read_listed_and_removed(world, desk, program, server):
    before = openings(world)
    assert rfc3339(DAY) in before
    made = desk.post(PATH, {"url": URL, "name": "Private"})
    assert made.status_code == 201
    assert made.json["last_good_at"] == rfc3339(START)
    assert {key: made.json[key] for key in ("stale", "warnings", "events", "blocks", "address", "flag")} == {
        "stale": False, "warnings": [], "events": 2, "blocks": 2, "address": "calendars.example/…", "flag": None,
    }  # fmt: skip
    assert desk.get(PATH).json == {"items": [made.json], "next": None}
    assert rfc3339(DAY) not in openings(world)
    hold = world["caller"].post(
        "/holds", {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": rfc3339(DAY)}
    )
    assert (hold.status_code, hold.json["code"]) == (409, "slot_taken")
    assert desk.delete(f"{PATH}/{made.json['id']}").status_code == 204
    assert openings(world) == before
    assert desk.get(PATH).json["items"] == []


def test_a_second_look_follows_the_calendar_and_asks_only_for_what_is_new(world, desk, server, program):
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    assert desk.post(f"{PATH}/{public_id}/sync").json["blocks"] == 2
    assert "If-None-Match" in server.asked[-1][1]
    says(server, busy(1, DAY + timedelta(hours=3)), busy(2, DAY + timedelta(days=1)))
    assert desk.post(f"{PATH}/{public_id}/sync", {}).json["blocks"] == 2
    assert rfc3339(DAY) in openings(world)


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [(b"", 200, "empty"), (b"<html>Sign in</html>", 200, "web page"), (calendar(busy(1, DAY))[:-20], 200, "breaks off"), (b"x", 404, "404"), (b"x", 500, "500")],
)  # fmt: skip
def test_what_cannot_be_read_keeps_what_was_blocked_and_says_since_when(world, desk, server, program, clock, content, status, words):
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    server.pages["/secret-4711.ics"], server.status = content, status
    clock.advance(minutes=40)
    state = desk.post(f"{PATH}/{public_id}/sync").json
    assert (state["stale"], state["stale_since"], state["last_good_at"]) == (True, rfc3339(START + timedelta(minutes=40)), rfc3339(START))
    assert words in state["warnings"][0]
    assert rfc3339(DAY) not in openings(world)
    says(server, busy(1, DAY), busy(2, DAY + timedelta(days=1)))
    server.status = 200
    assert desk.post(f"{PATH}/{public_id}/sync").json["stale_since"] is None


def test_a_sudden_loss_asks_first(world, desk, server, program):
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    says(server)
    for _ in range(2):
        state = desk.post(f"{PATH}/{public_id}/sync").json
        assert (state["flag"], state["blocks"]) == ("lost_half", 2)
        assert "less than half" in state["warnings"][0]
        assert rfc3339(DAY) not in openings(world)
    state = desk.post(f"{PATH}/{public_id}/sync", {"agreed": True}).json
    assert (state["flag"], state["blocks"]) == (None, 0)
    assert rfc3339(DAY) in openings(world)


def test_an_event_that_lost_its_time_frees_nothing_unasked(world, desk, server, program):
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    says(server, event("UID:1", "DTSTART:soon"), busy(2, DAY + timedelta(days=1)))
    assert desk.post(f"{PATH}/{public_id}/sync").json["flag"] == "unplaced"
    assert rfc3339(DAY) not in openings(world)
    desk.post(f"{PATH}/{public_id}/sync", {"agreed": True})
    assert rfc3339(DAY) in openings(world)
    assert desk.post(f"{PATH}/{public_id}/sync").json["flag"] is None


def test_ten_looks_at_the_same_change_no_row(app, world, desk, server):
    says(server, busy(1, DAY), event("UID:x@licensedhands", f"DTSTART:{DAY:%Y%m%dT%H%M%SZ}", "DURATION:PT9H"))
    server.etags = False
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    with app.app_context():
        before = db.session.execute(select(Claim.id, Claim.live)).all(), db.session.execute(select(OutsideBusy.id)).all()
    for _ in range(10):
        desk.post(f"{PATH}/{public_id}/sync")
    with app.app_context():
        assert (db.session.execute(select(Claim.id, Claim.live)).all(), db.session.execute(select(OutsideBusy.id)).all()) == before


def test_the_job_looks_by_itself_and_backs_off(app, world, desk, server, clock):
    desk.post(PATH, {"url": URL, "name": "Private"})
    with app.app_context():
        assert look_at_calendars(START + timedelta(minutes=29)) == 0
        assert look_at_calendars(START + timedelta(minutes=30)) == 1
        server.status = 503
        server.etags = False
        at, waits = START + timedelta(hours=1), []
        for _ in range(9):
            assert look_at_calendars(at) == 0
            db.session.rollback()
            due = db.session.scalar(select(OutsideCalendar.next_sync_at))
            waits.append((due - at) // timedelta(minutes=1))
            at = due
        assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
        assert lay_days_ahead(at) == 1


def test_a_visit_in_the_way_stays_and_asks_for_a_person(app, world, desk, server, program, visitor):
    with app.app_context():
        provider = db.session.scalar(select(Provider).where(Provider.slug == "anna"))
        person = person_of(db.session.get_one(Account, world["client"].id))
        made = book_visit(provider, person, DAY, START)
        visit = made.booked.appointment.public_id
    desk.post(PATH, {"url": URL, "name": "Private"})
    assert desk.get(f"/appointments/{visit}").json["attention"] == ["outside_clash"]
    assert world["caller"].get(f"/appointments/{visit}").json["status"] == "confirmed"
    (row,) = program(world["admin"]).get("/admin/attention").json["items"]
    assert (row["id"], row["attention"]) == (visit, ["outside_clash"])
    assert "outside calendar" in visitor(world["admin"]).open("/admin/attention").text
    assert "outside calendar" in visitor(world["owner"]).open("/provider").text
    says(server, busy(2, DAY + timedelta(days=1)))
    desk.post(f"{PATH}/{desk.get(PATH).json['items'][0]['id']}/sync")
    assert desk.get(f"/appointments/{visit}").json["attention"] == []


def test_a_name_is_one_line_wherever_it_will_stand(world, desk, program, server):
    made = desk.post(PATH, {"url": URL, "name": " My\r\nBcc: all@example.org\tcalendar "})
    assert made.json["name"] == "My Bcc: all@example.org calendar"


@pytest.mark.parametrize(
    "url",
    ["http://calendars.example/x.ics", "https://127.0.0.1/x.ics", "https://[::1]/x", "https://169.254.169.254/latest", "https://calendars.example:8080/x", "ftp://calendars.example/x"],
)  # fmt: skip
def test_addresses_that_are_never_asked(app, world, desk, server, url):
    app.extensions[TRANSPORT].names = {"127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "169.254.169.254": ["169.254.169.254"]}
    answer = desk.post(PATH, {"url": url, "name": "Private"})
    assert (answer.status_code, answer.json["code"], answer.json["errors"][0]["field"]) == (422, "bad_address", "url")
    assert server.asked == []


def test_the_same_address_twice_and_too_many(world, desk, server):
    assert desk.post(PATH, {"url": URL, "name": "One"}).status_code == 201
    assert desk.post(PATH, {"url": URL, "name": "Two"}).json["code"] == "calendar_known"
    for number in range(9):
        assert desk.post(PATH, {"url": f"{URL}?{number}", "name": "More"}).status_code == 201
    assert desk.post(PATH, {"url": f"{URL}?x", "name": "More"}).json["code"] == "too_many_calendars"


def test_the_address_is_sealed_and_in_no_answer_and_no_audit(app, world, desk, visitor):
    answer = desk.post(PATH, {"url": URL, "name": "Private"})
    assert "4711" not in answer.text
    assert "4711" not in visitor(world["owner"]).open(PATH).text
    with app.app_context():
        stored = db.session.execute(text("select address, address_hash from outside_calendar")).one()
        assert "4711" not in "".join(stored)
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "calendar")).all()
        assert [entry.verb for entry in entries] == ["calendar_added", "calendar_read"]
        assert all("4711" not in str(entry.details) for entry in entries)


def test_another_therapist_sees_nothing_of_it(world, desk, program):
    public_id = desk.post(PATH, {"url": URL, "name": "Private"}).json["id"]
    other = program(world["other"])
    assert other.get(PATH).json["items"] == []
    assert other.post(f"{PATH}/{public_id}/sync").status_code == 404
    assert other.delete(f"{PATH}/{public_id}").status_code == 404


def test_a_place_of_an_event_counts_when_asked_for(app, world, desk, server):
    says(server, busy(1, DAY, 60, "LOCATION:120 E 56th St\\, New York\\, NY 10022"), busy(2, DAY + timedelta(days=1), 60, "LOCATION:Zoom"))
    desk.post(PATH, {"url": URL, "name": "Private", "places": True})
    with app.app_context():
        assert db.session.scalars(select(Claim.zip).where(Claim.kind == "outside", Claim.live).order_by(Claim.begin_minute)).all() == [
            "10022",
            None,
        ]


def test_a_file_as_programs_send_it(world, desk, program):
    content = calendar(busy(1, DAY))
    made = upload(desk, content)
    assert (made.status_code, made.json["kind"], made.json["blocks"]) == (201, "file", 1)
    assert rfc3339(DAY) not in openings(world)
    assert desk.post(f"{PATH}/{made.json['id']}/sync").json["code"] == "not_a_link"
    bad = upload(desk, b"<html>")
    assert (bad.status_code, bad.json["code"]) == (422, "unreadable_calendar")


def test_the_page_without_a_script(world, visitor, server, program):
    person = visitor(world["owner"])
    assert "No calendar is added yet." in person.open(PATH).text
    page = person.submit(at=PATH, how="link", name="Private", url="https://calendars.example:99/x")
    assert "ports 80 and 443" in page.text
    person.open(PATH)
    page = person.submit(at=PATH, how="link", name="Private", url=URL)
    assert "Its busy times are blocked." in page.text
    assert "2 busy times ahead." in page.text
    says(server)
    page = person.submit(at="/sync")
    assert "Is this right?" in page.text
    person.submit(at="/remove")
    assert rfc3339(DAY) in openings(world)


@pytest.mark.parametrize(
    "body", [{}, {"url": URL}, {"name": "Private"}, {"url": 1, "name": "Private"}, {"url": URL, "name": ""}, {"url": URL, "name": "x" * 81}]
)
def test_what_is_missing_is_named(world, desk, server, body):
    answer = desk.post(PATH, body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert {error["field"] for error in answer.json["errors"]} <= {"url", "name"}
    assert desk.post(PATH, {"url": URL, "name": "Private", "surprise": 1}).json["code"] == "unknown_field"
    nothing = desk.call("POST", PATH, data={"name": "File"}, content_type="multipart/form-data")
    assert (nothing.status_code, nothing.json["errors"][0]["field"]) == (422, "file")
    assert desk.call("POST", PATH, data={"file": (io.BytesIO(b"x"), "x.ics")}, content_type="multipart/form-data").status_code == 422
    assert server.asked == []
