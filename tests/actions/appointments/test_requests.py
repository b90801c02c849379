"""Visits by request through a real database: kept while pending, answered or not, never charged, never lost, never sold twice."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import select, update

from booking.appointments.actions.answer import Declining, accept, decline
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.hand_over import Handing, offer_handover
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.move import move
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.wait import WaitWish, join_waitlist
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, AppointmentEvent, WaitlistEntry
from booking.appointments.queries import list_waiting, waiting_requests
from booking.appointments.rules.waiting import Wait
from booking.openings.rules.asking import Wish
from booking.upkeep.queries import findings, overlap_findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Forbidden, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.credentials.models import Credential
from providers.schedule.models import Claim, WeeklyHours
from providers.services.models import Service
from providers.wording.models import ProfileFlag
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, answered, book_hold, book_visit, clear_answers, hold_visit, letters_about, visit_of

ASKS = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}
NOON = 12 * 60
NEEDS_CLEARANCE = {"pain_now": 3, "surgery_recent": True, "affected_region": ["knee_front_r"]}


def confirms(provider, **more):
    service = db.session.scalar(select(Service).where(Service.provider_id == provider.id))
    service.by_request = ASKS | more
    db.session.commit()
    return provider


@pytest.fixture
def provider(ctx):
    return confirms(bookable_provider())


@pytest.fixture
def therapist(provider):
    return Doer("provider", "account:therapist")


def anew(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def claim_of(visit):
    return db.session.get_one(Claim, visit.claim_id, populate_existing=True)


def kinds(visit):
    return [letter.kind for letter in letters_about(visit, waiting=True)]


def say_yes(visit, doer, now):
    return accept(visit.public_id, doer, BASE_URL, now)


def say_no(visit, doer, now, **why):
    return decline(visit.public_id, Declining(**why), doer, BASE_URL, now)


def test_a_booking_is_a_request_that_keeps_the_time(clock, provider, visit):
    assert (visit.status, visit.attention, visit.respond_by_at) == ("requested", ["answer_due"], clock.now + timedelta(hours=24))
    claim = claim_of(visit)
    assert (claim.live, claim.kind, claim.expires_at) == (True, "appointment", visit.respond_by_at)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(provider, PersonFactory(), visit.starts_at, clock.now)
    assert kinds(visit) == ["visit_requested", "provider_visit_requested"]
    assert [one.appointment.id for one in waiting_requests(db.session(), provider.id, clock.now)] == [visit.id]
    for letter in letters_about(visit):
        assert "None" not in render_letter(letter.kind, letter.facts).text


def test_a_yes_confirms_and_the_calendar_sees_a_higher_sequence(clock, visit, therapist):
    say_yes(visit, therapist, clock.now)
    visit = anew(visit)
    assert (visit.status, visit.attention, visit.respond_by_at, visit.sequence) == ("confirmed", [], None, 1)
    assert (claim_of(visit).live, claim_of(visit).expires_at) == (True, None)
    assert kinds(visit)[:2] == ["visit_booked", "provider_visit_booked"]
    assert "visit_reminder" in kinds(visit)
    clock.advance(days=1)
    assert expire_requests(clock.now, BASE_URL) == 0


def test_a_no_gives_the_time_back_and_costs_nothing(clock, provider, visit, therapist):
    proposed = (visit.starts_at + timedelta(hours=2),)
    say_no(visit, therapist, clock.now, reason="full", words="I am so sorry. Next week is open.", propose=proposed)
    visit = anew(visit)
    assert (visit.status, visit.cancel_reason, visit.fee_cents, visit.due_cents) == ("cancelled", "declined_full", 0, 0)
    assert hold_visit(provider, PersonFactory(), visit.starts_at, clock.now)
    told, own = letters_about(visit, waiting=True)
    assert (told.kind, own.kind) == ("visit_declined", "provider_visit_cancelled")
    text = render_letter(told.kind, told.facts).text
    assert "You pay nothing" in text
    assert "so sorry" not in text, "their own words stand on the page alone"
    event = db.session.scalars(select(AppointmentEvent).where(AppointmentEvent.verb == "declined")).one()
    assert event.facts["proposed"] == [start.isoformat() for start in proposed]


def test_what_a_therapist_writes_is_looked_at_like_any_other_text(clock, visit, therapist):
    say_no(visit, therapist, clock.now, words="Only my happy ending clients come at this hour.")
    assert db.session.scalars(select(ProfileFlag.field)).all() == ["request"]


def test_silence_runs_out_at_the_second_and_the_minutes_are_free_even_before_the_job(clock, provider, visit, therapist):
    clock.advance(hours=24)
    assert hold_visit(provider, PersonFactory(), visit.starts_at, clock.now)
    with pytest.raises(Conflict, match="answer_over"):
        say_yes(visit, therapist, clock.now)
    assert expire_requests(clock.now, BASE_URL) == 1
    visit = anew(visit)
    assert (visit.status, visit.fee_cents, visit.due_cents, visit.sequence) == ("expired", 0, 0, 1)
    assert kinds(visit) == ["visit_expired", "provider_visit_expired"]
    texts = [render_letter(letter.kind, letter.facts).text for letter in letters_about(visit, waiting=True)]
    assert "no answer from" in texts[0]
    assert "did not answer" in texts[1]
    assert expire_requests(clock.now, BASE_URL) == 0
    assert list(findings(db.session(), clock.now)) == []


def test_a_client_withdraws_free_of_charge(clock, visit):
    clock.advance(hours=20)
    _gone, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert (verdict.reason, verdict.fee_cents) == ("answer_pending", 0)


@pytest.mark.parametrize("doer", [CLIENT, Doer("admin", "account:admin")], ids=["client", "staff"])
def test_nobody_answers_in_the_therapists_place(clock, visit, doer):
    for answer in (say_yes, say_no):
        with pytest.raises(Forbidden):
            answer(visit, doer, clock.now)


def test_a_yes_is_judged_anew(clock, provider, visit, therapist):
    row = db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")).one()
    was, row.expires_on, row.valid_until = (
        (row.expires_on, row.valid_until),
        local_day(to_minute(clock.now)),
        local_day(to_minute(clock.now)),
    )
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        say_yes(visit, therapist, clock.now)
    row.expires_on, row.valid_until = was
    db.session.commit()
    answered(db.session.get_one(type(PersonFactory()), visit.person_id), clock.now, fever=True)
    with pytest.raises(Refused, match="screening_stop"):
        say_yes(visit, therapist, clock.now)
    assert anew(visit).status == "requested"


def test_a_visit_that_needs_both_waits_for_both(clock, provider, therapist, start):
    person = PersonFactory()
    held = hold_visit(provider, person, start + timedelta(days=5), clock.now)
    visit = visit_of(book_hold(held, person, clock.now, clear_answers(**NEEDS_CLEARANCE)))
    assert visit.attention == ["clearance_due", "answer_due"]
    assert visit.respond_by_at == clock.now + timedelta(hours=24), "the first of the two"
    say_yes(visit, therapist, clock.now)
    visit = anew(visit)
    assert (visit.status, visit.attention) == ("requested", ["clearance_due"])
    assert visit.respond_by_at == clock.now + timedelta(hours=72) == claim_of(visit).expires_at
    with pytest.raises(Conflict, match="not_asked"):
        say_yes(visit, therapist, clock.now)


def test_only_new_clients_are_asked_about_where_the_therapist_says_so(clock, provider, visit, therapist, start):
    confirms(provider, new_clients_only=True)
    person = db.session.get_one(type(PersonFactory()), visit.person_id)
    db.session.get_one(Appointment, visit.id).status = "completed"
    db.session.commit()
    assert visit_of(book_visit(provider, person, start + timedelta(hours=3), clock.now)).status == "confirmed"
    assert visit_of(book_visit(provider, PersonFactory(), start + timedelta(days=1), clock.now)).status == "requested"


def test_whoever_was_not_told_of_a_request_books_at_once(clock, ctx, start):
    plain, person = bookable_provider(slug="plain"), PersonFactory()
    held = hold_visit(plain, person, start, clock.now)
    confirms(plain)
    assert visit_of(book_hold(held, person, clock.now)).status == "confirmed"


def test_a_request_needs_half_an_hour_more_of_notice(clock, ctx):
    plain, asking = bookable_provider(slug="plain"), confirms(bookable_provider(slug="asking"))
    notice = timedelta(minutes=120)
    soon = clock.now + notice
    with pytest.raises(Refused, match="too_soon"):
        hold_visit(asking, PersonFactory(), soon, clock.now)
    assert hold_visit(asking, PersonFactory(), soon + timedelta(minutes=30), clock.now)
    assert hold_visit(plain, PersonFactory(), soon, clock.now)


def test_a_guests_letter_of_a_yes_opens_the_visit(clock, provider, therapist, start):
    guest = PersonFactory(account=None)
    made = book_hold(hold_visit(provider, guest, start, clock.now), guest, clock.now, guest=True)
    visit = visit_of(made)
    say_yes(visit, therapist, clock.now)
    booked = next(letter for letter in letters_about(visit, waiting=True) if letter.kind == "visit_booked")
    assert booked.facts["link"] == f"{BASE_URL}/visits/{made.guest_key}"


def test_each_visit_of_a_series_is_a_request_of_its_own(clock, provider, therapist, start):
    person = PersonFactory()
    visits = tuple(SeriesStart(start + timedelta(days=day), 60) for day in (0, 7))
    held = hold_series(SeriesWanted(provider.slug, "medical-massage", "clinic", None, 7, visits), person.id, CLIENT, clock.now)
    book_hold(held.holds[0], person, clock.now)
    first, second = [one.appointment for one in waiting_requests(db.session(), provider.id, clock.now)]
    say_yes(first, therapist, clock.now)
    say_no(second, therapist, clock.now)
    assert [anew(one).status for one in (first, second)] == ["confirmed", "cancelled"]


def test_a_request_is_not_handed_over(clock, visit):
    bookable_provider(slug="colleague")
    with pytest.raises(Conflict, match="wrong_state"):
        offer_handover(visit.public_id, Handing("colleague", "Ill."), Doer("admin", "account:admin"), BASE_URL, clock.now)


def test_a_moved_request_keeps_the_clock_that_runs(clock, visit):
    asked = visit.booked_at
    clock.advance(hours=10)
    move(visit.public_id, visit.starts_at + timedelta(days=3), CLIENT, BASE_URL, clock.now)
    visit = anew(visit)
    assert (visit.status, visit.respond_by_at) == ("requested", asked + timedelta(hours=24))
    assert claim_of(visit).expires_at == visit.respond_by_at


@pytest.mark.parametrize("how", ["declined", "silence"])
def test_the_waitlist_gets_what_a_request_gives_back(clock, provider, visit, therapist, how):
    on = local_day(to_minute(visit.starts_at))
    db.session.execute(update(WeeklyHours).values(opens_minute=NOON, closes_minute=NOON + 60))
    db.session.commit()
    wish = WaitWish(provider.slug, Wish("medical-massage", 60, "clinic"), Wait(60, on, on))
    join_waitlist(wish, PersonFactory().id, CLIENT, BASE_URL, clock.now)
    assert offer_freed(clock.now, BASE_URL) == 0, "while it is pending nobody else can have it"
    if how == "declined":
        say_no(visit, therapist, clock.now)
    else:
        clock.advance(hours=24)
        expire_requests(clock.now, BASE_URL)
    assert offer_freed(clock.now, BASE_URL) == 1
    [waiting] = list_waiting(db.session(), WaitlistEntry.id > 0)
    assert waiting.live_offer(clock.now).starts_at == visit.starts_at


def test_one_of_all_ends_a_request(app, clock):
    """Accept, decline, withdraw and the clock at once, on both databases: one wins, and the rows tell one story."""
    with app.app_context():
        provider = confirms(bookable_provider())
        visit = visit_of(book_visit(provider, PersonFactory(), clock.now + timedelta(days=2), clock.now))
        due = visit.respond_by_at
        db.session.remove()
    therapist = Doer("provider", "account:therapist")
    before = due - timedelta(seconds=1)
    deeds = [
        partial(accept, visit.public_id, therapist, BASE_URL, before),
        partial(decline, visit.public_id, Declining(), therapist, BASE_URL, before),
        partial(decline, visit.public_id, Declining(), therapist, BASE_URL, before),
        partial(expire_requests, due, BASE_URL),
    ]
    ended = race(app, deeds)
    assert ended["done"] >= 1
    with app.app_context():
        seen = db.session.get_one(Appointment, visit.id)
        verbs = db.session.scalars(select(AppointmentEvent.verb).where(AppointmentEvent.appointment_id == visit.id)).all()
        assert len([verb for verb in verbs if verb in {"confirmed", "declined", "expired"}]) == 1, verbs
        assert (seen.status == "confirmed") is db.session.get_one(Claim, seen.claim_id).live
        told = db.session.scalars(select(Letter.kind).where(Letter.about == visit.public_id, Letter.withdrawn_at.is_(None))).all()
        assert len({"visit_booked", "visit_declined", "visit_expired"} & set(told)) == 1
        assert list(findings(db.session(), due)) == []


@pytest.mark.parametrize("seed", range(4))
def test_time_is_never_lost_nor_sold_twice(clock, provider, therapist, seed):
    """Any order of asking, answering, leaving, moving and waiting: no overlap, nothing left over, every minute free or somebody's."""
    dice, visits = Random(seed), []
    for _ in range(25):
        clock.advance(minutes=dice.choice((5, 60, 60 * 9)))
        start = clock.now.replace(minute=0, second=0) + timedelta(days=2, hours=dice.randrange(5))
        deed = dice.choice(("ask", "ask", "yes", "no", "leave", "move", "clock"))
        visit = anew(dice.choice(visits)) if visits else None
        try:
            if deed == "ask" or visit is None:
                visits.append(visit_of(book_visit(provider, PersonFactory(), start, clock.now)))
            elif deed == "yes":
                say_yes(visit, therapist, clock.now)
            elif deed == "no":
                say_no(visit, therapist, clock.now)
            elif deed == "leave":
                cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
            elif deed == "move":
                move(visit.public_id, start, CLIENT, BASE_URL, clock.now)
            else:
                expire_requests(clock.now, BASE_URL)
        except (Conflict, Refused):
            db.session.rollback()
        expire_requests(clock.now, BASE_URL)
        db.session.rollback()
        assert list(overlap_findings(db.session())) == []
        assert list(findings(db.session(), clock.now)) == []
    kept = {visit.id for visit in map(anew, visits) if visit.status in {"requested", "confirmed"}}
    live = set(db.session.scalars(select(Appointment.id).join(Claim, Claim.id == Appointment.claim_id).where(Claim.live)))
    assert live == kept
