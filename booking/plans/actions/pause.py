"""Referring back: the coming visits of a client are paused, and resumed or called off at no cost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.calling_off import call_off_paused
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, with_guest_key, withdraw_reminders, write_reminders
from booking.appointments.changes.loading import lock_appointments
from booking.appointments.queries import Booked, get_any
from booking.appointments.rules.states import CONFIRMED
from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.plans.changes import Told, add_step, tell_client
from booking.plans.models import CarePause
from booking.plans.queries.pauses import Paused, coming_of, find_pause, get_pause, paused_of
from booking.plans.queries.plans import find_plan
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused

NO_WORDS = "Say to your client why the visits are paused, and what to do now."


def pause_visits(appointment: str, words: str, letter: str, doer: Doer, base_url: str, now: datetime) -> Paused:
    """Pause all coming visits of the client of a visit with its therapist: times are kept, none can begin, leaving them is free.

    `words` are for the client, `letter` is a draft to the physician; both are sealed, and the letter to the client says nothing of them.
    The caller has made sure that the visit is theirs. Raises NotFound for a visit that is not in care, Conflict `paused_already`,
    Refused `invalid` without words.
    """
    if not words.strip():
        raise Refused("invalid", NO_WORDS, faults=[FieldFault("words", NO_WORDS)])
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        visit = booked.appointment
        lock_appointments(session, coming_of(session, visit.provider_id, visit.person_id, now), [visit.provider_id])
        if find_pause(session, visit.provider_id, visit.person_id) is not None:
            raise Conflict("paused_already", "The visits of this client are paused already.")
        pause = CarePause(
            provider_id=visit.provider_id, person_id=visit.person_id, appointment_id=visit.id, begun_by=doer.name, begun_at=now,
            content={"words": words.strip(), "letter": letter.strip()},
        )  # fmt: skip
        session.add(pause)
        session.flush()
        kept = [get_any(session, one) for one in paused_of(session, pause)]
        for one in kept:
            withdraw_reminders(session, one.appointment, now)
            write_history(session, one.appointment, "paused", doer, now)
        audit.record(session, audit.Deed(now, doer.name, "care.paused", "care_pause", pause.public_id, {"visits": len(kept)}))
        tell_client(session, Told("visits_paused", pause.public_id, booked.person, booked.provider.name), base_url, now)
        return get_pause(session, pause.public_id, visit.provider_id)


def resume_visits(public_id: str, provider_id: int, doer: Doer, base_url: str, now: datetime) -> Paused:
    """The visits take place again as booked. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        paused, kept = _open_pause(session, public_id, provider_id)
        for booked in kept:
            _resume(session, booked, doer, base_url, now)
        paused.pause.ended_at, paused.pause.ended_how = now, "resumed"
        _record(session, paused, kept, doer, now)
        tell_client(session, Told("visits_resumed", public_id, paused.person, paused.provider.name), base_url, now)
        return paused


def call_off_visits(public_id: str, provider_id: int, doer: Doer, base_url: str, now: datetime) -> Paused:
    """The visits do not take place: nothing is due, what was paid goes back; a plan of the two is over. Raises as `resume_visits`."""
    with transaction() as session:
        paused, kept = _open_pause(session, public_id, provider_id)
        for booked in kept:
            call_off_paused(session, booked, doer, base_url, now)
        paused.pause.ended_at, paused.pause.ended_how = now, "called_off"
        plan = find_plan(session, provider_id, paused.person.id)
        if plan is not None and plan.plan.ended_at is None:
            add_step(session, plan, "ended", doer.name, now)
            plan.plan.ended_at = now
        _record(session, paused, kept, doer, now)
        return paused


def _open_pause(session: Session, public_id: str, provider_id: int) -> tuple[Paused, list[Booked]]:
    pause = get_pause(session, public_id, provider_id).pause
    kept = lock_appointments(session, paused_of(session, pause), [provider_id])
    session.refresh(pause)
    if pause.ended_at is not None:
        raise Conflict("wrong_state", "This pause is over already.")
    again = set(paused_of(session, pause))
    return get_pause(session, public_id, provider_id), [one for one in kept if one.appointment.public_id in again]


def _resume(session: Session, booked: Booked, doer: Doer, base_url: str, now: datetime) -> None:
    visit = booked.appointment
    visit.sequence += 1
    write_history(session, visit, "resumed", doer, now, {"sequence": visit.sequence})
    if visit.status == CONFIRMED:
        write_reminders(session, booked, with_guest_key(session, visit, Sending(base_url)), now)


def _record(session: Session, paused: Paused, kept: list[Booked], doer: Doer, now: datetime) -> None:
    pause = paused.pause
    note_read(session, paused.person, "plan", doer.name, now, {"pause": pause.public_id})  # its words come with the answer
    audit.record(session, audit.Deed(now, doer.name, f"care.{pause.ended_how}", "care_pause", pause.public_id, {"visits": len(kept)}))
