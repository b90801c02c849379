"""`flask check` on what visits leave behind and what therapists state: nothing where all is well, one sentence for each thing that is not."""

import pytest
from sqlalchemy import delete, update

from booking.bodymap.models import PainMap
from booking.bodymap.queries import map_findings
from booking.notes.models import ClinicalNote
from booking.notes.queries import note_findings
from booking.plans.models import CarePlan, CarePlanVersion
from booking.plans.queries.plans import plan_findings
from booking.upkeep.queries import findings
from marketplace.db import db
from providers.insurers.models import InsuranceStatement
from providers.insurers.queries import insurance_findings
from tests.factories import (
    AppointmentFactory,
    CarePlanFactory,
    CarePlanStepFactory,
    ClinicalNoteFactory,
    InsuranceStatementFactory,
    NoteKeyFactory,
    PainMapFactory,
    PersonFactory,
    ProviderFactory,
)
from tests.support.clocks import START

OURS = ("pain map", "plan ", "note ", "about insurers")


def found():
    """What the whole of `check` says of these."""
    return [one for one in findings(db.session(), START) if any(words in one for words in OURS)]


def test_nothing_is_found_where_all_is_well(ctx):
    visit = AppointmentFactory()
    PainMapFactory(person_id=visit.person_id, appointment_id=visit.id)
    CarePlanStepFactory(plan=CarePlanFactory(appointment=visit))
    provider = ProviderFactory()
    for version in (1, 2):
        InsuranceStatementFactory(provider=provider, version=version)
    db.session.commit()
    assert found() == []


def test_a_map_of_somebody_elses_visit(ctx):
    drawn = PainMapFactory(person_id=PersonFactory().id, appointment_id=AppointmentFactory().id)
    db.session.commit()
    assert list(map_findings(db.session())) == [f"pain map {drawn.public_id} belongs to a visit of somebody else"]
    assert len(found()) == 1
    db.session.execute(update(PainMap).values(appointment_id=None))
    assert found() == []


def test_a_note_about_somebody_else(ctx):
    note = ClinicalNoteFactory(signed=False, person_id=PersonFactory().id)
    NoteKeyFactory(note=note)
    db.session.commit()
    assert note_findings(db.session()) == [f"note {note.public_id} is about somebody else than its visit"]
    visit = AppointmentFactory()
    db.session.execute(update(ClinicalNote).values(person_id=visit.person_id, appointment_id=visit.id))
    assert found() == []


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        (lambda: delete(CarePlanVersion), "says nothing"),
        (lambda: update(CarePlan).values(person_id=PersonFactory().id), "began at a visit of somebody else"),
        (lambda: update(CarePlanVersion).values(number=2), None),
    ],
)
def test_a_plan_that_cannot_be(ctx, deed, sentence):
    plan = CarePlanFactory()
    db.session.execute(deed())
    db.session.commit()
    expected = [] if sentence is None else [f"plan {plan.public_id} {sentence}"]
    assert list(plan_findings(db.session())) == expected
    assert len(found()) == len(expected)


def test_a_decision_about_a_version_that_is_not_there(ctx):
    plan = CarePlanFactory()
    CarePlanStepFactory(plan=plan, number=3)
    db.session.commit()
    assert list(plan_findings(db.session())) == [f"plan {plan.public_id} was decided about in version 3, which there is not"]


def test_a_statement_that_is_gone(ctx):
    provider = ProviderFactory(slug="rosa")
    for version in (1, 2):
        InsuranceStatementFactory(provider=provider, version=version)
    db.session.execute(delete(InsuranceStatement).where(InsuranceStatement.version == 1))
    db.session.commit()
    assert list(insurance_findings(db.session())) == ["provider rosa has 1 statements about insurers, the last is number 2"]
    assert len(found()) == 1
