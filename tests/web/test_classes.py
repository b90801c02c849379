"""Classes as programs and people use them: from planning to who came, in pages without scripts, in letters and calendars."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.classes.actions.plan_class import plan_class
from booking.classes.models import ClassSeat
from booking.classes.rules.planning import ClassDraft
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from marketplace.webkit.masking import mask
from providers.calendars.queries import own_uids
from providers.places.models import ProviderPlace
from providers.registry.models import Provider
from providers.registry.rules import Owner
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.callers import forms_of
from tests.support.clocks import START
from tests.support.ical import read

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AT = START + 3 * DAY  # noon in New York
TITLE, WHY = "Ease for stiff backs", "I am ill, sorry."


@pytest.fixture
def people(app):
    """A therapist and a client with their accounts, and the public id of the therapist's place."""
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        anna = bookable_provider(slug="anna", name="Anna Alder", account=therapist)
        person_of(client)
        place = db.session.scalars(select(ProviderPlace.public_id).where(ProviderPlace.provider_id == anna.id)).one()
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    return client, therapist, place


def plan(place):
    return {
        "title": TITLE,
        "words": "Bring a mat.",
        "place": place,
        "starts_at": AT.isoformat(),
        "minutes": 60,
        "capacity": 2,
        "price_cents": 2_500,
    }


@pytest.fixture
def lesson(app, people):
    _client, therapist, place = people
    with app.app_context():
        draft = ClassDraft(**plan(place) | {"starts_at": AT})
        return plan_class(Owner(therapist.id, therapist.name, "account:anna"), draft, START).public_id


def book(me, lesson):
    return me.post(f"/seats/{me.post('/seats', {'class': lesson}).json['id']}/book").json


# --- programs ----------------------------------------------------------------------------------------------------------------------


def test_a_class_goes_from_plan_to_payment(people, program, clock):
    client, therapist, place = people
    me, anna, anybody = program(client), program(therapist), program(None)
    made = anna.post("/provider/classes", plan(place))
    assert (made.status_code, made.json["seats_left"], made.json["provider"]["slug"]) == (201, 2, "anna")
    lesson = made.json["id"]
    assert [one["id"] for one in anybody.get("/providers/anna/classes").json["items"]] == [lesson]
    held = me.post("/seats", {"class": lesson})
    assert (held.status_code, held.json["state"], held.json["number"], held.json["total_cents"]) == (201, "held", 1, 2_500)
    assert held.json["expires_at"] == "2027-01-12T12:10:00-05:00"
    assert anybody.get(f"/classes/{lesson}").json["seats_left"] == 1
    booked = me.post(f"/seats/{held.json['id']}/book")
    assert (booked.status_code, booked.json["state"], booked.json["expires_at"]) == (200, "booked", None)
    assert "until the class starts" in booked.json["terms"]["summary"] or "free until" in booked.json["terms"]["summary"]
    preview = me.get(f"/seats/{held.json['id']}/cancellation").json
    assert (preview["allowed"], preview["fee_cents"]) == (True, 0)
    clock.set(AT)
    seat = anna.post(f"/provider/seats/{held.json['id']}/check-in").json
    assert (seat["state"], seat["due_cents"], list(seat["client"])) == ("came", 2_500, ["name"])
    paid = anna.post(f"/provider/seats/{held.json['id']}/payment", {"how": "cash"}).json
    assert (paid["paid_cents"], paid["due_cents"]) == (2_500, 0)
    [line] = [one for one in anna.get("/provider/earnings", period="month", on="2027-01-15").json["lines"] if one["what"] == "seat"]
    assert (line["appointment"], line["earned_cents"]) == (None, 2_500)


def test_leaving_shows_the_fee_first(people, program, clock, lesson):
    me = program(people[0])
    seat = book(me, lesson)["id"]
    clock.set(AT - 2 * HOUR)
    assert me.get(f"/seats/{seat}/cancellation").json["fee_cents"] == 2_500
    assert me.get(f"/seats/{seat}/cancellation", reason="illness").json["fee_cents"] == 0
    stale = me.post(f"/seats/{seat}/cancel", {"expected_fee_cents": 0})
    assert (stale.status_code, stale.json["code"], stale.json["fee_cents"]) == (409, "fee_changed", 2_500)
    gone = me.post(f"/seats/{seat}/cancel", {"reason": "illness", "expected_fee_cents": 0})
    assert (gone.status_code, gone.json["state"], gone.json["fee_cents"], gone.json["sequence"]) == (200, "canceled", 0, 1)


