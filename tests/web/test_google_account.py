"""Google and Outlook at the desk, by pages alone: there, back with a secret that is good once, chosen, used and given back."""

import logging
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.webkit.masking import MaskSecrets, mask
from providers.calendars.jobs import give_tokens_back, look_at_calendars, write_into_calendars
from providers.calendars.models import DavAccount
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.google import google
from tests.support.graph import graph
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET
from tests.support.visits import book_visit

PATH = "/provider/calendars/accounts"
ASK = "/provider/calendars/connect/google"
SOON = START + timedelta(days=2)


@pytest.fixture
def side():
    with google() as running:
        yield running


@pytest.fixture
def other_side():
    with graph() as running:
        yield running


@pytest.fixture
def environment(environment, side, other_side):
    return {
        **environment,
        "GOOGLE_CLIENT_ID": CLIENT_ID, "GOOGLE_CLIENT_SECRET": CLIENT_SECRET, "GOOGLE_API_BASE": side.url,
        "MICROSOFT_CLIENT_ID": CLIENT_ID, "MICROSOFT_CLIENT_SECRET": CLIENT_SECRET, "MICROSOFT_API_BASE": f"{other_side.url}/",
    }  # fmt: skip


@pytest.fixture
def owner(app):
    with app.app_context():
        provider = bookable_provider(slug="anna")
        book_visit(provider, person_of(AccountFactory(name="Priya Natarajan")), SOON, START)
        return db.session.get_one(Account, provider.account_id)


def sent(there, kind="google"):
    """Where the page leads that says what will be asked."""
    assert f'href="/provider/calendars/connect/{kind}"' in there.open(PATH).text
    page = there.open(f"/provider/calendars/connect/{kind}")
    assert "We never see your password" in page.text
    (address,) = re.findall(r'href="(http://127[^"]+(?:/auth|/authorize)[?][^"]+)"', page.text)
    return unescape(address)


def back(there, side, address, **other):
    came = side.consent(address) | other
    (onward,) = parse_qs(urlsplit(address).query)["redirect_uri"]
    return there.open(urlsplit(onward).path, **came)


@pytest.mark.parametrize(("kind", "name"), [("google", "Google Calendar"), ("microsoft", "Outlook")])
def test_connected_chosen_read_written_and_given_back(app, owner, visitor, side, other_side, kind, name):
    there, house = visitor(owner), side if kind == "google" else other_side
    page = there.open(PATH)
    assert name in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    shown = back(there, house, sent(there, kind))
    assert "Connected. Choose below" in shown.text
    assert "state=" not in shown.request.url
    assert not any(token in shown.text for token in (*house.access, *house.refresh))
    house.put("one", SOON + timedelta(hours=3), SOON + timedelta(hours=4))
    with app.app_context():
        row = db.session.scalars(select(DavAccount)).one()
        public_id, ids = row.public_id, {one["writable"]: one["id"] for one in row.collections}
        db.session.remove()
    there.submit(at=f"{PATH}/{public_id}", read=ids[kind == "microsoft"], write=ids[True], detail="brief")
    with app.app_context():
        assert look_at_calendars(START) == 1
        assert write_into_calendars(START + timedelta(minutes=1)) == 1
        assert write_into_calendars(START + timedelta(minutes=2)) == 0
    assert len(house.copies()) == 1
    shown = there.open(PATH).text
    assert all(words in shown for words in (name, "Connected", house.user if kind == "google" else "anna@outlook.example"))
    assert "No account is connected yet." in there.submit(at="/disconnect").text
    with app.app_context():
        assert give_tokens_back(START + timedelta(minutes=3)) == 1
        details = str([(entry.verb, entry.details) for entry in db.session.scalars(select(AuditEntry))])
        assert "calendar_account_connected" in details
        assert not any(word in details for word in (*house.access, *house.refresh, house.user))
    assert house.refresh == set() or kind == "microsoft"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"error": "access_denied", "code": ""}, "You did not allow it, so nothing was connected."),
        ({"error": "server_error", "code": ""}, "did not let us in. Try again later."),
        ({"state": "made-up"}, "begun in another browser"),
        ({"code": "made-up"}, "begun in another browser"),
        ({"state": "", "code": ""}, "begun in another browser"),
    ],
)
def test_what_went_wrong_is_told_in_plain_sentences(app, owner, visitor, side, other, words):
    there = visitor(owner)
    shown = back(there, side, sent(there), **other)
    assert words in shown.text
    assert "made-up" not in shown.text
    with app.app_context():
        assert db.session.scalars(select(DavAccount)).all() == []


