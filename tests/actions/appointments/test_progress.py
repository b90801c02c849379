"""The day of the visit: check-in, completion, no-show, check-out, another technique."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.progress import check_in, check_out, choose_technique, complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import AppointmentEvent
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Forbidden, Refused
from providers.schedule.models import Claim
from providers.services.models import Service
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_hold, clear_answers, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")

PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def anew(visit):
    db.session.rollback()
    return db.session.get_one(type(visit), visit.id, populate_existing=True)


def story_of(visit):
    events = select(AppointmentEvent.verb).where(AppointmentEvent.appointment_id == visit.id).order_by(AppointmentEvent.id)
    return list(db.session.scalars(events))


def is_taken(visit):
    return db.session.get_one(Claim, visit.claim_id, populate_existing=True).live


# --- each step in its time -------------------------------------------------------------------------------------------------------

DOORS = [(check_in, -HOUR, "checked_in"), (complete, timedelta(0), "completed"), (mark_no_show, 15 * MINUTE, "no_show")]


@pytest.mark.parametrize(("step", "opens", "status"), DOORS, ids=["check-in", "completion", "no-show"])
@pytest.mark.parametrize("late", [-SECOND, timedelta(0), SECOND], ids=["a second early", "on time", "a second late"])
def test_each_step_opens_to_the_second(visit, start, step, opens, status, late):
    now = start + opens + late
    if late < timedelta(0):
        with pytest.raises(Conflict, match="wrong_state") as refusal:
            step(visit.public_id, PROVIDER, now)
        assert refusal.value.details == {"reason": "too_early"}
        assert anew(visit).status == "confirmed"
    else:
        assert step(visit.public_id, PROVIDER, now).appointment.status == status


def test_a_visit_in_four_steps(visit, start):
    for step, at in ((check_in, start - 5 * MINUTE), (complete, start + HOUR), (check_out, start + HOUR + MINUTE)):
        step(visit.public_id, PROVIDER, at)
    now = anew(visit)
    assert (now.status, now.checked_in_at, now.checked_out_at) == ("completed", start - 5 * MINUTE, start + HOUR + MINUTE)
    assert (now.fee_cents, now.due_cents) == (0, 16_720)
    assert story_of(visit) == ["booked", "checked_in", "completed", "checked_out"]
    assert is_taken(visit)  # it took place
    assert list(findings(db.session(), start + 2 * HOUR)) == []


def test_a_forgotten_check_in_is_recorded_with_the_completion(visit, start):
    complete(visit.public_id, PROVIDER, start + HOUR)
    assert story_of(visit) == ["booked", "checked_in", "completed"]
    assert anew(visit).checked_in_at == start + HOUR


def test_whoever_does_not_come_owes_the_agreed_share_and_frees_the_time(visit, start):
    mark_no_show(visit.public_id, PROVIDER, start + 15 * MINUTE)
    now = anew(visit)
    assert (now.status, now.fee_cents, now.due_cents, now.sequence) == ("no_show", 16_000, 16_000, 1)
    assert not is_taken(visit)


def test_clients_do_not_check_themselves_in(visit, start):
    for step in (check_in, complete):
        with pytest.raises(Forbidden):
            step(visit.public_id, CLIENT, start + HOUR)
    assert anew(visit).status == "confirmed"


def _leave(visit, start):
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, start - HOUR)


ENDS = {
    "cancelled": _leave,
    "completed": lambda visit, start: complete(visit.public_id, PROVIDER, start),
    "no_show": lambda visit, start: mark_no_show(visit.public_id, PROVIDER, start + 15 * MINUTE),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_has_ended_stays_as_it_ended(visit, start, end):
    ENDS[end](visit, start)
    for step in (check_in, complete, mark_no_show):
        with pytest.raises(Conflict, match="wrong_state"):
            step(visit.public_id, ADMIN, start + HOUR)
    assert anew(visit).status == end


def test_a_request_is_neither_begun_nor_missed(clock):
    person, start = PersonFactory(), clock.now + timedelta(days=2)
    hold = hold_visit(bookable_provider(), person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    with pytest.raises(Refused, match="clearance_due"):
        check_in(visit.public_id, PROVIDER, start + HOUR)
    for step in (complete, mark_no_show, check_out):
        with pytest.raises(Conflict, match="wrong_state"):
            step(visit.public_id, PROVIDER, start + HOUR)
    assert expire_requests(start + HOUR, BASE_URL) == 1


def test_check_out_comes_once_after_check_in(visit, start):
    with pytest.raises(Conflict, match="wrong_state"):
        check_out(visit.public_id, PROVIDER, start)
    check_in(visit.public_id, PROVIDER, start)
    check_out(visit.public_id, PROVIDER, start + HOUR)
    with pytest.raises(Conflict, match="wrong_state"):
        check_out(visit.public_id, PROVIDER, start + HOUR)


# --- techniques ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_techniques(provider):
    db.session.scalars(select(Service).where(Service.provider_id == provider.id)).one().techniques = ["trigger_point", "swedish_clinical"]
    db.session.commit()


@pytest.mark.usefixtures("two_techniques")
@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, True), (1, False)])
def test_another_technique_until_two_hours_before(visit, start, seconds, allowed):
    now = start - 2 * HOUR + seconds * SECOND
    if allowed:
        choose_technique(visit.public_id, "swedish_clinical", CLIENT, now)
        assert (anew(visit).technique, anew(visit).total_cents, anew(visit).starts_at) == ("swedish_clinical", 16_720, start)
        assert story_of(visit) == ["booked", "technique"]
    else:
        with pytest.raises(Refused, match="notice_passed"):
            choose_technique(visit.public_id, "swedish_clinical", CLIENT, now)


def test_a_technique_that_is_not_offered_or_speaks_against_the_answers_is_refused(clock, provider, start):
    person = PersonFactory()
    hold = hold_visit(provider, person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(anticoagulant=True)))
    with pytest.raises(Refused, match="unknown_technique"):
        choose_technique(visit.public_id, "cupping", CLIENT, clock.now)
    with pytest.raises(Refused, match="technique_barred"):
        choose_technique(visit.public_id, "trigger_point", CLIENT, clock.now)
    assert anew(visit).technique is None


def test_a_visit_that_ended_takes_no_other_technique(visit, start):
    _leave(visit, start)
    with pytest.raises(Conflict, match="wrong_state"):
        choose_technique(visit.public_id, "trigger_point", CLIENT, start - 3 * HOUR)