def test_the_same_key_holds_one_seat(people, program, lesson):
    me = program(people[0])
    first, again = (me.post("/seats", {"class": lesson}, key="once") for _ in range(2))
    assert (first.json, again.headers["Idempotency-Replayed"]) == (again.json, "true")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"minutes": 5}, "minutes"),
        ({"capacity": 61}, "capacity"),
        ({"place": "elsewhere"}, "place"),
        ({"starts_at": "2027-01-12T11:00:00-05:00"}, "starts_at"),
        ({"price_cents": -1}, "price_cents"),
        ({"seats": 4}, "seats"),
    ],
)
def test_a_plan_that_does_not_hold_is_refused_by_its_field(people, program, change, field):
    answer = program(people[1]).post("/provider/classes", plan(people[2]) | change)
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_a_moved_class_is_free_to_leave(people, program, clock, lesson):
    me, anna = program(people[0]), program(people[1])
    seat = book(me, lesson)["id"]
    clock.set(AT - 2 * HOUR)
    moved = anna.post(f"/provider/classes/{lesson}/move", {"starts_at": (AT + HOUR).isoformat()})
    assert (moved.status_code, moved.json["sequence"], moved.json["seats"][0]["sequence"]) == (200, 1, 1)
    told = me.get(f"/seats/{seat}/cancellation").json
    assert (told["reason"], told["fee_cents"]) == ("class_moved", 0)


def test_what_belongs_to_one_therapist_is_no_others(app, people, program, lesson):
    seat = book(program(people[0]), lesson)["id"]
    with app.app_context():
        other = AccountFactory(role="provider")
        bookable_provider(slug="bea", account=other)
        db.session.refresh(other)
        db.session.expunge_all()
    bea = program(other)
    for method, path in (
        ("GET", f"classes/{lesson}"),
        ("POST", f"classes/{lesson}/cancel"),
        ("POST", f"seats/{seat}/check-in"),
        ("POST", f"seats/{seat}/no-show"),
    ):
        assert bea.call(method, f"/provider/{path}", {} if method == "POST" else None).status_code == 404
    assert bea.get("/provider/classes").json["items"] == []


def test_a_held_seat_is_nobody_elses_to_see(people, program, lesson):
    me, anna = program(people[0]), program(people[1])
    seat = me.post("/seats", {"class": lesson}).json["id"]
    assert anna.post(f"/provider/seats/{seat}/check-in").status_code == 404
    assert anna.get(f"/provider/classes/{lesson}").json["seats"] == []
    assert me.delete(f"/seats/{seat}").status_code == 204
    assert me.get("/seats").json["items"] == []


# --- pages -------------------------------------------------------------------------------------------------------------------------


def test_a_guest_takes_a_seat_and_gives_it_up(app, people, visitor, clock, lesson):
    gus = visitor()
    assert "One class for several people is coming up" in gus.open("/providers/anna").text
    assert TITLE in gus.open("/providers/anna/classes").text
    page = gus.open(f"/classes/{lesson}")
    assert "2 seats left" in page.text
    assert "see a physician first" in page.text
    assert "Kept for you until" in gus.submit(at=f"/classes/{lesson}/seat").text
    asked = gus.submit(name="Gus Guest", email="gus@licensedhands.test", phone="212 555 0123")
    assert "We sent a six-digit code" in asked.text
    with app.app_context():
        code = db.session.scalars(select(Letter).where(Letter.kind == "code")).one().facts["code"]
    wrong = "000000" if code != "000000" else "111111"
    assert gus.submit(code=wrong).status_code == 422
    booked = gus.submit(code=code)
    assert "Your seat is booked" in booked.text
    assert re.fullmatch(r"/class-seats/[\w-]{43}", booked.request.path)
    stranger = visitor()
    assert TITLE in stranger.open(booked.request.path).text
    assert stranger.open(f"/class-seats/{'x' * 43}").status_code == 404
    asked = gus.open(f"{booked.request.path}/cancel")
    assert "Canceling now is free." in asked.text
    assert "Your seat is free for somebody else" in gus.submit().text
    assert "2 seats left" in gus.open(f"/classes/{lesson}").text


