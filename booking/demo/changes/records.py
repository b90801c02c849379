"""What a visit of the named client left behind: a map, a signed note, a plan, a permission; and what three therapists state of insurers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import COMPLETED
from booking.bodymap.models import PainMap
from booking.bodymap.rules import Mark, mark_to_dict
from booking.demo.changes.bulk import Bulk
from booking.demo.rules.desks import Desk
from booking.notes.models import ClinicalNote, NoteKey
from booking.notes.rules.content import Note, Reading, Used, note_to_dict
from booking.notes.rules.signing import Signature, digest_of
from booking.plans.models import CarePlan, CarePlanStep, CarePlanVersion
from booking.plans.rules.written import Draft, Goal, content_of
from booking.sharing.catalogue import current_version
from booking.sharing.models import Release
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import new_data_key, seal_under
from providers.insurers.catalogue import table
from providers.insurers.models import InsuranceStatement
from providers.insurers.rules import ACCEPTS, OUT_OF_NETWORK, SUPERBILL, Entry, entries_to_list
from providers.profiles.rules import ProviderFacts

BY = "command:demo"
BACK = ("lower_back_l", "lower_back_r")
LATER, DRAWN_BEFORE, STATED_AGO = timedelta(hours=1), timedelta(hours=3), timedelta(days=20)
HANDS_ON_MINUTES, PERMITTED_DAYS = 25, 90
PLAN = Draft(
    goals=(Goal("Sit through a meeting without shifting about", "nprs", "now", 20),), visits=6, every_days=7, review_after=3,
    home="Walk ten minutes after lunch.",
)  # fmt: skip
STATED = (
    (Entry("aetna", OUT_OF_NETWORK, ("ppo",)), Entry("cigna", SUPERBILL)),
    (Entry("emblem", ACCEPTS, ("hmo", "ppo")), Entry("united", OUT_OF_NETWORK)),
    (Entry("aetna", ACCEPTS, ("epo",)), Entry("seiu_1199", SUPERBILL, ("union",))),
)


def add_records(session: Session, facts: ProviderFacts, client_id: int, client: str, now: datetime) -> None:
    """What there is of the named client's last visit with the named therapist; nothing where no visit is past."""
    past = select(Appointment).where(
        Appointment.person_id == client_id, Appointment.provider_id == facts.id, Appointment.status == COMPLETED, Appointment.ends_at < now
    )
    visit = session.scalars(past.order_by(Appointment.starts_at.desc(), Appointment.id).limit(1)).first()
    if visit is None:
        return
    _draw(session, visit)
    _sign_note(session, visit, facts)
    _plan(session, visit)
    _permit(session, visit, client)
    session.flush()


def add_insurers(bulk: Bulk, desks: Sequence[Desk], now: datetime) -> None:
    """The first three therapists say with which insurers they deal."""
    rows = [
        {
            "provider_id": desk.facts.id, "version": 1, "catalog": table().version, "entries": entries_to_list(entries),
            "stated_at": now - STATED_AGO, "made_by": BY,
        }
        for desk, entries in zip(desks, STATED, strict=False)
    ]  # fmt: skip
    bulk.put(InsuranceStatement.__table__, rows)


def _draw(session: Session, visit: Appointment) -> None:
    marks = (Mark("lower_back_l", 6, "ache", "Worse in the evening."), Mark("lower_back_r", 4, "stiff"))
    kept = {"marks": [mark_to_dict(mark) for mark in marks], "note": ""}
    session.add(
        PainMap(
            public_id="demo-map", person_id=visit.person_id, appointment_id=visit.id, taken_by=BY, taken_at=visit.starts_at - DRAWN_BEFORE,
            content=kept,
        )
    )  # fmt: skip


def _sign_note(session: Session, visit: Appointment, facts: ProviderFacts) -> None:
    """The words are sealed under a key of their own, as every note's."""
    service = facts.service(visit.service_code)
    minutes = min(HANDS_ON_MINUTES, visit.minutes)
    used = Used(service.techniques[0], minutes, BACK) if service and service.techniques else Used("swedish", minutes, BACK)
    note = Note(
        subjective="Low back pain after long days at the desk, 6 of 10.",
        objective="Bends forward with care, left side guarded.",
        palpation="Taut band beside the lower spine, left more than right.",
        range_of_motion=(Reading("neck", "flexion", None, 45),),
        techniques=(used,),
        minutes=minutes,
        pressure=3,
        feedback_asked=True,
        feedback="Pressure was fine.",
        response="Bends further, says 4 of 10.",
        adverse=False,
        plan="Weekly for six visits, look again after the third.",
        aftercare="A short walk after lunch.",
    )
    at = visit.ends_at + LATER
    signature, key = Signature(facts.name, BY, at, "demo-note"), new_data_key()
    content = note_to_dict(note)
    row = ClinicalNote(
        public_id="demo-note", appointment_id=visit.id, provider_id=visit.provider_id, person_id=visit.person_id, version=1,
        content=seal_under(key, json.dumps({"note": content, "carried": [], "salt": signature.salt})), created_at=at, changed_at=at,
        locked_at=at, signed_name=signature.name, signed_by=signature.actor, digest=digest_of(visit.public_id, content, signature),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(NoteKey(note_id=row.id, data_key=key))


def _plan(session: Session, visit: Appointment) -> None:
    at, each = visit.ends_at + LATER, visit.total_cents
    plan = CarePlan(public_id="demo-plan", provider_id=visit.provider_id, person_id=visit.person_id, appointment_id=visit.id, begun_at=at)
    session.add(plan)
    session.flush()
    priced = {"each_cents": each, "visits": PLAN.visits, "total_cents": each * PLAN.visits, "service_name": visit.service_name}
    version = CarePlanVersion(
        plan_id=plan.id, number=1, appointment_id=visit.id, visits=PLAN.visits, every_days=PLAN.every_days, review_after=PLAN.review_after,
        done=0, service_code=visit.service_code, minutes=visit.minutes, setting=visit.setting,
        estimate=priced | {"as_of": at.isoformat()}, content=content_of(PLAN), written_by=BY, written_at=at,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add(CarePlanStep(plan_id=plan.id, kind="accepted", number=1, done=0, by=BY, at=at + LATER))


def _permit(session: Session, visit: Appointment, client: str) -> None:
    at = visit.ends_at + 2 * LATER
    session.add(
        Release(
            public_id="demo-release", person_id=visit.person_id, provider_id=visit.provider_id,
            recipient={"name": "Dr. Noor Haddad", "profession": "physician", "practice": "", "email": None}, by_link=False,
            scope=["plan", "visits"], purpose="So that my physician knows what we work on.",
            expires_on=local_day(to_minute(at)) + timedelta(days=PERMITTED_DAYS), signed_name=client, text_version=current_version(),
            signed_by=BY, signed_at=at,
        )
    )  # fmt: skip
