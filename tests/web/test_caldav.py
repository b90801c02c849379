"""CalDAV accounts at the desk, as pages and as programs use them: the password goes in and never comes out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from providers.calendars.jobs import look_at_calendars, write_into_calendars
from providers.calendars.models import DavAccount
from tests.factories import AccountFactory, DavAccountFactory, bookable_provider, person_of
from tests.rules.calendars.texts import calendar, event
from tests.support.caldav import PASSWORD, USER, radicale
from tests.support.clocks import START
from tests.support.visits import book_visit

PATH = "/provider/calendars/accounts"
SOON = START + timedelta(days=2)


@pytest.fixture
def environment(environment):
    return {**environment, "FEED_ALLOW_HOSTS": "127.0.0.1"}


@pytest.fixture
def side(tmp_path):
    with radicale(tmp_path) as running:
        yield running


@pytest.fixture
def owner(app):
    with app.app_context():
        provider = bookable_provider(slug="anna")
        book_visit(provider, person_of(AccountFactory(name="Priya Natarajan")), SOON, START)
        return db.session.get_one(Account, provider.account_id)


@pytest.fixture
def desk(owner, program):
    return program(owner)


def connect(desk, side, **other):
    return desk.post(PATH, {"server": side.url, "user_name": USER, "password": PASSWORD} | other)


def test_connected_chosen_read_written_and_disconnected(app, desk, side):
    made = connect(desk, side)
    assert made.status_code == 201
    (known,) = made.json["calendars"]
    assert (known["name"], known["writable"], known["read"], known["write"]) == ("anna/private", True, False, False)
    assert made.json["server"] == "127.0.0.1/…"
    assert desk.get(PATH).json == {"items": [made.json], "next": None}
    side.put(
        "one.ics",
        calendar(event("UID:one", f"DTSTART:{SOON + timedelta(hours=3):%Y%m%dT%H%M%SZ}", "DURATION:PT1H", "DTSTAMP:20270101T000000Z")),
    )
    chosen = desk.call("PUT", f"{PATH}/{made.json['id']}", json={"read": [known["id"]], "write": known["id"], "detail": "busy"})
    assert chosen.json["calendars"][0]["read"] is chosen.json["calendars"][0]["write"] is True
    with app.app_context():
        assert look_at_calendars(START) == 1
        assert write_into_calendars(START + timedelta(minutes=1)) == 1
        assert write_into_calendars(START + timedelta(minutes=2)) == 0
    assert desk.get("/provider/calendars").json["items"][0]["blocks"] == 2  # and what comes after all that is known
    (copy,) = (content for name, content in side.objects().items() if name.startswith("lh-"))
    assert b"SUMMARY:Busy" in copy
    assert desk.delete(f"{PATH}/{made.json['id']}").status_code == 204
    assert desk.get(PATH).json["items"] == desk.get("/provider/calendars").json["items"] == []


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [({"password": "wrong"}, "bad_login", "password"), ({"server": "https://10.0.0.1/"}, "bad_address", "server"), ({"server": "file:///etc/passwd"}, "bad_address", "server")],
)  # fmt: skip
def test_what_is_refused_says_which_field(app, desk, side, wrong, code, field):
    answer = connect(desk, side, **wrong)
    assert (answer.status_code, answer.json["code"], answer.json["errors"][0]["field"]) == (422, code, field)
    assert (PASSWORD in answer.text) is False
    with app.app_context():
        assert db.session.scalars(select(DavAccount)).all() == []


@pytest.mark.parametrize("body", [{"write": "unknown"}, {"read": ["unknown"]}, {"detail": "everything"}])
def test_only_what_there_is_can_be_chosen(desk, side, body):
    public_id = connect(desk, side).json["id"]
    assert desk.call("PUT", f"{PATH}/{public_id}", json=body).status_code in (400, 422)


def test_the_account_of_another_is_none(app, desk, side):
    with app.app_context():
        theirs = DavAccountFactory().public_id
        db.session.commit()
    for method, path, body in (("PUT", "", {}), ("POST", "/password", {"password": "x"}), ("DELETE", "", None)):
        assert desk.call(method, f"{PATH}/{theirs}{path}", json=body).status_code == 404
    assert desk.get(PATH).json["items"] == []


def test_by_pages_alone(app, owner, visitor, side):
    there = visitor(owner)
    assert "Connect a CalDAV account" in there.open("/provider/calendars").text
    there.open(PATH)
    wrong = there.submit(at=PATH, server=side.url, user_name=USER, password="wrong-word")
    assert wrong.status_code == 422
    assert "does not take this user name and password" in wrong.text
    assert (side.url in wrong.text, "wrong-word" in wrong.text) == (True, False)
    shown = there.submit(at=PATH, server=side.url, user_name=USER, password=PASSWORD).text
    assert "anna/private" in shown
    assert PASSWORD not in shown
    with app.app_context():
        row = db.session.scalars(select(DavAccount)).one()
        public_id, calendar_id = row.public_id, row.collections[0]["id"]
        db.session.remove()
    there.submit(at=f"{PATH}/{public_id}", read=calendar_id, write=calendar_id, detail="brief")
    with app.app_context():
        assert write_into_calendars(START) == 1
    assert len(side.objects()) == 1
    assert "takes the new password" in there.submit(at="/password", password=PASSWORD).text
    assert "No account is connected yet." in there.submit(at="/disconnect").text
    with app.app_context():
        assert db.session.scalars(select(DavAccount)).all() == []
        entries = [entry for entry in db.session.scalars(select(AuditEntry)) if entry.object_kind == "calendar_account"]
        assert len(entries) == 4
        assert not any(word in str(entry.details) for entry in entries for word in (PASSWORD, USER, "127.0.0.1"))