def test_somebody_signed_in_books_and_finds_the_seat_again(people, visitor, clock, lesson):
    sam = visitor(people[0])
    sam.open(f"/classes/{lesson}")
    held = sam.submit(at="/seat")
    assert "Book the seat for $25.00" in held.text
    assert "Go on with your seat" in sam.open(f"/classes/{lesson}").text
    sam.open(held.request.path)
    assert "Your seat is booked" in sam.submit().text
    assert "My classes" in sam.open("/appointments").text
    assert TITLE in sam.open("/seats").text
    clock.set(AT - HOUR)
    page = sam.open(f"{held.request.path}/cancel")
    assert "Canceling now costs $25.00." in page.text
    gone = sam.submit(reason="illness")
    assert "Your seat is free for somebody else" in gone.text


def test_the_fee_that_was_shown_is_the_fee_or_the_page_asks_again(people, program, visitor, clock, lesson):
    seat = book(program(people[0]), lesson)["id"]
    sam = visitor(people[0])
    assert "Canceling now is free." in sam.open(f"/seats/{seat}/cancel").text
    clock.set(AT - 13 * HOUR)
    again = sam.submit()
    assert again.status_code == 409
    assert "Canceling now costs $12.50." in again.text
    assert "Your seat is free for somebody else" in sam.submit().text


def test_a_seat_that_ran_out_leads_back_to_the_class(people, visitor, clock, lesson):
    sam = visitor(people[0])
    sam.open(f"/classes/{lesson}")
    held = sam.submit(at="/seat").request.path
    sam.open(held)
    clock.advance(minutes=10)
    late = sam.submit()
    assert late.request.path == f"/classes/{lesson}"
    assert "no longer held for you" in late.text


def test_a_full_class_says_so_and_offers_no_seat(app, people, program, visitor, lesson):
    with app.app_context():
        others = [AccountFactory() for _ in range(2)]
        for one in others:
            person_of(one)
            db.session.refresh(one)
        db.session.expunge_all()
    for one in others:
        book(program(one), lesson)
    page = visitor(people[0]).open(f"/classes/{lesson}")
    assert "Every seat is taken" in page.text
    assert [form for form in forms_of(page) if (form["action"] or "").endswith("/seat")] == []
    assert program(people[0]).post("/seats", {"class": lesson}).json["code"] == "class_full"


def test_a_therapist_plans_moves_checks_in_and_calls_off(app, people, program, visitor, clock):
    client, therapist, place = people
    anna = visitor(therapist)
    anna.open("/provider/classes")
    assert anna.submit(title="", starts_on="2027-01-15", starts_time="12:00").status_code == 422
    words = {"title": TITLE, "starts_on": "2027-01-15", "starts_time": "12:00", "capacity": "2", "price": "25", "place": place}
    anna.open("/provider/classes")
    made = anna.submit(**words)
    assert "Planned." in made.text
    lesson = made.request.path.rpartition("/")[2]
    anna.open("/provider/classes")
    assert "This time has just been taken." in anna.submit(**words).text
    seat = book(program(client), lesson)["id"]
    page = anna.open(f"/provider/classes/{lesson}")
    assert "Check people in from an hour before" in page.text
    assert "Moved." in anna.submit(at="/move", starts_on="2027-01-16", starts_time="12:00").text
    assert TITLE in anna.open("/provider/calendar", week="2027-01-16").text
    clock.set(AT + DAY)
    anna = visitor(therapist)  # a browser left alone for days has signed out
    anna.open(f"/provider/classes/{lesson}")
    assert "owes $25.00" in anna.submit(at=f"/provider/seats/{seat}/check-in").text
    assert "paid $25.00" in anna.submit(at=f"/provider/seats/{seat}/payment", how="cash").text
    anna.open("/provider/classes")
    second = anna.submit(**words | {"starts_on": "2027-01-20"}).request.path
    assert "Called off." in anna.submit(at="/cancel", why=WHY).text
    assert WHY in anna.open(second).text