def test_the_way_back_twice_and_in_another_session(app, owner, visitor, side):
    there, elsewhere = visitor(owner), visitor(owner)
    address = sent(there)
    came = side.consent(address)
    assert "begun in another browser" in elsewhere.open(f"{ASK}/back", **came).text
    assert "Connected. Choose below" in there.open(f"{ASK}/back", **came).text
    assert "used before" in there.open(f"{ASK}/back", **came).text
    with app.app_context():
        assert len(db.session.scalars(select(DavAccount)).all()) == 1


def test_two_tabs_each_come_back(app, owner, visitor, side):
    there = visitor(owner)
    one, two = sent(there), sent(there)
    assert "Connected. Choose below" in back(there, side, one).text
    assert "Connected. Choose below" in back(there, side, two).text
    with app.app_context():
        assert len(db.session.scalars(select(DavAccount)).all()) == 1


def test_who_is_not_signed_in_or_no_therapist_comes_nowhere(app, owner, visitor, client):
    assert client.get(f"{ASK}/back?state=x&code=y").status_code in (302, 303, 401)
    assert client.get(ASK).status_code in (302, 303, 401)
    with app.app_context():
        someone = AccountFactory()
        db.session.commit()
        db.session.refresh(someone)
        db.session.expunge(someone)
    assert visitor(someone).open(f"{ASK}/back", state="x", code="y").status_code == 403
    assert visitor(owner).open("/provider/calendars/connect/yahoo/back").status_code == 404


def test_a_program_without_a_session_comes_nowhere(owner, program, side):
    desk = program(owner)
    browser = desk.app.test_client(use_cookies=False)
    for answer in (browser.get(f"{ASK}/back?state=x&code=y", headers=desk.headers), browser.get(ASK, headers=desk.headers)):
        assert answer.status_code < 500
    assert side.asked == []


def test_what_was_made_for_visits_is_not_read(owner, visitor, program, side):
    there = visitor(owner)
    back(there, side, sent(there))
    desk = program(owner)
    (account,) = desk.get(PATH).json["items"]
    (own,) = [one["id"] for one in account["calendars"] if one["writable"]]
    assert desk.call("PUT", f"{PATH}/{account['id']}", json={"read": [own], "write": own}).status_code == 422


def test_an_account_at_google_takes_no_password(app, owner, visitor, program, side):
    there = visitor(owner)
    back(there, side, sent(there))
    desk = program(owner)
    (account,) = desk.get(PATH).json["items"]
    assert (account["kind"], account["server"], account["user_name"]) == ("google", "Google Calendar", "anna@example.com")
    answer = desk.post(f"{PATH}/{account['id']}/password", {"password": "a word"})
    assert (answer.status_code, answer.json["code"]) == (422, "no_password")


@pytest.mark.parametrize(
    "line",
    [
        '"GET /provider/calendars/connect/google/back?state=SECRETSECRET&code=4/0SECRET-part HTTP/1.1" 302',
        '"GET /sign-in?next=/provider/calendars/connect/google/back%3Fstate%3DSECRETSECRET%26code%3D4SECRET HTTP/1.1" 302',
        "Authorization: Bearer ya29.SECRETSECRET-x_y",
        "GET http://x/?access_token=SECRETSECRET",
    ],
)
def test_a_log_holds_no_key(line):
    record = logging.LogRecord("gunicorn.access", logging.INFO, "", 0, "%s", (line,), None)
    MaskSecrets().filter(record)
    assert "SECRET" not in record.getMessage()
    assert "SECRET" not in mask(line)


def test_nothing_of_the_way_is_logged(app, owner, visitor, side, caplog):
    with caplog.at_level(logging.DEBUG):
        there = visitor(owner)
        back(there, side, sent(there))
        side.forget()
        with app.app_context():
            write_into_calendars(START)
    assert not any(word in caplog.text for word in (CLIENT_SECRET, "access-", "refresh-", "anna@example.com"))
