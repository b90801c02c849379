"""A free introductory call from hold to hang-up: what it needs, what it never needs, how often, and whom it tells."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import current_app
from icalendar import Calendar
from sqlalchemy import select

from booking.appointments.actions.book import Booking, book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.look import look_at_address, look_at_phone
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import choose_technique, complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.appointments.queries import done_visits, has_call_with, has_visit_with
from booking.openings.queries.searching import search
from booking.openings.rules.limits import CALLS_A_DAY
from booking.openings.rules.wanted import SearchQuery
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.letters import render_letter
from providers.credentials.models import Credential
from providers.schedule.models import Claim
from tests.factories import PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    book_call,
    book_visit,
    hold_call,
    hold_visit,
    letters_about,
    offer_call,
    traveling_provider,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("ctx")

PROVIDER, DESK = Doer("provider", "account:desk"), "account:desk"
PHONE = "+12125550142"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def provider():
    found = bookable_provider()
    offer_call(found)
    return found


@pytest.fixture
def start(clock):
    """Noon in New York, two days ahead."""
    return clock.now.replace(hour=17, minute=0) + 2 * DAY


@pytest.fixture
def person():
    return PersonFactory(name="Priya Natarajan", phone=PHONE)


@pytest.fixture
def call(clock, provider, person, start):
    return visit_of(book_call(provider, person, start, clock.now))


def refusal_of(verb, *arguments):
    with pytest.raises((Refused, Conflict, NotFound)) as caught:
        verb(*arguments)
    db.session.rollback()
    return caught.value


# --- what it needs -------------------------------------------------------------------------------------------------------


def test_a_call_needs_no_health_answers_no_consent_no_place_and_no_money(call):
    assert (call.status, call.setting, call.minutes) == ("confirmed", "phone", 10)
    assert (call.screening_id, call.consent_id, call.place_id, call.zip, call.address, call.technique) == (None,) * 6
    assert (call.total_cents, call.due_cents, call.fee_cents) == (0, 0, 0)
    assert [line["amount_cents"] for line in call.quote["lines"]] == [0]
    assert call.terms["summary"] == "free until the call starts"


def test_its_minutes_are_taken_from_the_hold_on_and_never_sold_twice(clock, provider, call, start):
    claim = db.session.get_one(Claim, call.claim_id)
    assert (claim.live, claim.kind, claim.zip, claim.place_id) == (True, "appointment", None, None)
    assert (claim.end_minute - claim.begin_minute, claim.before_minutes, claim.after_minutes) == (10, 0, 0)
    assert refusal_of(hold_call, provider, PersonFactory(), start, clock.now).code == "slot_taken"
    assert refusal_of(hold_visit, provider, PersonFactory(), start, clock.now).code == "slot_taken"
    assert refusal_of(hold_visit, provider, PersonFactory(), start - HOUR + timedelta(minutes=15), clock.now).code == "slot_taken"
    assert hold_visit(provider, PersonFactory(), start + timedelta(minutes=15), clock.now).state == "live"


@pytest.mark.parametrize("missing, field", [({"phone": None}, "phone"), ({"name": ""}, "name")])
def test_a_call_needs_a_number_and_a_name(clock, provider, start, missing, field):
    nobody = PersonFactory(**{"name": "Priya", "phone": PHONE, **missing})
    refusal = refusal_of(book_call, provider, nobody, start, clock.now)
    assert (refusal.code, [fault.field for fault in refusal.faults]) == ("phone_needed", [field])


def test_a_call_needs_a_confirmed_address_as_a_visit_does(clock, provider, start):
    guest = PersonFactory(name="Sam", phone=PHONE, email_confirmed_at=None)
    assert refusal_of(book_call, provider, guest, start, clock.now).code == "email_unconfirmed"


def test_a_visit_still_needs_everything(clock, provider, person, start):
    hold = hold_visit(provider, person, start, clock.now)
    assert refusal_of(book, Booking(hold.public_id), person.id, CLIENT, BASE_URL, clock.now).code == "screening_needed"


def test_a_call_needs_standing_on_its_day_at_the_hold_and_at_the_booking(clock, provider, person, start):
    hold = hold_call(provider, person, start, clock.now)
    for credential in db.session.scalars(select(Credential).where(Credential.kind == "license")):
        credential.valid_until = clock.now.date()
    db.session.commit()
    assert refusal_of(book, Booking(hold.public_id), person.id, CLIENT, BASE_URL, clock.now).code == "not_bookable"
    release_hold(hold.public_id, person.id, CLIENT, clock.now)
    assert refusal_of(hold_call, provider, person, start, clock.now).code == "not_bookable"


def test_a_call_that_is_offered_no_more_is_held_no_more(clock, provider, person, start):
    other = bookable_provider(slug="without-a-call")
    assert refusal_of(hold_call, other, person, start, clock.now).code == "unknown_service"


# --- how often -----------------------------------------------------------------------------------------------------------


def test_one_call_with_one_therapist_and_another_one_with_somebody_else(clock, provider, person, call, start):
    refusal = refusal_of(hold_call, provider, person, start + HOUR, clock.now)
    assert (refusal.code, "30 days" in refusal.sentence) == ("not_bookable", True)
    other = bookable_provider(slug="somebody-else")
    offer_call(other)
    assert visit_of(book_call(other, person, start, clock.now)).status == "confirmed"


def test_two_holds_make_one_call(clock, provider, person, start):
    first, second = (hold_call(provider, person, start + number * HOUR, clock.now) for number in (0, 1))
    book(Booking(first.public_id), person.id, CLIENT, BASE_URL, clock.now)
    assert refusal_of(book, Booking(second.public_id), person.id, CLIENT, BASE_URL, clock.now).code == "not_bookable"


def test_the_same_confirmed_address_is_the_same_person(clock, provider, person, call, start):
    twin = PersonFactory(name="Priya", phone=PHONE, email=person.email, email_confirmed_at=clock.now)
    assert refusal_of(hold_call, provider, twin, start + HOUR, clock.now).code == "not_bookable"


@pytest.mark.parametrize("verb", [complete, mark_no_show])
def test_whoever_talked_or_did_not_answer_calls_again_after_thirty_days(clock, provider, person, call, start, verb):
    verb(call.public_id, PROVIDER, start + timedelta(minutes=10))
    within = start + 29 * DAY
    assert refusal_of(hold_call, provider, person, within + DAY, within).code == "not_bookable"
    assert has_call_with(db.session(), provider.id, person.id, start - DAY)
    over = start + 30 * DAY
    assert hold_call(provider, person, over + DAY, over).state == "live"


def test_a_canceled_call_does_not_count(clock, provider, person, call, start):
    cancel(call.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert hold_call(provider, person, start + HOUR, clock.now).state == "live"


def test_a_day_takes_four_calls_of_whomever(clock, provider, start):
    for number in range(CALLS_A_DAY):
        book_call(provider, PersonFactory(name="Sam", phone=PHONE), start + number * timedelta(minutes=30), clock.now)
    late = start + 3 * HOUR
    assert refusal_of(hold_call, provider, PersonFactory(), late, clock.now).code == "day_full"
    assert hold_call(provider, PersonFactory(), late + DAY, clock.now).state == "live"
    assert hold_visit(provider, PersonFactory(), late, clock.now).state == "live"


# --- what it is not ------------------------------------------------------------------------------------------------------


def test_a_call_is_no_first_visit_and_no_visit_that_counts(clock, provider, person, call, start):
    complete(call.public_id, PROVIDER, start + timedelta(minutes=10))
    assert not has_visit_with(db.session(), provider.id, person.id)
    assert done_visits(db.session(), provider.id) == []
    first = ServiceFactory(provider=provider, code="first", first_visit_only=True)
    ServiceDurationFactory(service=first, minutes=30, price_cents=8_000)
    assert hold_visit(provider, person, start + DAY, clock.now, service="first", minutes=30).state == "live"


def test_no_search_finds_a_call_that_nobody_asked_for(clock, provider):
    window = to_minute(clock.now), to_minute(clock.now + 7 * DAY)
    assert search(db.session(), SearchQuery(*window, minutes=10), clock.now).total == 0
    found = search(db.session(), SearchQuery(*window, minutes=60), clock.now)
    assert [item.settings for item in found.items] == [("clinic",)]
    assert "phone" not in found.facets["setting"]


def test_no_technique_is_chosen_for_a_call(clock, call):
    assert refusal_of(choose_technique, call.public_id, "deep_tissue", CLIENT, clock.now).code == "unknown_technique"


def test_what_is_typed_for_a_call_and_for_a_visit_stays_apart(clock, provider, person, start):
    visit = hold_visit(provider, person, start, clock.now)
    visit.draft = {"health": {"fever": False}}
    db.session.commit()
    release_hold(visit.public_id, person.id, CLIENT, clock.now)
    held = hold_call(provider, person, start, clock.now)
    assert held.draft is None
    held.draft = {"call": {"note": "Do you know about TMJ?"}}
    db.session.commit()
    release_hold(held.public_id, person.id, CLIENT, clock.now)
    assert hold_visit(provider, person, start, clock.now).draft == {"health": {"fever": False}}


# --- on the road ---------------------------------------------------------------------------------------------------------


def test_between_two_home_visits_the_call_leaves_the_way(clock, start):
    provider = traveling_provider()
    offer_call(provider)
    first = hold_visit(provider, PersonFactory(), start - 2 * HOUR, clock.now, setting="home", zip="10024")
    second_start = next(
        at for minutes in range(0, 300, 15) if (at := start - HOUR + timedelta(minutes=minutes)) and _free(provider, at, clock.now)
    )
    second = hold_visit(provider, PersonFactory(), second_start, clock.now, setting="home", zip="10025")
    gap = [first.ends_at + timedelta(minutes=minutes) for minutes in range(0, int((second.starts_at - first.ends_at) / DAY * 1440), 15)]
    assert gap
    assert {refusal_of(hold_call, provider, PersonFactory(), at, clock.now).code for at in gap} <= {"slot_taken", "not_reachable"}
    assert hold_call(provider, PersonFactory(), second.ends_at + HOUR, clock.now).state == "live"


def _free(provider, at, now):
    """Whether a home visit could begin; nothing stays held."""
    someone = PersonFactory()
    try:
        hold = hold_visit(provider, someone, at, now, setting="home", zip="10025")
    except (Refused, Conflict):
        db.session.rollback()
        return False
    release_hold(hold.public_id, someone.id, CLIENT, now)
    return True


# --- afterwards ----------------------------------------------------------------------------------------------------------


def test_moving_and_canceling_are_free_until_the_call_starts(clock, call, start):
    moved = move(call.public_id, start + HOUR, CLIENT, BASE_URL, start - timedelta(hours=3)).appointment
    assert (moved.starts_at, moved.sequence, moved.zip, moved.place_id) == (start + HOUR, 1, None, None)
    assert moved.terms["summary"] == "free until the call starts"
    _gone, verdict = cancel(call.public_id, Cancelling(0), CLIENT, BASE_URL, start + HOUR)
    assert (verdict.fee_cents, verdict.tier) == (0, "free")
    assert not db.session.get_one(Claim, call.claim_id).live


def test_whoever_does_not_answer_owes_nothing_and_is_not_rung_for_longer_than_five_minutes(call, start):
    assert refusal_of(mark_no_show, call.public_id, PROVIDER, start + timedelta(minutes=4)).code == "wrong_state"
    missed = mark_no_show(call.public_id, PROVIDER, start + timedelta(minutes=5)).appointment
    assert (missed.status, missed.fee_cents, missed.due_cents) == ("no_show", 0, 0)


def test_the_therapist_sees_the_number_around_the_call_and_each_look_is_written_down(provider, person, call, start):
    asking = (call.public_id, provider.account_id, DESK)
    assert refusal_of(look_at_phone, *asking, start - 25 * HOUR).code == "not_shown_yet"
    assert look_at_phone(*asking, start - 23 * HOUR)[1] == PHONE
    assert refusal_of(look_at_phone, *asking, start + 25 * HOUR).code == "not_shown_yet"
    assert refusal_of(look_at_phone, call.public_id, provider.account_id + 99, DESK, start).code == "not_found"
    seen = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "appointment.phone_seen")).all()
    assert [entry.object_id for entry in seen] == [call.public_id]
    assert refusal_of(look_at_address, *asking, start).code == "not_shown_yet"


def test_a_visit_shows_no_number(clock, provider, person, start):
    visit = visit_of(book_visit(provider, person, start, clock.now))
    assert refusal_of(look_at_phone, visit.public_id, provider.account_id, DESK, start).code == "not_found"


def test_a_call_whose_provider_has_lost_the_standing_says_so(clock, provider, call, start):
    provider.state = "suspended"
    db.session.commit()
    assert any(call.public_id in line for line in findings(db.session(), clock.now))


# --- letters and calendars -----------------------------------------------------------------------------------------------


def told(visit, kind):
    letter = next(letter for letter in letters_about(visit) if letter.kind == kind)
    return render_letter(kind, letter.facts)


def test_letters_say_who_calls_whom_and_never_the_whole_number(provider, call):
    to_client, to_provider = told(call, "visit_booked"), told(call, "provider_visit_booked")
    assert f"By phone: {provider.name} calls the number you gave, ending in 42" in to_client.text
    assert "Your call is booked." in to_client.text
    assert "Whole price: free" in to_client.text
    assert "free until the call starts" in to_client.text
    assert "You call them" in to_provider.text
    assert to_provider.subject.startswith("New call")
    for letter in letters_about(call):
        text = render_letter(letter.kind, letter.facts)
        assert PHONE[-7:] not in text.text + str(letter.facts)
        assert "fever" not in text.text.lower()
        assert "visit" not in text.subject.lower()
    assert {letter.kind for letter in letters_about(call)} == {"visit_booked", "provider_visit_booked", "visit_reminder"}


def test_letters_about_a_moved_and_a_canceled_call_call_it_a_call(clock, call, start):
    move(call.public_id, start + HOUR, CLIENT, BASE_URL, clock.now)
    cancel(call.public_id, Cancelling(), CLIENT, BASE_URL, clock.now + HOUR)
    for kind in ("visit_moved", "provider_visit_moved", "visit_cancelled", "provider_visit_cancelled"):
        first = told(call, kind).text.partition("\n\n")[0]
        assert "call" in first, kind
        assert "visit" not in first, kind


def test_the_calendar_has_a_call_with_who_calls_whom(provider, call):
    file = told(call, "visit_booked").attachments[0]
    event = Calendar.from_ical(file.content).walk("VEVENT")[0]
    assert event["location"] == f"By phone: {provider.name} calls the number you gave, ending in 42"
    assert event["summary"] == f"Call with {provider.name}"
    assert (event["dtend"].dt - event["dtstart"].dt) == timedelta(minutes=10)
    assert current_app.name


def test_a_hold_of_a_call_runs_out_to_the_second(clock, provider, person, start):
    held = hold_call(provider, person, start, clock.now)
    over = clock.now + timedelta(minutes=10)
    refusal = refusal_of(book, Booking(held.public_id), person.id, CLIENT, BASE_URL, over)
    assert refusal.code == "hold_expired"
    assert hold_call(provider, PersonFactory(), start, over).state == "live"


def test_what_a_call_would_not_ask_for_is_not_kept_when_it_is_sent_all_the_same(clock, provider, person, start):
    hold = hold_call(provider, person, start, clock.now)
    wanted = replace(Booking(hold.public_id), screening="x" * 20, consent_version="9", consent_accepted=True)
    visit = visit_of(book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    assert (visit.screening_id, visit.consent_id) == (None, None)
    assert db.session.scalars(select(Appointment)).one().id == visit.id
