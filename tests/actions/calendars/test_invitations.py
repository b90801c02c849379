"""Invitations over a real mail server: one UID from the request to the end, a SEQUENCE that rises, files in which nothing is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.move import move
from booking.appointments.queries import provider_email
from marketplace.db import db
from marketplace.oversight.jobs import deliver_letters
from providers.schedule.models import ScheduleRule
from tests.factories import PersonFactory, WeeklyHoursFactory, bookable_provider
from tests.support.ical import Rising, calendar_value, lint, read
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    book_hold,
    book_visit,
    booking_of,
    clear_answers,
    hold_visit,
    traveling_provider,
    visit_of,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def environment(mail_server):
    return {"SMTP_URL": mail_server.url}


@pytest.fixture
def delivered(ctx, clock, mail_server):
    """`delivered()`: files that have arrived since the last look, by whom they went to, as (method of the part, content)."""
    seen = [0]

    def look():
        clock.advance(minutes=3)
        deliver_letters(clock.now)
        files = {}
        for letter in mail_server.taken[seen[0] :]:
            for part in letter.iter_attachments():
                content = part.get_payload(decode=True)
                assert part["Content-Type"].params["method"] == calendar_value(content, "METHOD")
                assert lint(content) == []
                files.setdefault(letter["To"], []).append((calendar_value(content, "METHOD"), read(content)[0]))
        seen[0] = len(mail_server.taken)
        return files

    return look


def test_booked_moved_and_cancelled_are_one_event_to_both_sides(clock, delivered):
    provider, person, start = bookable_provider(), PersonFactory(), clock.now + 3 * DAY
    visit, rising, told = visit_of(book_visit(provider, person, start, clock.now)), {}, []
    sides = {person.email, provider_email(db.session(), provider.id)}
    for step in (
        lambda: None,
        lambda: move(visit.public_id, start + DAY, CLIENT, BASE_URL, clock.now),
        lambda: cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now),
    ):
        step()
        files = delivered()
        assert set(files) == sides
        for side, ((method, event),) in files.items():
            assert rising.setdefault(side, Rising()).look([event]) == []
            told.append((method, event.uid, event.sequence, event.status, event.starts_at))
    assert told == [
        *[("REQUEST", visit.uid, 0, "CONFIRMED", start)] * 2,
        *[("REQUEST", visit.uid, 1, "CONFIRMED", start + DAY)] * 2,
        *[("CANCEL", visit.uid, 2, "CANCELLED", start + DAY)] * 2,
    ]


def test_a_request_is_tentative_in_both_calendars_until_it_runs_out(clock, delivered):
    provider, person, start = bookable_provider(), PersonFactory(), clock.now + 3 * DAY
    hold = hold_visit(provider, person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    asked = delivered()
    clock.set(visit.respond_by_at)
    assert expire_requests(clock.now, BASE_URL) == 1
    ended = delivered()
    sides = {person.email, provider_email(db.session(), provider.id)}
    for files, wanted in ((asked, ("REQUEST", "TENTATIVE", 0, 1)), (ended, ("CANCEL", "CANCELLED", 1, 0))):
        assert set(files) == sides
        assert {(method, event.status, event.sequence, event.alarms) for ((method, event),) in files.values()} == {wanted}


def test_text_from_people_stays_text(clock, delivered):
    provider = bookable_provider(name="Eve\r\nATTENDEE:mailto:eve@example.com\r\n ,;\\\u2028\x85\x07x \N{HOT BEVERAGE}" + " very long" * 5)
    book_visit(provider, PersonFactory(), clock.now + 3 * DAY, clock.now)
    ((_method, event),) = next(file for to, file in delivered().items() if to != provider_email(db.session(), provider.id))
    assert event.summary.startswith("Visit with Eve ATTENDEE:mailto:eve@example.com ,;\\ x \N{HOT BEVERAGE} very long")


def test_the_street_of_a_home_is_in_no_file(clock, delivered):
    book_visit(traveling_provider(), PersonFactory(), clock.now + 3 * DAY, clock.now, setting="home", zip="10024")
    for ((_method, event),) in delivered().values():
        assert event.location == "Manhattan, 10024"


def test_a_guests_key_stays_in_the_letter(clock, delivered, mail_server):
    guest = PersonFactory(account=None)
    hold = hold_visit(bookable_provider(), guest, clock.now + 3 * DAY, clock.now)
    made = book(booking_of(hold, guest, clock.now, guest=True), guest.id, CLIENT, BASE_URL, clock.now)
    move(made.booked.appointment.public_id, clock.now + 4 * DAY, CLIENT, BASE_URL, clock.now)
    assert guest.email in delivered()
    theirs = [letter for letter in mail_server.taken if letter["To"] == guest.email]
    assert all(made.guest_key in letter.get_body().get_content() for letter in theirs)
    assert not [part for letter in theirs for part in letter.iter_attachments() if made.guest_key in part.get_payload(decode=True).decode()]


@pytest.mark.parametrize("minute", [30, 90])
def test_the_hour_that_comes_twice_is_told_in_utc(clock, delivered, minute):
    clock.set(datetime(2027, 11, 4, 17, 0, tzinfo=UTC))
    provider, start = bookable_provider(), datetime(2027, 11, 7, 5, 0, tzinfo=UTC) + timedelta(minutes=minute)
    WeeklyHoursFactory(provider=provider, weekday=6, opens_minute=0, closes_minute=300)
    db.session.get_one(ScheduleRule, provider.id).buffer_after_minutes = 0
    db.session.commit()
    book_visit(provider, PersonFactory(), start, clock.now)
    for ((_method, event),) in delivered().values():
        assert (event.starts_at, event.ends_at) == (start, start + HOUR)
