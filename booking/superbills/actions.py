"""Issuing superbills, and therapists' looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, visit_link, with_guest_key
from booking.appointments.queries import Booked, get_any
from booking.appointments.rules.states import COMPLETED
from booking.care.changes import note_read
from booking.superbills.models import Superbill
from booking.superbills.queries import Given, content_now, get_given, given_of, last_number, list_superbills
from booking.superbills.rules.content import says_the_same
from booking.superbills.rules.papers import superbill_name
from marketplace import audit
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import NEW_YORK
from marketplace.outbox.changes import enqueue_letter

READ, LETTER = "superbill", "superbill_issued"
MISSING = "There is no such appointment."


def look_at_superbill(appointment: str, provider_id: int, actor: str, now: datetime) -> Given:
    """A therapist sees the superbill of their own visit, or what it would say; the look is written down.

    The paper is part of the therapist's own record, so there is no last day. Raises NotFound, Conflict `wrong_state`, `note_not_locked`.
    """
    with transaction() as session:
        booked = _own(session, appointment, provider_id)
        given = get_given(session, booked, now)
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        return given


@dataclass(frozen=True)
class Opened:
    """What a therapist sees: the paper that stands or the one that would be issued now, how many versions there are, whether one is due."""

    given: Given
    issued: int
    may_issue: bool


def open_superbill(appointment: str, provider_id: int, actor: str, now: datetime) -> Opened:
    """The superbill of one's own visit beside what it would say now; the look is written down. Raises as above."""
    with transaction() as session:
        booked = _own(session, appointment, provider_id)
        draft, issued = Given(content_now(session, booked, now)), list_superbills(session, booked.appointment.id)
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        stands = bool(issued) and says_the_same(issued[0].content, draft.content)
        given = given_of(booked, issued[0]) if stands else draft
        return Opened(given, len(issued), not stands and booked.appointment.status == COMPLETED)


def issue_superbill(appointment: str, provider_id: int, actor: str, base_url: str, now: datetime) -> Given:
    """Issue a visit's superbill, or its next version; the one that stands, where it would say the same.

    The client is told, without a word of it. Raises NotFound, Conflict `wrong_state` before the visit is done, `note_not_locked`.
    """
    with transaction() as session:
        booked = _own(session, appointment, provider_id)
        year = now.astimezone(NEW_YORK).year
        wait_turn(session, f"superbills of {provider_id}")
        if booked.appointment.status != COMPLETED:
            raise Conflict("wrong_state", "A superbill is issued once the visit is done.")
        content = content_now(session, booked, now)
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        standing = next(iter(list_superbills(session, booked.appointment.id)), None)
        if standing is not None and says_the_same(standing.content, content):
            return given_of(booked, standing)
        number = standing.number if standing else last_number(session, provider_id, year) + 1
        year, version = standing.year if standing else year, standing.version + 1 if standing else 1
        made = Superbill(
            name=f"{superbill_name(booked.provider.slug, year, number)}-v{version}", appointment_id=booked.appointment.id,
            provider_id=provider_id, person_id=booked.person.id, year=year, number=number, version=version, issued_by=actor, issued_at=now,
            content=content,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "superbill.issued", "superbill", made.public_id, {"version": version}))
        _write(session, booked, made, base_url, now)
        return given_of(booked, made)


def _own(session: Session, appointment: str, provider_id: int) -> Booked:
    booked = get_any(session, appointment)
    if booked.appointment.provider_id != provider_id:
        raise NotFound("not_found", MISSING)
    return booked


def _write(session: Session, booked: Booked, made: Superbill, base_url: str, now: datetime) -> None:
    visit, email = booked.appointment, booked.person.email
    if email is None:
        return
    sending = with_guest_key(session, visit, Sending(base_url))
    facts = {
        "provider_name": booked.provider.name, "starts_at": visit.starts_at.isoformat(), "again": made.version > 1,
        "link": visit_link(visit, sending, "superbill"),
    }  # fmt: skip
    enqueue_letter(session, key=f"{LETTER}:{made.public_id}", kind=LETTER, recipient=email, facts=facts, now=now, about=visit.public_id)
