"""Referring back: coming visits keep their times, cannot begin, cost nothing to leave; resumed or called off; races."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import attention_of
from booking.appointments.models import Appointment, AppointmentEvent
from booking.ledger.models import Credit
from booking.plans.actions.end_kept import end_kept
from booking.plans.actions.pause import call_off_visits, pause_visits, resume_visits
from booking.plans.models import CarePause
from booking.plans.queries.plans import find_plan
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.schedule.models import Claim
from tests.factories import CarePlanFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, letters_about

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANNA = Doer("provider", "account:anna")
WHY = "numbness in the left hand"


@pytest.fixture
def visits(anna, sam):
    """Two visits, in two days and in nine; gives their public ids."""
    return [book_visit(anna, sam, START + days * DAY, START).booked.appointment.public_id for days in (2, 9)]


def pause(visit, now=START + HOUR):
    return pause_visits(visit, WHY, "Dear doctor", ANNA, BASE_URL, now).pause


def visit_now(public_id):
    db.session.rollback()
    found = select(Appointment).where(Appointment.public_id == public_id).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def signs(public_id, now=START + HOUR):
    visit = visit_now(public_id)
    return attention_of(db.session(), [visit], now)[visit.id]


def is_live(visit):
    return db.session.get_one(Claim, visit.claim_id).live


def nothing_found(now):
    db.session.rollback()
    return list(findings(db.session(), now)) == []


def test_coming_visits_are_paused_and_the_client_is_told_without_a_word_of_why(anna, sam, visits):
    pause(visits[0])
    for public_id in visits:
        visit = visit_now(public_id)
        assert (visit.status, is_live(visit), signs(public_id)) == ("confirmed", True, ["paused"])
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "visits_paused")).all()
    assert letter.recipient == "sam@licensedhands.test"
    assert WHY not in str(letter.facts)
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM care_pause").all())
    assert WHY not in raw
    assert "Dear doctor" not in raw
    assert not [one for public_id in visits for one in letters_about(visit_now(public_id), waiting=True) if one.kind == "visit_reminder"]
    assert nothing_found(START + HOUR)


def test_what_is_paused_cannot_begin_or_be_missed(visits):
    pause(visits[0])
    at = START + 2 * DAY
    for verb in (check_in, complete):
        with pytest.raises(Refused) as refusal:
            verb(visits[0], ANNA, at)
        assert refusal.value.code == "paused"
    with pytest.raises(Conflict):
        mark_no_show(visits[0], ANNA, at + HOUR)
    assert visit_now(visits[0]).status == "confirmed"


def test_leaving_and_moving_are_free_to_the_last_minute(visits):
    pause(visits[0])
    late = START + 2 * DAY - timedelta(minutes=5)
    moved = move(visits[0], START + 3 * DAY, CLIENT, BASE_URL, late)
    assert (moved.appointment.free_moves_used, signs(visits[0], late)) == (0, ["paused"])
    _booked, verdict = cancel(visits[0], Cancelling(0), CLIENT, BASE_URL, START + 3 * DAY - timedelta(minutes=1))
    assert (verdict.fee_cents, verdict.reason, verdict.tier) == (0, "paused", "waived")


def test_the_same_late_leaving_costs_the_fee_where_nothing_is_paused(visits):
    _booked, verdict = cancel(visits[0], Cancelling(), CLIENT, BASE_URL, START + 2 * DAY - timedelta(minutes=5))
    assert verdict.fee_cents > 0


def test_visits_with_others_and_of_others_go_on(anna, sam, visits):
    elsewhere = book_visit(bookable_provider(slug="bea"), sam, START + 4 * DAY, START).booked.appointment.public_id
    theirs = book_visit(anna, PersonFactory(), START + 4 * DAY, START).booked.appointment.public_id
    pause(visits[0])
    assert (signs(elsewhere), signs(theirs)) == ([], [])


def test_what_is_booked_meanwhile_is_paused_too(anna, sam, visits):
    pause(visits[0])
    later = book_visit(anna, sam, START + 5 * DAY, START + HOUR).booked.appointment.public_id
    assert signs(later) == ["paused"]


def test_resumed_visits_take_place_as_booked_with_their_reminders(anna, visits):
    paused = pause(visits[0])
    resume_visits(paused.public_id, anna.id, ANNA, BASE_URL, START + 2 * HOUR)
    assert [signs(public_id) for public_id in visits] == [[], []]
    assert check_in(visits[0], ANNA, START + 2 * DAY).appointment.status == "checked_in"
    waiting = [one.kind for one in letters_about(visit_now(visits[1]), waiting=True)]
    assert "visit_reminder" in waiting
    told = db.session.scalars(select(Letter.kind).where(Letter.about == paused.public_id)).all()
    assert sorted(told) == ["visits_paused", "visits_resumed"]
    verbs = db.session.scalars(select(AppointmentEvent.verb).where(AppointmentEvent.appointment_id == visit_now(visits[1]).id)).all()
    assert verbs[-2:] == ["paused", "resumed"]


def test_called_off_costs_nobody_anything_and_ends_the_plan(anna, sam, visits):
    CarePlanFactory(appointment=visit_now(visits[0]))
    db.session.commit()
    paused = pause(visits[0])
    late = START + 2 * DAY - timedelta(minutes=5)
    call_off_visits(paused.public_id, anna.id, ANNA, BASE_URL, late)
    for public_id in visits:
        visit = visit_now(public_id)
        assert (visit.status, visit.fee_cents, visit.due_cents, visit.cancelled_by, visit.cancel_reason, is_live(visit)) == (
            "cancelled", 0, 0, "provider", "paused", False,
        )  # fmt: skip
        assert [one.kind for one in letters_about(visit)].count("visit_cancelled") == 1
    assert db.session.scalars(select(Credit)).all() == []
    assert find_plan(db.session(), anna.id, sam.id).state == "ended"
    assert nothing_found(late)


def test_what_nobody_resumes_is_called_off_at_its_start_exactly(visits):
    pause(visits[0])
    begins = START + 2 * DAY
    assert end_kept(begins - timedelta(seconds=1), BASE_URL) == 0
    assert end_kept(begins, BASE_URL) == 1
    assert end_kept(begins, BASE_URL) == 0
    first, second = (visit_now(public_id) for public_id in visits)
    assert (first.status, first.fee_cents, second.status) == ("cancelled", 0, "confirmed")


def test_a_visit_that_began_before_the_pause_goes_on(visits):
    begins = START + 2 * DAY
    pause(visits[0], begins + timedelta(minutes=1))
    assert (signs(visits[0], begins), signs(visits[1], begins)) == ([], ["paused"])
    assert check_in(visits[0], ANNA, begins + timedelta(minutes=2)).appointment.status == "checked_in"
    assert end_kept(begins + HOUR, BASE_URL) == 0


def test_once_at_a_time_with_words_and_by_its_therapist_alone(anna, visits):
    with pytest.raises(Refused):
        pause_visits(visits[0], "  ", "", ANNA, BASE_URL, START)
    paused = pause(visits[0])
    with pytest.raises(Conflict) as refusal:
        pause(visits[1])
    assert refusal.value.code == "paused_already"
    with pytest.raises(NotFound):
        resume_visits(paused.public_id, bookable_provider().id, ANNA, BASE_URL, START + 2 * HOUR)
    resume_visits(paused.public_id, anna.id, ANNA, BASE_URL, START + 2 * HOUR)
    with pytest.raises(Conflict):
        call_off_visits(paused.public_id, anna.id, ANNA, BASE_URL, START + 3 * HOUR)
    assert pause(visits[1], START + 4 * HOUR).ended_at is None


# --- races: whatever comes first ------------------------------------------------------------------------------------------------


def test_paused_once(app, visits):
    db.session.commit()
    assert race(app, [lambda: pause(visits[0])] * 3) == {"done": 1, "paused_already": 2}
    db.session.rollback()
    assert len(db.session.scalars(select(CarePause)).all()) == 1


def test_a_pause_and_the_beginning_of_a_visit_never_both_have_their_way_unseen(app, visits):
    db.session.commit()
    at = START + 2 * DAY - timedelta(minutes=30)
    ended = race(app, [lambda: pause(visits[0], at), lambda: check_in(visits[0], ANNA, at)])
    began = visit_now(visits[0]).status == "checked_in"
    assert ended in ({"done": 2}, {"done": 1, "paused": 1})
    assert began == (ended["done"] == 2)
    assert signs(visits[0], at) == ([] if began else ["paused"])


def test_resuming_and_calling_off_at_once_leave_one_of_the_two(app, anna, visits):
    paused, anna_id = pause(visits[0]).public_id, anna.id
    db.session.commit()
    now = START + 2 * HOUR
    deeds = [lambda verb=verb: verb(paused, anna_id, ANNA, BASE_URL, now) for verb in (resume_visits, call_off_visits)]
    assert race(app, deeds) == {"done": 1, "wrong_state": 1}
    db.session.rollback()
    how = db.session.scalars(select(CarePause.ended_how)).one()
    assert {visit_now(public_id).status for public_id in visits} == {"confirmed" if how == "resumed" else "cancelled"}


def test_a_client_who_leaves_while_it_is_called_off_pays_nothing_either_way(app, anna, visits):
    paused, anna_id = pause(visits[0]).public_id, anna.id
    db.session.commit()
    late = START + 2 * DAY - timedelta(minutes=5)
    deeds = [
        lambda: call_off_visits(paused, anna_id, ANNA, BASE_URL, late),
        lambda: cancel(visits[0], Cancelling(0), CLIENT, BASE_URL, late),
    ]
    ended = race(app, deeds)
    assert ended in ({"done": 2}, {"done": 1, "wrong_state": 1})
    visit = visit_now(visits[0])
    assert (visit.status, visit.fee_cents, visit.due_cents) == ("cancelled", 0, 0)
    assert len([one for one in letters_about(visit) if one.kind == "visit_cancelled"]) == 1
