"""Times kept by hand in both databases: judged like any other, passed over with reasons, and a visit only with its client's yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.keep_by_hand import ForWhom, HandWish, keep_by_hand, take_back
from booking.appointments.changes.history import Doer
from booking.appointments.models import AppointmentEvent, HandBooking, Hold
from booking.openings.rules.asking import Wish
from marketplace.accounts.models import Person
from marketplace.audit import broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from providers.registry.rules import Owner
from providers.schedule.models import Claim
from tests.factories import PersonFactory, ScheduleRuleFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, booking_of, clear_answers, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")
ANNA = Doer("provider", "account:anna")
NEW = ForWhom(name="Ruth Weiss", email="ruth@example.com")
DAY = timedelta(days=1)


def keep(provider, starts_at, now, client=NEW, whom=None, **reasons):
    wanted = HandWish(Wish("medical-massage", 60, "clinic"), starts_at, client, reasons)
    return keep_by_hand(whom or Owner(provider.account_id, provider.name, ANNA.name), wanted, ANNA, BASE_URL, now)


def codes(refusal):
    return [one["code"] for one in refusal.value.details["objections"]]


def letters():
    return db.session.scalars(select(Letter).where(Letter.kind == "visit_kept", Letter.withdrawn_at.is_(None))).all()


def test_somebody_new_gets_a_letter_and_the_time_is_kept(clock):
    anna, now = bookable_provider(), clock.now
    hold = keep(anna, now + 2 * DAY, now)
    assert (hold.state, hold.expires_at) == ("live", now + 2 * DAY - timedelta(hours=12))
    (letter,) = letters()
    assert (letter.recipient, letter.send_before_at) == ("ruth@example.com", hold.expires_at)
    assert letter.facts["link"].startswith(f"{BASE_URL}/kept/{hold.public_id}/")
    with pytest.raises(Conflict):
        hold_visit(anna, PersonFactory(), now + 2 * DAY, now)
    db.session.rollback()
    assert expire_holds(hold.expires_at) == 1
    hold_visit(anna, PersonFactory(), now + 2 * DAY, hold.expires_at)
    assert list(broken_entries(db.session())) == []


def test_it_is_a_visit_only_when_its_client_has_answered_and_agreed(clock):
    anna, now = bookable_provider(), clock.now
    known = visit_of(book_visit(anna, PersonFactory(), now + 2 * DAY, now))
    starts_at = now.replace(hour=12) + 3 * DAY
    client = ForWhom(appointment=known.public_id)
    with pytest.raises(Refused) as refused:
        keep(anna, starts_at, now, client)
    assert (refused.value.code, codes(refused)) == ("override_needed", ["outside_hours"])
    hold = keep(anna, starts_at, now, client, outside_hours="They work early")
    person = db.session.get_one(Person, known.person_id)
    wanted = booking_of(hold, person, now)
    visit = visit_of(book(wanted, person.id, CLIENT, BASE_URL, now))
    assert (visit.status, visit.total_cents) == ("confirmed", hold.quote["total_cents"])
    told = db.session.scalars(select(AppointmentEvent.facts).where(AppointmentEvent.appointment_id == visit.id)).one()
    assert told["kept_by"] == "account:anna"
    assert [(one["code"], one["reason"]) for one in told["overrides"]] == [("outside_hours", "They work early")]


def test_a_stop_or_no_answer_books_nothing(clock):
    anna, now = bookable_provider(), clock.now
    known = visit_of(book_visit(anna, PersonFactory(), now + 2 * DAY, now))
    hold = keep(anna, now + 3 * DAY, now, ForWhom(appointment=known.public_id))
    person = db.session.get_one(Person, known.person_id)
    stopped = booking_of(hold, person, now, {**clear_answers(), "chest_pain": True})
    for wanted, code in ((stopped, "screening_stop"), (replace(stopped, screening=""), "screening_needed")):
        with pytest.raises(Refused) as refused:
            book(wanted, person.id, ANNA, BASE_URL, now)
        assert refused.value.code in (code, "screening_stop")
        db.session.rollback()
    assert db.session.get_one(Hold, hold.id, populate_existing=True).state == "live"


def test_the_consent_is_the_clients(clock):
    anna, now = bookable_provider(), clock.now
    known = visit_of(book_visit(anna, PersonFactory(), now + 2 * DAY, now))
    hold = keep(anna, now + 3 * DAY, now, ForWhom(appointment=known.public_id))
    person = db.session.get_one(Person, known.person_id)
    with pytest.raises(Refused) as refused:
        book(replace(booking_of(hold, person, now), consent_accepted=False), person.id, ANNA, BASE_URL, now)
    assert refused.value.code == "consent_required"


def test_own_rules_are_passed_over_one_by_one(clock):
    anna, now = bookable_provider(), clock.now
    rule = db.session.get(type(ScheduleRuleFactory.build()), anna.id)
    rule.notice_minutes, rule.max_per_day = 10_000, 0
    db.session.commit()
    with pytest.raises(Refused) as refused:
        keep(anna, now + DAY, now, too_soon="An old client")
    assert (refused.value.code, codes(refused)) == ("override_needed", ["too_soon", "day_full"])
    assert db.session.scalars(select(Hold)).all() == []
    db.session.rollback()
    hold = keep(anna, now + DAY, now, too_soon="An old client", day_full="I have time", break_needed="Nobody asked")
    made = db.session.scalars(select(HandBooking).where(HandBooking.hold_id == hold.id)).one()
    assert [one["code"] for one in made.overrides] == ["too_soon", "day_full"]


def test_minutes_that_are_taken_and_standing_are_never_passed_over(clock):
    anna, now = bookable_provider(), clock.now
    visit = visit_of(book_visit(anna, PersonFactory(name="Priya Natarajan"), now + 2 * DAY, now))
    with pytest.raises(Conflict) as taken:
        keep(anna, now + 2 * DAY + timedelta(minutes=30), now, overlap="Please", buffers="Please")
    assert taken.value.code == "slot_taken"
    assert [(one["reference"], one["client"]) for one in taken.value.details["in_the_way"]] == [(visit.reference, "Priya N.")]
    db.session.rollback()
    for credential in db.session.scalars(select(Credential)):
        credential.status = "suspended"
    db.session.commit()
    with pytest.raises(Refused) as lapsed:
        keep(anna, now + 3 * DAY, now, not_bookable="Please")
    assert lapsed.value.code == "not_bookable"


def test_shorter_buffers_leave_the_minutes_hands_on_to_everybody(clock):
    anna, now = bookable_provider(), clock.now
    before = visit_of(book_visit(anna, PersonFactory(), now + 2 * DAY, now))
    with pytest.raises(Refused) as refused:
        keep(anna, before.ends_at, now)
    assert codes(refused) == ["buffers"]
    db.session.rollback()
    keep(anna, before.ends_at, now, buffers="The next room is ready")
    claims = db.session.scalars(select(Claim).where(Claim.live).order_by(Claim.begin_minute)).all()
    assert [claim.end_minute - claim.begin_minute for claim in claims] == [60, 60]
    assert claims[0].busy_until_minute == claims[1].busy_from_minute == claims[1].begin_minute


def test_it_is_taken_back_and_only_by_those_whose_it_is(clock):
    anna, bea, now = bookable_provider(slug="anna"), bookable_provider(slug="bea"), clock.now
    hold = keep(anna, now + 2 * DAY, now)
    with pytest.raises(NotFound):
        take_back("bea", hold.public_id, ANNA, now)
    own = hold_visit(bea, PersonFactory(), now + 2 * DAY, now)
    with pytest.raises(NotFound):
        take_back("bea", own.public_id, ANNA, now)
    take_back("anna", hold.public_id, ANNA, now)
    take_back("anna", hold.public_id, ANNA, now)
    assert letters() == []
    hold_visit(anna, PersonFactory(), now + 2 * DAY, now)


def test_an_address_tells_nothing_of_other_peoples_clients(clock):
    anna, bea, now = bookable_provider(slug="anna"), bookable_provider(slug="bea"), clock.now
    person = PersonFactory(email="ruth@example.com")
    book_visit(bea, person, now + 2 * DAY, now)
    mine, theirs = keep(anna, now + 3 * DAY, now), keep(bea, now + 3 * DAY, now, whom="bea")
    assert mine.person_id != person.id
    assert theirs.person_id == person.id


def test_of_two_hand_bookings_and_a_client_one_has_the_minutes(app, clock):
    anna, now = bookable_provider(), clock.now
    person = PersonFactory()
    deeds = [lambda: keep(anna, now + 2 * DAY, now), lambda: keep(anna, now + 2 * DAY + timedelta(minutes=30), now)]
    outcome = race(app, [*deeds, lambda: hold_visit(anna, person, now + 2 * DAY, now)])
    assert outcome == {"done": 1, "slot_taken": 2}


def test_what_others_keep_for_somebody_uses_up_none_of_their_own_holds(clock):
    anna, bea, now = bookable_provider(slug="anna"), bookable_provider(slug="bea"), clock.now
    known = visit_of(book_visit(anna, PersonFactory(), now + 2 * DAY, now))
    for days in (3, 4):
        keep(anna, now + days * DAY, now, ForWhom(appointment=known.public_id))
    person = db.session.get_one(Person, known.person_id)
    for days in (5, 6):
        hold_visit(bea, person, now + days * DAY, now)
