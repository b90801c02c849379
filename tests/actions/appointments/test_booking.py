"""Turning a hold into an appointment: health, consent, place, price and terms, for accounts and guests."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.book import PlaceOfVisit, book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.hold import release_hold
from booking.appointments.models import Appointment, AppointmentEvent, Hold
from booking.appointments.queries import get_by_guest_key
from booking.screening import catalogue
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.vault import secret_hash
from providers.credentials.models import Credential
from providers.registry.models import Provider
from providers.schedule.models import Claim
from providers.services.models import ServiceDuration, TermsPolicy
from tests.factories import TERMS, PersonFactory, bookable_provider
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    answered,
    book_hold,
    book_visit,
    booking_of,
    clear_answers,
    hold_visit,
    traveling_provider,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def start(clock):
    """Thursday noon."""
    return clock.now + timedelta(days=2)


@pytest.fixture
def person():
    return PersonFactory()


def claim_of(visit):
    return db.session.get_one(Claim, visit.claim_id, populate_existing=True)


# --- health --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [{}, {"open_wound": True, "affected_region": ["foot_l"]}], ids=["clear", "restricted"])
def test_who_may_be_massaged_is_confirmed_at_once(clock, start, person, answers):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(**answers)))
    assert (visit.status, visit.respond_by_at, visit.attention) == ("confirmed", None, [])
    assert (visit.starts_at, visit.ends_at) == (start, start + timedelta(minutes=60))
    claim = claim_of(visit)
    assert (claim.kind, claim.live, claim.expires_at, claim.id) == ("appointment", True, None, hold.claim_id)
    assert db.session.scalar(select(Hold.state)) == "booked"
    assert list(findings(db.session(), clock.now)) == []


@pytest.mark.parametrize(
    ("days", "hours_left"),
    [(10, 72), (3, 60), (2, 36), (0.25, 6)],
    ids=["three days", "half a day before the visit", "the same, nearer", "a visit nearer than half a day: until its start"],
)
def test_who_needs_a_clearance_makes_a_request_that_keeps_the_time_until_a_deadline(clock, person, days, hours_left):
    clock.set(clock.now - timedelta(hours=3))  # nine in the morning, so that six hours later is within the hours
    now, start = clock.now, clock.now + timedelta(days=days)
    visit = visit_of(book_hold(hold_visit(bookable_provider(), person, start, now), person, now, clear_answers(seizure=True)))
    due = now + timedelta(hours=hours_left)
    assert (visit.status, visit.respond_by_at, visit.attention) == ("requested", due, ["clearance_due"])
    assert (claim_of(visit).expires_at, claim_of(visit).live) == (due, True)


def test_what_is_requested_cannot_be_held_by_others_until_the_deadline(clock, person):
    provider, start = bookable_provider(), clock.now + timedelta(days=10)
    visit = visit_of(book_hold(hold_visit(provider, person, start, clock.now), person, clock.now, clear_answers(seizure=True)))
    last_second = visit.respond_by_at - timedelta(seconds=1)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(provider, PersonFactory(), start, last_second)
    assert expire_requests(last_second, BASE_URL) == 0
    assert hold_visit(provider, PersonFactory(), start, visit.respond_by_at)


def test_a_request_that_ran_out_expires_once_and_costs_nothing(clock, person):
    provider, start = bookable_provider(), clock.now + timedelta(days=10)
    made = book_hold(hold_visit(provider, person, start, clock.now), person, clock.now, clear_answers(seizure=True))
    due = visit_of(made).respond_by_at
    assert expire_requests(due, BASE_URL) == 1
    assert expire_requests(due + timedelta(days=1), BASE_URL) == 0
    visit = visit_of(made)
    assert (visit.status, visit.due_cents, visit.fee_cents, visit.sequence, visit.attention) == ("expired", 0, 0, 1, [])
    assert claim_of(visit).live is False
    assert list(findings(db.session(), due)) == []


def test_a_confirmed_visit_never_expires(clock, start, person):
    made = book_visit(bookable_provider(), person, start, clock.now)
    assert expire_requests(start + timedelta(days=365), BASE_URL) == 0
    assert visit_of(made).status == "confirmed"


STOP = {"chest_pain": True}


def test_a_stop_keeps_the_visit_from_being_booked(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(hold, person, clock.now, clear_answers(**STOP))
    assert db.session.scalar(select(func.count()).select_from(Appointment)) == 0
    db.session.rollback()
    assert db.session.get_one(Hold, hold.id, populate_existing=True).state == "live"


def test_a_stop_is_not_dodged_by_naming_older_answers(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    wanted = booking_of(hold, person, clock.now)
    answered(person, clock.now, **STOP)
    with pytest.raises(Refused, match="screening_stop"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)


def test_a_stop_named_outright_is_refused_even_when_newer_answers_are_clear(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    stopped = answered(person, clock.now, **STOP)
    wanted = booking_of(hold, person, clock.now)
    with pytest.raises(Refused, match="screening_stop"):
        book(replace(wanted, screening=stopped), person.id, CLIENT, BASE_URL, clock.now)


def test_newer_answers_count_before_those_named(clock, start, person):
    wanted = booking_of(hold_visit(bookable_provider(), person, start, clock.now), person, clock.now)
    newest = answered(person, clock.now, seizure=True)
    visit = visit_of(book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    assert visit.status == "requested"
    assert newest != wanted.screening


def test_answers_of_somebody_else_or_too_old_are_none(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    wanted = booking_of(hold, person, clock.now - timedelta(days=32))
    foreign = answered(PersonFactory(), clock.now)
    for screening in (wanted.screening, foreign, "nothing"):
        with pytest.raises(Refused, match="screening_needed"):
            book(replace(wanted, screening=screening), person.id, CLIENT, BASE_URL, clock.now)


def test_a_technique_that_the_answers_speak_against_is_refused(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    answers = clear_answers(anticoagulant=True)  # no pressure above 3, and trigger points need 4
    with pytest.raises(Refused, match="technique_barred"):
        book_hold(hold, person, clock.now, answers, technique="trigger_point")
    with pytest.raises(Refused, match="unknown_technique"):
        book_hold(hold, person, clock.now, answers, technique="cupping")
    assert visit_of(book_hold(hold, person, clock.now, answers)).technique is None


# --- consent, place, guests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"consent_version": "0"}, {"consent_accepted": False}], ids=["another version", "not accepted"])
def test_only_todays_consent_text_counts(clock, start, person, change):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    with pytest.raises(Refused, match="consent_required") as refusal:
        book(replace(booking_of(hold, person, clock.now), **change), person.id, CLIENT, BASE_URL, clock.now)
    assert refusal.value.details == {"version": catalogue.form().consent.version}


def test_a_visit_on_the_road_needs_its_address_where_it_was_held_for(clock, start, person):
    provider = traveling_provider()
    hold = hold_visit(provider, person, start, clock.now, setting="home", zip="10024")
    wanted = booking_of(hold, person, clock.now)
    with pytest.raises(Refused, match="place_needed"):
        book(replace(wanted, place=None), person.id, CLIENT, BASE_URL, clock.now)
    for elsewhere in ("10025", "11201", "nowhere"):
        with pytest.raises(Refused, match="zip_changed"):
            book(replace(wanted, place=PlaceOfVisit("1 Elsewhere", elsewhere)), person.id, CLIENT, BASE_URL, clock.now)
    visit = visit_of(book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    assert visit.address == {"line1": "64 East 7th Street", "unit": "4C", "zip": "10024", "access": None}
    assert visit.zip == "10024"


def test_an_address_sent_for_a_clinic_visit_is_not_kept(clock, start, person):
    wanted = booking_of(hold_visit(bookable_provider(), person, start, clock.now), person, clock.now)
    made = book(replace(wanted, place=PlaceOfVisit("1 Elsewhere", "10024")), person.id, CLIENT, BASE_URL, clock.now)
    assert visit_of(made).address is None


def test_a_guest_confirms_an_address_first_and_gets_a_key_that_opens_this_visit_alone(clock, start):
    guest = PersonFactory(account=None, email_confirmed_at=None)
    hold = hold_visit(bookable_provider(), guest, start, clock.now)
    with pytest.raises(Refused, match="email_unconfirmed"):
        book_hold(hold, guest, clock.now, guest=True)
    guest = db.session.get_one(type(guest), guest.id, populate_existing=True)
    guest.email_confirmed_at = clock.now
    db.session.commit()
    made = book_hold(hold, guest, clock.now, guest=True)
    assert made.guest_key is not None
    assert len(made.guest_key) >= 43  # 256 bits
    assert visit_of(made).guest_key_hash == secret_hash(made.guest_key)
    assert get_by_guest_key(db.session(), secret_hash(made.guest_key)).appointment.public_id == visit_of(made).public_id


def test_somebody_with_an_account_needs_no_key(clock, start, person):
    made = book_visit(bookable_provider(), person, start, clock.now)
    assert (made.guest_key, visit_of(made).guest_key_hash) == (None, None)


# --- the hold --------------------------------------------------------------------------------------------------------------------


def test_a_hold_is_booked_by_its_owner_once(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    wanted, stranger = booking_of(hold, person, clock.now), PersonFactory()
    with pytest.raises(NotFound):
        book(wanted, stranger.id, CLIENT, BASE_URL, clock.now)
    book(wanted, person.id, CLIENT, BASE_URL, clock.now)
    with pytest.raises(Conflict, match="hold_used"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)


def test_a_hold_given_back_is_not_booked(clock, start, person):
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    wanted = booking_of(hold, person, clock.now)
    release_hold(hold.public_id, person.id, CLIENT, clock.now)
    with pytest.raises(Conflict, match="hold_expired"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)


def _suspend(provider):
    db.session.get_one(Provider, provider.id).state = "suspended"


def _end_license(provider):
    row = db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")).one()
    row.valid_until = date(2027, 1, 13)  # the day before the visit


def _suspend_insurance(provider):
    row = db.session.scalars(
        select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "liability_insurance")
    ).one()
    row.status = "suspended"


@pytest.mark.parametrize("lapse", [_suspend, _end_license, _suspend_insurance])
def test_who_lapses_between_hold_and_booking_cannot_be_booked(clock, start, person, lapse):
    provider = bookable_provider()
    hold = hold_visit(provider, person, start, clock.now)
    wanted = booking_of(hold, person, clock.now)
    lapse(provider)
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        book(wanted, person.id, CLIENT, BASE_URL, clock.now)


def test_a_license_that_ends_on_the_day_of_the_visit_still_stands(clock, start, person):
    provider = bookable_provider()
    hold = hold_visit(provider, person, start, clock.now)
    wanted = booking_of(hold, person, clock.now)
    db.session.scalars(
        select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")
    ).one().valid_until = date(2027, 1, 14)
    db.session.commit()
    assert visit_of(book(wanted, person.id, CLIENT, BASE_URL, clock.now)).status == "confirmed"


# --- what is agreed stays ----------------------------------------------------------------------------------------------------------


def _dearer_and_stricter(provider):
    for row in db.session.scalars(select(ServiceDuration)):
        row.price_cents = 99_900
    strict = {**TERMS, "steps": [{"hours": 0, "fee_percent": 100}], "grace_minutes": 0}
    db.session.add(TermsPolicy(provider_id=provider.id, version=2, terms=strict, created_at=provider.created_at))
    db.session.commit()


def test_a_hold_keeps_its_price_and_terms_when_they_change_before_booking(clock, start, person):
    provider = bookable_provider()
    hold = hold_visit(provider, person, start, clock.now)
    wanted = booking_of(hold, person, clock.now)
    _dearer_and_stricter(provider)
    visit = visit_of(book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    assert (visit.total_cents, visit.due_cents, visit.quote["total_cents"]) == (16_720, 16_720, 16_720)
    assert [step["fee_cents"] for step in visit.terms["steps"]] == [0, 8_000, 16_000]


def test_a_visit_keeps_its_terms_when_they_change_later(clock, start, person):
    provider = bookable_provider()
    made = book_visit(provider, person, start, clock.now)
    _dearer_and_stricter(provider)
    _, verdict = cancel(visit_of(made).public_id, Cancelling(), CLIENT, BASE_URL, start - timedelta(hours=24))
    assert (verdict.fee_cents, verdict.tier) == (0, "free")
    dearer = hold_visit(provider, PersonFactory(), start, start - timedelta(hours=24))
    assert dearer.quote["lines"][0]["amount_cents"] == 99_900


# --- what is written ---------------------------------------------------------------------------------------------------------------


def test_history_and_audit_tell_of_the_booking_without_health_or_address(clock, start, person):
    hold = hold_visit(traveling_provider(), person, start, clock.now, setting="home", zip="10024")
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(open_wound=True), note="My left foot hurts"))
    events = db.session.scalars(select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id)).all()
    assert [(event.verb, event.actor) for event in events] == [("booked", "client")]
    entries = db.session.scalars(select(AuditEntry)).all()
    assert {"hold.made", "screening.answered", "appointment.booked"} <= {entry.verb for entry in entries}
    told = repr([entry.details for entry in entries]) + repr([event.facts for event in events])
    for secret in ("7th Street", "4C", "wound", "foot"):
        assert secret not in told


def test_references_and_ids_are_unguessable_and_different(clock, start):
    provider = bookable_provider()
    visits = [
        visit_of(book_visit(provider, PersonFactory(), start + timedelta(hours=2 * n), clock.now + timedelta(seconds=n))) for n in range(2)
    ]
    assert len({visit.reference for visit in visits} | {visit.public_id for visit in visits} | {visit.uid for visit in visits}) == 6
    assert all(len(visit.public_id) == 16 and visit.uid.startswith(visit.public_id) for visit in visits)
