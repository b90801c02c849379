"""The check at the door, through both databases: who asked and when stays with the visit, and not a word of an answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.changes.history import Doer
from booking.appointments.models import AppointmentEvent
from booking.care.actions.check_door import check_door
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.rules.door import DoorCheck, door_groups
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, answered, book_visit, visit_of

ALL = tuple(group.code for group in door_groups(catalogue.form()))
THERAPIST = Doer("provider", "account:therapist")
NEVER_STARTED = timedelta(minutes=5)


@pytest.fixture
def person(ctx):
    return PersonFactory()


@pytest.fixture
def visit(clock, person):
    return visit_of(book_visit(bookable_provider(slug="anna"), person, clock.now + timedelta(days=3), clock.now))


def test_a_check_is_kept_with_who_and_when_and_by_which_rules(visit, clock):
    clock.set(visit.starts_at - NEVER_STARTED)
    assert check_door(visit.public_id, DoorCheck(ALL), THERAPIST, clock.now).answers is None
    event = db.session.scalars(select(AppointmentEvent).order_by(AppointmentEvent.id.desc())).first()
    assert (event.verb, event.actor, event.at) == ("door_checked", "provider", clock.now)
    assert event.facts == {"groups": len(ALL), "form_version": catalogue.form().version, "rules_version": catalogue.rules_version()}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "appointment.door_checked")).one()
    assert entry.actor == THERAPIST.name


def test_what_is_new_is_given_back_with_the_rest_and_not_written_down(visit, clock, person):
    answered(person, clock.now, anticoagulant=True)
    clock.set(visit.starts_at - NEVER_STARTED)
    answers = check_door(visit.public_id, DoorCheck(ALL, ("fever",)), THERAPIST, clock.now).answers
    assert [answers[code] for code in ("fever", "anticoagulant", "dvt")] == [True, True, False]
    kept = [*db.session.scalars(select(AuditEntry)), *db.session.scalars(select(AppointmentEvent))]
    assert "fever" not in str([getattr(one, "details", None) or getattr(one, "facts", None) for one in kept])


def test_nothing_is_asked_too_early_nor_of_a_visit_that_is_off_nor_by_halves(visit, clock):
    with pytest.raises(Conflict) as refused:
        check_door(visit.public_id, DoorCheck(ALL), THERAPIST, clock.now)
    assert refused.value.code == "too_early"
    with pytest.raises(Refused) as halves:
        check_door(visit.public_id, DoorCheck(ALL[:-1]), THERAPIST, clock.now)
    assert halves.value.code == "invalid"
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    clock.set(visit.starts_at)
    with pytest.raises(Conflict) as over:
        check_door(visit.public_id, DoorCheck(ALL), THERAPIST, clock.now)
    assert over.value.code == "wrong_state"


def test_answers_that_are_too_old_are_nothing_to_build_on(visit, clock):
    for row in db.session.scalars(select(Screening)):
        row.valid_until_at = visit.starts_at - timedelta(hours=1)
    db.session.commit()
    clock.set(visit.starts_at)
    with pytest.raises(Refused) as refused:
        check_door(visit.public_id, DoorCheck(ALL, ("fever",)), THERAPIST, clock.now)
    assert refused.value.code == "screening_needed"
    assert check_door(visit.public_id, DoorCheck(ALL), THERAPIST, clock.now).answers is None