def test_a_time_that_the_clocks_skip_is_no_time(people, visitor, clock):
    clock.set(START + 55 * DAY)
    anna = visitor(people[1])
    anna.open("/provider/classes")
    page = anna.submit(title=TITLE, starts_on="2027-03-14", starts_time="02:30", place=people[2])
    assert page.status_code == 422
    assert "the clocks go forward" in page.text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_that_no_calendar_has_is_refused(people, visitor, day):
    anna = visitor(people[1])
    anna.open("/provider/classes")
    assert anna.submit(title=TITLE, starts_on=day, starts_time="23:59", place=people[2]).status_code == 422


# --- letters and calendars -----------------------------------------------------------------------------------------------------------


def letters(app, kind):
    with app.test_request_context():
        return [
            render_letter(one.kind, one.facts) for one in db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id))
        ]


def test_letters_carry_one_uid_and_a_rising_sequence(app, people, program, lesson):
    me, anna = program(people[0]), program(people[1])
    book(me, lesson)
    anna.post(f"/provider/classes/{lesson}/move", {"starts_at": (AT + DAY).isoformat()})
    anna.post(f"/provider/classes/{lesson}/cancel", {"why": WHY})
    told = []
    for kind in ("seat_booked", "seat_moved", "seat_canceled"):
        [letter] = letters(app, kind)
        assert TITLE in letter.text
        [file] = letter.attachments
        [event] = read(file.content)
        told.append((event.uid, event.sequence, event.status))
        assert TITLE not in file.content.decode()
    assert len({uid for uid, _sequence, _status in told}) == 1
    assert [one[1:] for one in told] == [(0, "CONFIRMED"), (1, "CONFIRMED"), (2, "CANCELLED")]
    assert WHY in letters(app, "seat_canceled")[0].text
    assert all("seat" in letter.text for letter in letters(app, "provider_seat_booked"))


def test_feeds_tell_of_seats_and_classes(app, people, program, clock, lesson):
    client, therapist, _place = people
    me, anna = program(client), program(therapist)
    seat = book(me, lesson)["id"]
    own, theirs = feed(app, me, "full"), feed(app, anna, "full")
    [event] = own
    assert (event.uid, event.summary, event.sequence) == (f"{seat}@licensedhands", "Class with Anna Alder", 0)
    [taught] = theirs
    assert (taught.uid, taught.summary) == (f"{lesson}@licensedhands", f"Class: {TITLE}")
    assert [one.summary for one in feed(app, anna, "busy")] == ["Busy"]
    anna.post(f"/provider/classes/{lesson}/cancel", {})
    assert [(one.uid, one.sequence, one.status) for one in feed(app, me, "full")] == [(event.uid, 1, "CANCELLED")]
    assert [(one.uid, one.sequence, one.status) for one in feed(app, anna, "full")] == [(taught.uid, 1, "CANCELLED")]
    with app.app_context():
        anna_id = db.session.scalars(select(Provider.id).where(Provider.slug == "anna")).one()
        assert taught.uid.lower() in own_uids(db.session(), anna_id)


def feed(app, who, detail):
    if not who.get("/me/calendar").json["feeds"]:
        who.post("/me/calendar/rotate")
    url = {one["detail"]: one["url"] for one in who.get("/me/calendar").json["feeds"]}[detail]
    answer = app.test_client().get(url.removeprefix("http://localhost"))
    assert answer.status_code == 200
    return read(answer.data)


def test_a_guests_secret_stands_in_no_log():
    for path in ("visits", "class-seats"):
        assert mask(f"GET /{path}/{'k' * 43}/cancel HTTP/1.1") == f"GET /{path}/…/cancel HTTP/1.1"


def test_no_sealed_word_of_a_seat_is_readable(app, people, program, lesson):
    me = program(people[0])
    seat = book(me, lesson)["id"]
    me.post(f"/seats/{seat}/cancel", {"reason": "other", "note": "zzz private zzz"})
    with app.app_context():
        raw = db.session.connection().exec_driver_sql("SELECT cancel_note FROM class_seat").scalar_one()
        assert "private" not in raw
        assert db.session.scalars(select(ClassSeat)).one().cancel_note == "zzz private zzz"
