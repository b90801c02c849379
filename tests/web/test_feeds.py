"""Feeds as calendars fetch them and as their owners keep them: addresses, what is in them, what is answered, what is never told."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import complete
from booking.calendars.models import CalendarFeed
from marketplace import audit
from marketplace.accounts.actions import NewAccount, create_account, disable_account
from marketplace.accounts.changes import set_role
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.webkit.masking import MaskSecrets
from providers.places.models import ProviderPlace
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.rules.drafts import BlockDraft
from tests.factories import AccountFactory, AppointmentFactory, ClaimFactory, ClinicFactory, HoldFactory, bookable_provider, person_of
from tests.support.ical import calendar_value, read
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, clear_answers, hold_visit, visit_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = r"http://localhost/calendar/([\w-]{43})\.ics"


def path_of(url):
    return url.removeprefix("http://localhost")


class Side:
    """One account with its program, and what its calendars show."""

    def __init__(self, client, account, program):
        self.client, self.account, self.program = client, account, program

    def url(self, detail="brief"):
        return path_of({feed["detail"]: feed["url"] for feed in self.program.get("/me/calendar").json["feeds"]}[detail])

    def events(self, detail="brief"):
        answer = self.client.get(self.url(detail))
        assert answer.status_code == 200
        return read(answer.data)


@pytest.fixture
def sides(app, client, clock, program):
    """A client and a therapist with accounts as everybody gets them."""
    made, accounts = {}, {}
    with app.app_context():
        for role, name in (("client", "Priya Natarajan"), ("provider", "Renata Solano")):
            create_account(NewAccount(f"{role}@example.com", "correct horse 9", name, role), clock.now, confirmed=True)
            accounts[role] = db.session.scalar(select(Account).where(Account.email == f"{role}@example.com"))
            db.session.rollback()
        made["therapist"] = bookable_provider(account=accounts["provider"], name="Renata Solano", slug="renata")
        made["person"] = person_of(accounts["client"])
        db.session.expunge_all()
    return made | {role: Side(client, account, program(account)) for role, account in accounts.items()}


@pytest.fixture
def visit(app, sides, clock):
    with app.app_context():
        visit = visit_of(book_visit(sides["therapist"], sides["person"], clock.now + 2 * DAY, clock.now))
        db.session.expunge_all()
    return visit


# --- addresses -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["client", "provider"])
def test_everybody_has_three_addresses_that_nobody_guesses(sides, role):
    answer = sides[role].program.get("/me/calendar")
    assert [feed["detail"] for feed in answer.json["feeds"]] == ["busy", "brief", "full"]
    assert (answer.json["detail"], answer.json["url"]) == ("brief", answer.json["feeds"][1]["url"])
    secrets = {re.fullmatch(SECRET, feed["url"])[1] for feed in answer.json["feeds"]}
    assert len(secrets) == 3
    assert sides[role].program.get("/me/calendar").json == answer.json


def test_secrets_are_stored_hashed_and_sealed(app, sides):
    urls = [feed["url"] for feed in sides["client"].program.get("/me/calendar").json["feeds"]]
    with app.app_context():
        stored = "\n".join(str(row) for row in db.session.execute(text("SELECT token, token_hash FROM calendar_feed")))
    assert not [url for url in urls if re.fullmatch(SECRET, url)[1] in stored]


def test_a_new_address_ends_the_old_one_and_no_other(client, sides):
    me = sides["client"]
    old = {detail: me.url(detail) for detail in ("busy", "brief", "full")}
    assert me.program.post("/me/calendar/rotate", {"detail": "brief"}).status_code == 200
    assert {detail: client.get(url).status_code for detail, url in old.items()} == {"busy": 200, "brief": 404, "full": 200}
    assert client.get(me.url("brief")).status_code == 200
    me.program.post("/me/calendar/rotate")
    assert {client.get(url).status_code for url in old.values()} == {404}


def test_a_revoked_address_is_unknown_until_a_new_one_is_made(client, sides):
    me = sides["client"]
    old = me.url()
    left = me.program.post("/me/calendar/revoke", {"detail": "brief"}).json
    assert [feed["detail"] for feed in left["feeds"]] == ["busy", "full"]
    assert (client.get(old).status_code, left["detail"]) == (404, "busy")
    assert me.program.post("/me/calendar/revoke").json == {"url": None, "detail": None, "feeds": []}
    me.program.post("/me/calendar/rotate", {"detail": "brief"})
    assert [feed["detail"] for feed in me.program.get("/me/calendar").json["feeds"]] == ["brief"]
    assert client.get(me.url()).status_code == 200
    assert client.get(old).status_code == 404


def test_rotating_all_leaves_what_was_switched_off_alone(sides):
    me = sides["client"]
    me.program.post("/me/calendar/revoke", {"detail": "full"})
    assert [feed["detail"] for feed in me.program.post("/me/calendar/rotate").json["feeds"]] == ["busy", "brief"]


def test_whoever_has_none_gets_all_by_asking_once(app, program):
    with app.app_context():
        someone = program(AccountFactory(role="client"))
    assert someone.get("/me/calendar").json == {"url": None, "detail": None, "feeds": []}
    assert len(someone.post("/me/calendar/rotate").json["feeds"]) == 3


@pytest.mark.parametrize("body", [{"detail": "everything"}, {"clinic": "x"}, {"token": "abc"}, {"detail": 3}])
def test_what_is_not_a_choice_is_refused(sides, body):
    answer = sides["client"].program.post("/me/calendar/rotate", body)
    assert answer.status_code in (400, 422)


def test_a_disabled_account_has_no_feed_at_once(app, client, sides, clock):
    url = sides["client"].url()
    with app.app_context():
        disable_account(sides["client"].account.id, clock.now, actor="test", reason="left")
    assert client.get(url).status_code == 404


def test_a_right_taken_away_takes_the_feed_along(app, client, sides):
    url = sides["provider"].url()
    with app.app_context():
        set_role(db.session(), db.session.get_one(Account, sides["provider"].account.id), "client")
        db.session.commit()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "../" * 5, "visit"])
def test_unknown_addresses_are_not_found(client, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_no_log_holds_an_address(sides, caplog):
    record = logging.LogRecord("werkzeug", logging.INFO, "", 0, '"GET %s HTTP/1.1" 200', (sides["client"].url(),), None)
    MaskSecrets().filter(record)
    assert record.getMessage() == '"GET /calendar/… HTTP/1.1" 200'


def test_what_is_done_is_in_the_audit_without_the_address(app, sides):
    me = sides["client"]
    url = me.program.post("/me/calendar/rotate", {"detail": "full"}).json["feeds"][2]["url"]
    me.program.post("/me/calendar/revoke", {"detail": "full"})
    with app.app_context():
        entries = db.session.execute(text("SELECT verb, details FROM audit_entry WHERE verb LIKE 'calendar.%' ORDER BY id")).all()
        assert [row[0] for row in entries] == ["calendar.rotated", "calendar.revoked"]
        assert re.fullmatch(SECRET, url)[1] not in str(entries)
        assert list(audit.broken_entries(db.session())) == []


# --- answers -------------------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again(app, client, sides, visit, clock):
    url = sides["client"].url()
    first = client.get(url)
    mark = first.headers["ETag"]
    for known in (mark, f"W/{mark}", f'"x", {mark}'):
        again = client.get(url, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", mark)
    with app.app_context():
        move(visit.public_id, visit.starts_at + DAY, CLIENT, BASE_URL, clock.now)
    changed = client.get(url, headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != mark


def test_headers_say_what_it_is_and_that_nobody_keeps_it(client, sides, visit):
    answer = client.get(sides["client"].url())
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    head = client.head(sides["client"].url())
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    assert [calendar_value(answer.data, name) for name in ("NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "METHOD")] == [
        "Visits",
        "Visits",
        "PT30M",
        None,
    ]


def test_the_last_use_is_shown_and_noted_now_and_then(client, sides, clock, statements):
    me = sides["client"]

    def used():
        return {feed["detail"]: feed["last_used_at"] for feed in me.program.get("/me/calendar").json["feeds"]}

    assert used() == {"busy": None, "brief": None, "full": None}
    url, began = me.url(), clock.now
    client.get(url)
    first = used()["brief"]
    assert first is not None
    clock.set(began + timedelta(minutes=9, seconds=59))
    with statements() as seen:
        client.get(url)
    assert not [sql for sql in seen if sql.startswith("UPDATE")]
    assert used()["brief"] == first
    clock.set(began + timedelta(minutes=10))
    client.get(url)
    assert used() == {"busy": None, "brief": used()["brief"], "full": None}
    assert used()["brief"] > first
    me.program.post("/me/calendar/rotate", {"detail": "brief"})
    assert used()["brief"] is None


@pytest.mark.parametrize("role", ["client", "provider"])
def test_a_feed_asks_the_same_however_much_it_holds(app, client, clock, sides, visit, statements, role):
    url = sides[role].url("full")
    client.get(url)
    with statements() as few:
        client.get(url)
    with app.app_context():
        for day in range(3, 30):
            AppointmentFactory(provider=sides["therapist"], person=sides["person"], starts_at=clock.now + day * DAY)
            ClaimFactory(provider=sides["therapist"], starts_at=clock.now + day * DAY + 3 * HOUR)
    with statements() as many:
        answer = client.get(url)
    assert len(read(answer.data)) >= 28
    assert len(many) == len(few) <= 6  # feed, visits, classes, and for a therapist blocks and time off


# --- what is told --------------------------------------------------------------------------------------------------------------


def test_both_sides_see_the_visit_as_it_is(app, sides, visit, clock):
    seen = {(role, detail): sides[role].events(detail) for role in ("client", "provider") for detail in ("busy", "brief", "full")}
    for events in seen.values():
        assert [(one.uid, one.sequence, one.status, one.starts_at) for one in events] == [(visit.uid, 0, "CONFIRMED", visit.starts_at)]
    said = {key: (events[0].summary, events[0].location, events[0].alarms) for key, events in seen.items()}
    address = "Columbus Avenue Practice, 410 Columbus Avenue, New York 10024"
    area = said["client", "brief"][1]
    assert area.endswith(", 10024")
    assert said == {
        ("client", "busy"): ("Busy", None, 0),
        ("client", "brief"): ("Visit with Renata", area, 1),
        ("client", "full"): ("Visit with Renata Solano", address, 1),
        ("provider", "busy"): ("Busy", None, 0),
        ("provider", "brief"): ("Visit: Priya", area, 1),
        ("provider", "full"): ("Visit: Priya N.", address, 1),
    }


def test_moved_and_cancelled_visits_follow(app, sides, visit, clock):
    me = sides["client"]
    with app.app_context():
        move(visit.public_id, visit.starts_at + DAY, CLIENT, BASE_URL, clock.now)
    (moved,) = me.events()
    assert (moved.uid, moved.sequence, moved.starts_at) == (visit.uid, 1, visit.starts_at + DAY)
    with app.app_context():
        cancel(visit.public_id, Cancelling(reason="illness", note="fever"), CLIENT, BASE_URL, clock.now)
    for side in (me, sides["provider"]):
        (gone,) = side.events()
        assert (gone.uid, gone.sequence, gone.status, gone.alarms) == (visit.uid, 2, "CANCELLED", 0)


def test_what_was_cancelled_is_told_for_thirty_days_to_the_second(app, sides, visit, clock):
    with app.app_context():
        cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    at = clock.now
    for seconds, count in ((-1, 1), (0, 0), (1, 0)):
        clock.set(at + 30 * DAY + timedelta(seconds=seconds))
        assert len(sides["client"].events()) == count, seconds


def test_the_past_is_told_for_ninety_days(app, sides, visit, clock):
    with app.app_context():
        complete(visit.public_id, CLIENT.__class__("provider", "account:x"), visit.starts_at)
    for seconds, count in ((-1, 1), (0, 0)):
        clock.set(visit.ends_at + 90 * DAY + timedelta(seconds=seconds))
        events = sides["client"].events()
        assert len(events) == count
    assert not events


def test_a_request_is_tentative(app, sides, clock):
    with app.app_context():
        hold = hold_visit(sides["therapist"], sides["person"], clock.now + 3 * DAY, clock.now)
        book_hold(hold, sides["person"], clock.now, clear_answers(seizure=True))
    assert [one.status for one in sides["client"].events()] == ["TENTATIVE"]
    assert [one.status for one in sides["provider"].events()] == ["TENTATIVE"]


def test_blocks_are_busy_for_their_provider_and_holds_are_nothing(app, sides, clock):
    with app.app_context():
        owner = Owner(sides["provider"].account.id, "Renata", "account:x")
        block = add_block(owner, BlockDraft(clock.now + 4 * DAY, clock.now + 4 * DAY + 3 * HOUR, "Dentist"), clock.now, lambda *_: ())
        public_id = block.public_id
        HoldFactory(provider=sides["therapist"], starts_at=clock.now + 6 * DAY)
        ClaimFactory(provider=sides["therapist"], kind="outside", starts_at=clock.now + 8 * DAY)
    for detail in ("busy", "brief", "full"):
        assert [(one.summary, one.starts_at, one.ends_at - one.starts_at) for one in sides["provider"].events(detail)] == [
            ("Busy", clock.now + 4 * DAY, 3 * HOUR)
        ]
    assert sides["client"].events() == []
    with app.app_context():
        remove_block(owner, public_id, clock.now)
    for detail in ("busy", "brief", "full"):
        (gone,) = sides["provider"].events(detail)
        assert (gone.uid, gone.status, gone.sequence) == (f"{public_id}@licensedhands", "CANCELLED", 1)
    clock.advance(days=29, hours=23)
    assert len(sides["provider"].events()) == 1
    clock.advance(hours=1)
    assert sides["provider"].events() == []


def test_feeds_hold_ones_own_alone(app, sides, visit, program, client):
    with app.app_context():
        others = [AccountFactory(role="client"), AccountFactory(role="provider")]
        bookable_provider(account=others[1])
        person_of(others[0])
        db.session.expunge_all()
    for stranger in [program(other) for other in others]:
        for feed in stranger.post("/me/calendar/rotate").json["feeds"]:
            assert read(client.get(path_of(feed["url"])).data) == []


# --- a clinic's ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(app, program):
    with app.app_context():
        return program(AccountFactory(role="admin"))


def test_an_admin_sees_when_the_rooms_of_a_clinic_are_busy(app, client, sides, visit, admin, clock):
    with app.app_context():
        clinic = ClinicFactory()
        slug = clinic.slug
        db.session.scalar(select(ProviderPlace).where(ProviderPlace.provider_id == sides["therapist"].id)).clinic_id = clinic.id
        AppointmentFactory(provider=bookable_provider(), starts_at=clock.now + 5 * DAY)
        db.session.commit()
    assert admin.get("/me/calendar").json["feeds"] == []
    (feed,) = admin.post("/me/calendar/rotate", {"clinic": slug}).json["feeds"]
    assert (feed["detail"], feed["audience"], feed["clinic"]) == ("busy", "clinic", slug)
    answer = client.get(path_of(feed["url"]))
    (event,) = read(answer.data)
    assert (event.uid, event.summary, event.location, event.alarms) == (visit.uid, "Renata Solano: busy", "Columbus Avenue Practice", 0)
    assert b"Priya" not in answer.data
    assert admin.post("/me/calendar/revoke", {"clinic": slug}).json["feeds"] == []
    assert client.get(path_of(feed["url"])).status_code == 404


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"clinic": "nowhere"}, 404), ({"clinic": "x", "detail": "full"}, 422)])
def test_an_admin_names_a_clinic_that_there_is(admin, body, status):
    assert admin.post("/me/calendar/rotate", body).status_code == status


# --- pages ---------------------------------------------------------------------------------------------------------------------


def test_a_person_makes_changes_and_ends_addresses_without_scripts(app, sides, visitor):
    with app.app_context():
        account = AccountFactory(role="client")
        person = visitor(account)
    page = person.open("/account/calendars")
    assert "/calendar/" not in page.text.replace("/account/calendars", "")
    page = person.submit(form=1)
    (first,) = re.findall(SECRET, page.text)
    assert "Not used yet." in page.text
    assert f"webcal://localhost/calendar/{first}.ics" in page.text
    person.client.get(f"/calendar/{first}.ics")
    page = person.open("/account/calendars")
    assert "Last used" in page.text
    page = person.submit(form=1)
    (second,) = re.findall(SECRET, page.text)
    assert first != second
    assert person.client.get(f"/calendar/{first}.ics").status_code == 404
    person.open("/account/calendars")
    page = person.submit(form=2)
    assert "Switched off." in page.text
    assert re.findall(SECRET, page.text) == []
    assert person.client.get(f"/calendar/{second}.ics").status_code == 404


def test_a_form_that_names_no_level_is_not_found(sides, visitor, app):
    with app.app_context():
        person = visitor(AccountFactory(role="client"))
    person.open("/account/calendars")
    assert person.submit(form=0, detail="everything").status_code == 404


def test_links_lead_there_from_account_week_and_clinics(app, visitor, sides):
    with app.app_context():
        ClinicFactory(slug="house")
        accounts = [AccountFactory(role="admin"), AccountFactory(role="provider")]
    admin, therapist = (visitor(account) for account in accounts)
    for path in ("/account", "/provider/calendar"):
        assert 'href="/account/calendars"' in therapist.open(path).text
    assert 'href="/account/calendars"' in admin.open("/account").text
    assert 'href="/account/calendars#house"' in admin.open("/admin/clinics/house").text
    assert 'id="house"' in admin.open("/account/calendars").text


def test_one_row_for_each_level_whatever_is_pressed(app, sides):
    me = sides["client"]
    for verb in ("rotate", "revoke", "rotate", "rotate"):
        me.program.post(f"/me/calendar/{verb}")
    with app.app_context():
        rows = db.session.scalars(select(CalendarFeed.detail).where(CalendarFeed.account_id == me.account.id)).all()
    assert sorted(rows) == ["brief", "busy", "full"]


def test_only_the_full_feed_of_its_owner_says_time_off(sides):
    therapist = sides["provider"]
    sent = {"from": "2027-01-20", "until": "2027-01-22", "reason": "An operation", "message": "Away."}
    assert therapist.program.post("/provider/time-off", sent).status_code == 201
    texts = {detail: therapist.client.get(therapist.url(detail)).text for detail in ("busy", "brief", "full")}
    assert {detail: "SUMMARY:Time off" in words for detail, words in texts.items()} == {"busy": False, "brief": False, "full": True}
    assert "DTSTART;TZID=America/New_York:20270120T000000" in texts["full"]
    assert not [words for words in texts.values() if "operation" in words.lower()]
