"""Letters of a visit and its calendar file: who is told what and when, and what is never in them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app
from icalendar import Calendar

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.move import move
from booking.calendars.ics import event_of_facts, visit_file
from booking.screening import catalogue
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.walltime import NEW_YORK
from marketplace.vault import secret_hash
from providers.schedule.models import ScheduleRule
from tests.factories import AccountFactory, PersonFactory, WeeklyHoursFactory, bookable_provider
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    book_hold,
    book_visit,
    booking_of,
    clear_answers,
    hold_visit,
    letters_about,
    traveling_provider,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("ctx")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def start(clock):
    return clock.now + 3 * DAY


@pytest.fixture
def person():
    return PersonFactory(account=AccountFactory(name="Wilhelmina Featherstonehaugh"))


@pytest.fixture
def visit(clock, start, person):
    return visit_of(book_visit(bookable_provider(), person, start, clock.now))


def waiting(visit, kind="visit_reminder"):
    return [letter for letter in letters_about(visit, waiting=True) if letter.kind == kind]


def file_of(letter):
    facts = letter.facts
    return Calendar.from_ical(visit_file(event_of_facts(facts, for_provider=letter.kind.startswith("provider_"))))


def rendered(letter):
    return current_app.jinja_env.get_template(f"letters/{letter.kind}.txt").render(facts=letter.facts)


# --- who is told -----------------------------------------------------------------------------------------------------------------


def test_a_booking_tells_the_client_at_once_and_the_provider_soon(clock, visit, person):
    booked, news = letters_about(visit)[:2]
    assert (booked.kind, booked.recipient, booked.send_after_at) == ("visit_booked", person.email, clock.now)
    assert (news.kind, news.send_after_at) == ("provider_visit_booked", clock.now + timedelta(minutes=2))
    assert news.recipient != person.email


def test_reminders_a_day_and_two_hours_before_and_none_after_the_start(visit, start):
    assert [letter.send_after_at for letter in waiting(visit)] == [start - 24 * HOUR, start - 2 * HOUR]
    assert {letter.send_before_at for letter in waiting(visit)} == {start}


@pytest.mark.parametrize(("hours", "reminders"), [(21, 1), (3, 1), (2, 0)])
def test_only_reminders_whose_time_is_still_ahead_are_written(clock, person, hours, reminders):
    made = book_visit(bookable_provider(), person, clock.now + hours * HOUR, clock.now)
    assert len(waiting(visit_of(made))) == reminders


def test_a_cancellation_takes_every_reminder_back_and_tells_both(clock, visit):
    cancel(visit.public_id, Cancelling(reason="illness", note="I feel feverish"), CLIENT, BASE_URL, clock.now + HOUR)
    assert {letter.kind for letter in letters_about(visit, waiting=True)} == {"visit_cancelled", "provider_visit_cancelled"}
    assert list(findings(db.session(), clock.now)) == []


def test_a_move_takes_the_old_reminders_back_and_writes_new_ones(clock, visit, start):
    old = {letter.key for letter in waiting(visit)}
    move(visit.public_id, start + DAY, CLIENT, BASE_URL, clock.now + HOUR)
    fresh = waiting(visit)
    assert [letter.send_after_at for letter in fresh] == [start, start + 22 * HOUR]
    assert {letter.send_before_at for letter in fresh} == {start + DAY}
    assert not old & {letter.key for letter in fresh}


def test_of_two_moves_in_a_row_only_the_last_is_told(clock, visit, start):
    for day in (1, 2):
        move(visit.public_id, start + day * DAY, CLIENT, BASE_URL, clock.now + timedelta(seconds=30 * day))
    (told,) = waiting(visit, "visit_moved")
    assert datetime.fromisoformat(told.facts["starts_at"]) == start + 2 * DAY
    assert len(waiting(visit)) == 2


def test_a_request_reminds_of_nothing_and_its_end_is_told(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    assert [letter.kind for letter in letters_about(visit)] == ["visit_requested", "provider_visit_booked"]
    expire_requests(visit.respond_by_at, BASE_URL)
    assert "visit_expired" in {letter.kind for letter in letters_about(visit, waiting=True)}
    assert waiting(visit, "visit_requested") == []


def test_a_guest_opens_the_visit_from_every_letter_also_after_moving_it(clock, start):
    guest = PersonFactory(account=None)
    hold = hold_visit(bookable_provider(), guest, start, clock.now)
    made = book(booking_of(hold, guest, clock.now, guest=True), guest.id, CLIENT, BASE_URL, clock.now)
    visit = visit_of(made)
    move(visit.public_id, start + DAY, CLIENT, BASE_URL, clock.now)
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now + HOUR)
    links = {letter.kind: letter.facts["link"] for letter in letters_about(visit) if not letter.kind.startswith("provider_")}
    assert set(links) == {"visit_booked", "visit_reminder", "visit_moved", "visit_cancelled"}
    assert set(links.values()) == {f"{BASE_URL}/visits/{made.guest_key}"}
    theirs = [letter for letter in letters_about(visit) if letter.kind.startswith("provider_")]
    assert all(made.guest_key not in json.dumps(letter.facts) for letter in theirs)
    assert secret_hash(made.guest_key) == visit.guest_key_hash


# --- what is in them -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(clock, start, person):
    """Every letter of a home visit that was booked with things to say, moved and cancelled."""
    hold = hold_visit(traveling_provider(), person, start, clock.now, setting="home", zip="10024")
    answers = clear_answers(open_wound=True, affected_region=["foot_l"], anticoagulant=True)
    visit = visit_of(book_hold(hold, person, clock.now, answers, note="A wound on my foot; ring twice"))
    move(visit.public_id, start + DAY, CLIENT, BASE_URL, clock.now)
    cancel(visit.public_id, Cancelling(reason="illness", note="fever"), CLIENT, BASE_URL, clock.now + HOUR)
    return letters_about(visit)


def test_no_letter_tells_of_health_or_of_a_clients_street(told):
    words = {"wound", "foot", "blood", "fever", "illness", "anticoagulant", "7th street", "4c", "ring twice"}
    words |= {question.code for question in catalogue.form().questions} - {"minor"}
    for letter in told:
        facts = {name: value for name, value in letter.facts.items() if name not in ("terms", "uid", "appointment", "link")}
        told_there = json.dumps(facts) + file_of(letter).to_ical().decode().replace("\r\n ", "")
        for random in ("uid", "link", "reference"):  # Their digits may spell an apartment; a folded line of the file would hide them.
            told_there = told_there.replace(letter.facts[random], "")
        assert [word for word in words if word in told_there.lower()] == []


def test_no_letter_to_a_provider_names_the_clients_family(told):
    theirs = [letter for letter in told if letter.kind.startswith("provider_")]
    assert len(theirs) == 3
    for letter in theirs:
        assert letter.facts["client_name"] == "Wilhelmina"
        assert "Featherstonehaugh" not in json.dumps(letter.facts) + rendered(letter) + file_of(letter).to_ical().decode()


def test_every_letter_can_be_read(told):
    kinds = {letter.kind for letter in told}
    assert kinds == {
        "visit_booked", "provider_visit_booked", "visit_reminder", "visit_moved", "provider_visit_moved", "visit_cancelled",
        "provider_visit_cancelled",
    }  # fmt: skip
    for letter in told:
        subject, _, text = rendered(letter).partition("\n")
        assert subject.startswith("Subject: ")
        assert letter.facts["reference"] in text


def test_a_clinics_address_is_told_to_its_visitor(visit):
    booked = letters_about(visit)[0]
    assert booked.facts["place"] == "Columbus Avenue Practice, 410 Columbus Avenue, New York 10024"
    assert str(file_of(booked).events[0]["location"]) == booked.facts["place"]


# --- the calendar file -------------------------------------------------------------------------------------------------------------


def test_the_file_says_when_in_new_yorks_time_with_an_alarm(visit, start):
    (event,) = file_of(letters_about(visit)[0]).events
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (start, start + HOUR)
    assert event["dtstart"].to_ical() == f"{start.astimezone(NEW_YORK):%Y%m%dT%H%M%S}".encode()
    assert event["dtstart"].params["TZID"] == "America/New_York"
    assert (str(event["uid"]), event["sequence"], str(event["status"]), str(event["class"])) == (visit.uid, 0, "CONFIRMED", "PRIVATE")
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger") == -HOUR


def test_uid_stays_and_sequence_rises_from_booking_to_cancelling(clock, visit, start):
    move(visit.public_id, start + DAY, CLIENT, BASE_URL, clock.now)
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now + HOUR)
    files = [
        file_of(letter).events[0] for letter in letters_about(visit) if letter.kind in ("visit_booked", "visit_moved", "visit_cancelled")
    ]
    assert [(str(event["uid"]), event["sequence"], str(event["status"])) for event in files] == [
        (visit.uid, 0, "CONFIRMED"),
        (visit.uid, 1, "CONFIRMED"),
        (visit.uid, 2, "CANCELLED"),
    ]
    assert [len(event.walk("VALARM")) for event in files] == [1, 1, 0]


def test_a_request_is_tentative(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    assert str(file_of(letters_about(visit)[0]).events[0]["status"]) == "TENTATIVE"


def test_text_from_people_cannot_write_calendar_lines(clock, start):
    provider = bookable_provider(name="Eve\r\nATTENDEE:mailto:eve@example.com\r\nX:")
    visit = visit_of(book_visit(provider, PersonFactory(), start, clock.now))
    booked = letters_about(visit)[0]
    raw = visit_file(event_of_facts(booked.facts, for_provider=False)).decode()
    assert not [line for line in raw.splitlines() if line.startswith(("ATTENDEE", "X:"))]
    assert "Eve" in str(Calendar.from_ical(raw).events[0]["summary"])


@pytest.mark.parametrize(
    ("instant", "zone", "stamp"),
    [
        (datetime(2027, 11, 7, 5, 30, tzinfo=UTC), "EDT", b"20271107T053000Z"),
        (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "EST", b"20271107T063000Z"),
    ],
)
def test_both_half_past_ones_of_november_are_told_apart(clock, person, instant, zone, stamp):
    clock.set(datetime(2027, 11, 4, 17, 0, tzinfo=UTC))
    provider = bookable_provider()
    WeeklyHoursFactory(provider=provider, weekday=6, opens_minute=0, closes_minute=300)
    db.session.get_one(ScheduleRule, provider.id).buffer_after_minutes = 0
    db.session.commit()
    booked = letters_about(visit_of(book_visit(provider, person, instant, clock.now)))[0]
    assert f"1:30\u00a0AM\u00a0{zone}" in rendered(booked)
    assert file_of(booked).events[0]["dtstart"].to_ical() == stamp
