"""Plans through their verbs: written, accepted, looked at; several visits by plan alone; races."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.models import Appointment
from booking.outcomes.models import Outcome
from booking.packages.actions.buying import order_package
from booking.packages.actions.offering import allow_packages, offer_package
from booking.packages.rules import Offer
from booking.plans.actions.accept_plan import accept_plan
from booking.plans.actions.decide_plan import Decision, decide_plan
from booking.plans.actions.set_policy import set_policy
from booking.plans.actions.write_plan import PlanWanted, write_plan
from booking.plans.models import CarePlan, CarePlanStep, CarePlanVersion
from booking.plans.queries.plans import find_plan
from booking.plans.rules.written import Draft, Goal
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.outbox.models import Letter
from tests.factories import AppointmentFactory, PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit

DAY = timedelta(days=1)
WORDS = "sit through a film"
GOAL = Goal(WORDS, "nprs", "now", 20)
WEEKLY = Draft((GOAL,), visits=6, every_days=7, review_after=2)


@pytest.fixture
def first(anna, sam):
    """A first visit that took place yesterday; gives its public id."""
    return had(anna, sam, START - DAY)


def had(anna, sam, starts_at, status="completed"):
    visit = AppointmentFactory(
        provider=anna,
        person=sam,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        status=status,
        service_code="medical-massage",
    )
    return visit.public_id


def write(visit, draft=WEEKLY, now=START, **more):
    return write_plan(visit, PlanWanted(draft, **more), "account:anna", BASE_URL, now)


def accept(plan, sam, version=1, now=START):
    return accept_plan(plan.plan.public_id, version, sam.id, "account:sam", now)


def whole(anna, sam):
    db.session.rollback()
    return find_plan(db.session(), anna.id, sam.id)


def measure(sam, tenths, at):
    db.session.add(
        Outcome(
            person_id=sam.id, side="client", taken_by="account:sam", taken_at=at,
            content={"measure": "nprs", "label": "now", "tenths": tenths},
        )
    )  # fmt: skip
    db.session.commit()


# --- writing and accepting ----------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_sealed_and_priced_as_of_today(anna, sam, first):
    plan = write(first)
    version = plan.newest
    assert (plan.state, version.number, version.service_code, version.minutes) == ("offered", 1, "medical-massage", 60)
    assert version.estimate["each_cents"] == 16_720  # $160 and 4.5 % tax
    assert version.estimate["total_cents"] == 6 * 16_720
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM care_plan_version").all())
    assert WORDS not in raw
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "plan_written")).all()
    assert WORDS not in str(letter.facts)
    details = db.session.scalars(select(AuditEntry.details).where(AuditEntry.verb == "plan.written")).all()
    assert details == [{"version": 1}]


def test_the_same_plan_again_changes_nothing_and_another_one_is_the_next_version(anna, sam, first):
    write(first)
    write(first)
    changed = write(first, Draft((GOAL,), visits=8, every_days=7, review_after=2))
    assert [one.number for one in changed.versions] == [2, 1]
    assert db.session.scalar(select(func.count()).select_from(Letter).where(Letter.kind == "plan_written")) == 2


def test_a_client_says_yes_to_what_was_shown(anna, sam, first):
    plan = write(first)
    assert accept(plan, sam).state == "accepted"
    assert accept(plan, sam).state == "accepted"
    assert [step.kind for step in whole(anna, sam).steps] == ["accepted"]
    write(first, Draft((GOAL,), visits=8, every_days=7, review_after=2))
    changed = whole(anna, sam)
    assert (changed.state, changed.in_force.number, changed.progress.of) == ("changed", 1, 6)
    with pytest.raises(Stale) as refusal:
        accept(plan, sam)
    assert (refusal.value.code, refusal.value.details) == ("plan_changed", {"version": 2})
    assert accept(plan, sam, 2).progress.of == 8


def test_nobody_else_accepts_or_decides(anna, sam, first):
    plan, other = write(first), PersonFactory()
    with pytest.raises(NotFound):
        accept(plan, other)
    with pytest.raises(NotFound):
        decide_plan(plan.plan.public_id, Decision("end"), bookable_provider().id, "account:bea", BASE_URL, START)


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "completed"])
def test_a_plan_is_written_at_the_visit_or_after_it(anna, sam, status):
    visit = had(anna, sam, START, status)
    if status == "confirmed":
        with pytest.raises(Conflict) as refusal:
            write(visit)
        assert refusal.value.code == "too_early"
    else:
        assert write(visit).newest.number == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [({"service": "cupping"}, "service"), ({"minutes": 45}, "minutes"), ({"setting": "home"}, "setting")],
)
def test_what_cannot_be_priced_is_refused(anna, sam, first, more, field):
    with pytest.raises(Refused) as refusal:
        write(first, **more)
    assert (refusal.value.code, [fault.field for fault in refusal.value.faults]) == ("invalid_plan", [field])


def test_after_a_first_visit_of_its_own_kind_the_plan_is_of_what_goes_on(anna, sam):
    consult = ServiceFactory(provider=anna, code="first-consult", name="First consult", first_visit_only=True)
    ServiceDurationFactory(service=consult, minutes=30, price_cents=8_000)
    start = START - DAY
    visit = AppointmentFactory(
        provider=anna, person=sam, starts_at=start, ends_at=start + timedelta(minutes=30), minutes=30, status="completed",
        service_code="first-consult",
    )  # fmt: skip
    version = write(visit.public_id).newest
    assert (version.service_code, version.minutes, version.estimate["each_cents"]) == ("medical-massage", 60, 16_720)


def test_after_a_plan_that_ended_a_new_one_begins(anna, sam, first):
    plan = write(first)
    decide_plan(plan.plan.public_id, Decision("end", "We are done."), anna.id, "account:anna", BASE_URL, START)
    with pytest.raises(Conflict):
        accept(plan, sam)
    again = write(first, now=START + DAY)
    assert (again.newest.number, again.plan.public_id != plan.plan.public_id) == (1, True)
    assert [step.content["words"] for step in db.session.scalars(select(CarePlanStep))] == ["We are done."]


def test_the_database_keeps_two_open_plans_of_two_people_from_being(anna, sam, first):
    write(first)
    plan = db.session.scalars(select(CarePlan)).one()
    db.session.add(CarePlan(provider_id=plan.provider_id, person_id=plan.person_id, appointment_id=plan.appointment_id, begun_at=START))
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


# --- how far it has come, and when to look -------------------------------------------------------------------------------------


def test_both_sides_see_which_visit_it_is(anna, sam, first):
    accept(write(first), sam)
    had(anna, sam, START + DAY)
    had(anna, sam, START + 2 * DAY, "cancelled")
    coming = had(anna, sam, START + 8 * DAY, "confirmed")
    seen = whole(anna, sam)
    visit_id = db.session.scalars(select(Appointment.id).where(Appointment.public_id == coming)).one()
    assert (seen.progress.done, seen.progress.booked, seen.progress.of) == (1, 1, 6)
    assert seen.numbers[visit_id] == 2
    assert not seen.review_due


@pytest.mark.parametrize(
    ("last", "words", "code"),
    [(70, "", "reason_needed"), (70, "She sleeps better.", None), (40, "", None), (None, "", "reason_needed"), (None, "Next time.", None)],
)
def test_going_on_without_a_change_takes_a_reason(anna, sam, first, last, words, code):
    plan = accept(write(first), sam)
    measure(sam, 70, START - DAY)
    for number in (1, 2):
        had(anna, sam, START + number * DAY)
    if last is not None:
        measure(sam, last, START + 2 * DAY)
    now = START + 3 * DAY
    assert whole(anna, sam).review_due
    decided = Decision("go_on", words), anna.id, "account:anna", BASE_URL, now
    if code is None:
        assert not decide_plan(plan.plan.public_id, *decided).review_due
        with pytest.raises(Conflict):
            decide_plan(plan.plan.public_id, *decided)
        assert whole(anna, sam).next_review == 4
    else:
        with pytest.raises(Refused) as refusal:
            decide_plan(plan.plan.public_id, *decided)
        assert refusal.value.code == code
        assert whole(anna, sam).review_due


def test_writing_it_anew_is_looking_too(anna, sam, first):
    accept(write(first), sam)
    second = [had(anna, sam, START + number * DAY) for number in (1, 2)][-1]
    assert whole(anna, sam).review_due
    write(second, Draft((GOAL,), visits=8, every_days=10, review_after=2), START + 3 * DAY)
    assert (whole(anna, sam).review_due, whole(anna, sam).newest.done) == (False, 2)


# --- several visits by plan alone ----------------------------------------------------------------------------------------------


def series_of(anna, sam):
    starts = tuple(SeriesStart(START + (2 + 7 * number) * DAY, 60) for number in range(2))
    return hold_series(SeriesWanted("anna", "medical-massage", "clinic", None, 7, starts), sam.id, CLIENT, START)


def package_of(anna, sam):
    allow_packages(True, "To try it out.", "account:admin", START)
    made = offer_package(anna.id, Offer("medical-massage", 60, 5, 70_000, 6), "account:anna", START)
    return order_package(made.public_id, sam.id, "account:sam", START)


@pytest.mark.parametrize("several", [series_of, package_of])
def test_several_visits_are_had_without_a_plan_where_nobody_asks_for_one(anna, sam, several):
    assert several(anna, sam)


@pytest.mark.parametrize("several", [series_of, package_of])
def test_where_the_therapist_asks_for_one_it_must_be_accepted(anna, sam, first, several):
    set_policy(anna.id, ["medical-massage"], "account:anna", START)
    plan = write(first)
    with pytest.raises(Refused) as refusal:
        several(anna, sam)
    assert refusal.value.code == "plan_needed"
    assert book_visit(anna, sam, START + 5 * DAY, START)
    accept(plan, sam)
    assert several(anna, sam)


@pytest.mark.parametrize("several", [series_of, package_of])
def test_a_plan_that_is_over_or_somebody_elses_opens_nothing(anna, sam, first, several):
    set_policy(anna.id, ["medical-massage"], "account:anna", START)
    plan = accept(write(first), sam)
    decide_plan(plan.plan.public_id, Decision("end"), anna.id, "account:anna", BASE_URL, START)
    for who in (sam, PersonFactory()):
        with pytest.raises(Refused):
            several(anna, who)
    set_policy(anna.id, [], "account:anna", START)
    assert several(anna, sam)


def test_only_services_that_go_on_are_had_by_plan(anna):
    with pytest.raises(Refused) as refusal:
        set_policy(anna.id, ["cupping"], "account:anna", START)
    assert refusal.value.code == "invalid"


# --- races ---------------------------------------------------------------------------------------------------------------------


def test_of_two_therapists_sessions_writing_at_once_one_begins_the_plan(app, anna, sam, first):
    db.session.commit()
    drafts = [Draft((GOAL,), visits=visits, every_days=7, review_after=2) for visits in (4, 5, 6, 7)]
    ended = race(app, [lambda draft=draft: write(first, draft) for draft in drafts])
    assert ended == {"done": 4}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(CarePlan)) == 1
    assert db.session.scalars(select(CarePlanVersion.number).order_by(CarePlanVersion.number)).all() == [1, 2, 3, 4]


def test_a_yes_and_a_change_at_once_never_make_a_yes_to_what_was_not_shown(app, anna, sam, first):
    plan, sam_id = write(first).plan.public_id, sam.id
    db.session.commit()
    deeds = [lambda: accept_plan(plan, 1, sam_id, "account:sam", START)] * 2
    deeds.append(lambda: write(first, Draft((GOAL,), visits=9, every_days=7, review_after=2)))
    ended = race(app, deeds)
    assert ended["done"] + ended["plan_changed"] == 3
    seen = whole(anna, sam)
    assert seen.accepted <= {1}
    assert seen.newest.number == 2
    assert len(seen.steps) <= 1


def test_ended_once(app, anna, sam, first):
    plan, anna_id = write(first).plan.public_id, anna.id
    db.session.execute(update(CarePlan).values(begun_at=START - DAY))
    db.session.commit()
    ended = race(app, [lambda: decide_plan(plan, Decision("end"), anna_id, "account:anna", BASE_URL, START)] * 3)
    assert ended == {"done": 1, "wrong_state": 2}
