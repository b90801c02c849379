"""The health questions once more, through both databases: asked once by letter, a new stop costs nothing, a new need is shown and heeded."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import check_in
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.care.actions.decide_clearance import Decision, decide_clearance
from booking.care.actions.rescreen import ask_again, rescreen
from booking.care.actions.send_clearance import Sender, send_clearance
from booking.screening.rules.clearances import ClearanceDraft
from booking.screening.rules.outcome import Submission
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, answered, book_call, book_visit, clear_answers, offer_call, visit_of

THERAPIST = Doer("provider", "account:therapist")


@pytest.fixture
def provider(ctx):
    return bookable_provider(slug="anna")


@pytest.fixture
def visit(clock, provider):
    return visit_of(book_visit(provider, PersonFactory(), clock.now + timedelta(days=3), clock.now))


def again(visit, clock, **answers):
    return rescreen(visit.public_id, Submission(clear_answers(**answers)), CLIENT, clock.now)


def anew(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def letters():
    return db.session.scalars(select(Letter).where(Letter.kind == "visit_recheck")).all()


def test_the_letter_goes_out_a_day_before_once(visit, clock):
    clock.advance(days=2, seconds=-1)
    assert ask_again(clock.now, BASE_URL) == 0
    clock.advance(seconds=1)
    assert ask_again(clock.now, BASE_URL) == 1
    clock.advance(hours=1)
    assert ask_again(clock.now, BASE_URL) == 0
    (letter,) = letters()
    assert letter.send_before_at == visit.starts_at
    assert letter.facts["health_link"].endswith(f"/appointments/{visit.public_id}/health")
    text = render_letter(letter.kind, letter.facts).text
    assert letter.facts["health_link"] in text
    assert not [word for word in ("fever", "alcohol", "blood", "injury") if word in text]


def test_who_has_answered_or_canceled_is_not_asked(provider, visit, clock):
    other = visit_of(book_visit(provider, PersonFactory(), visit.starts_at + timedelta(hours=2), clock.now))
    clock.advance(days=2)
    answered(db.session.get_one(Person, visit.person_id), clock.now)
    cancel(other.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert ask_again(clock.now, BASE_URL) == 0


def test_a_call_asks_nobody_about_health(provider, clock):
    offer_call(provider)
    call = visit_of(book_call(provider, PersonFactory(phone="+12125550123"), clock.now + timedelta(hours=22), clock.now))
    assert ask_again(clock.now, BASE_URL) == 0
    with pytest.raises(Conflict, match="wrong_state"):
        again(call, clock)


def test_a_new_stop_waives_the_fee_and_lets_nobody_begin(visit, clock):
    clock.advance(days=2, hours=22)  # two hours before: the full fee
    assert again(visit, clock, fever=True).left == "stop"
    clock.advance(hours=1)
    with pytest.raises(Refused, match="screening_stop"):
        check_in(visit.public_id, THERAPIST, clock.now)
    db.session.rollback()
    _gone, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert (verdict.fee_cents, anew(visit).fee_cents) == (0, 0)


def test_what_was_put_right_begins(visit, clock):
    clock.advance(days=2, hours=23)
    again(visit, clock, fever=True)
    again(visit, clock)
    assert check_in(visit.public_id, THERAPIST, clock.now).appointment.status == "checked_in"


def test_a_new_need_of_a_clearance_is_shown_and_heeded(provider, visit, clock):
    assert again(visit, clock, seizure=True).left == "clearance_needed"
    assert (anew(visit).status, anew(visit).attention) == ("confirmed", ["clearance_due"])
    clock.advance(days=2, hours=23)
    with pytest.raises(Refused, match="clearance_due"):
        check_in(visit.public_id, THERAPIST, clock.now)
    db.session.rollback()
    today = local_day(to_minute(clock.now))
    draft = ClearanceDraft("Dr. Dora Doe", "physician", None, today, today + timedelta(days=30), ("seizure",))
    row = send_clearance(draft, None, Sender(visit.person_id, CLIENT.name), BASE_URL, clock.now)
    decide_clearance(row.public_id, Decision("accept"), provider.id, THERAPIST, BASE_URL, clock.now)
    assert (anew(visit).status, anew(visit).attention) == ("confirmed", [])
    assert check_in(visit.public_id, THERAPIST, clock.now)


def test_a_need_that_is_gone_is_shown_no_more(visit, clock):
    again(visit, clock, seizure=True)
    again(visit, clock)
    assert anew(visit).attention == []


@pytest.mark.parametrize("hours, is_open", [(0, True), (72, True), (73, False)])
def test_until_when_it_can_be_answered(visit, clock, hours, is_open):
    clock.advance(hours=hours)
    if is_open:
        assert again(visit, clock).left == "clear"
        return
    with pytest.raises(Conflict, match="wrong_state"):
        again(visit, clock)
