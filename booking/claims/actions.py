"""Giving and taking back insurance details, making claim forms, and therapists' looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked, get_any
from booking.care.changes import note_read
from booking.claims.models import ClaimForm, InsuranceDetails
from booking.claims.queries import Draft, Given, Made, draft_of, get_details, get_made, list_made, may_have_one, reasons, standing_details
from booking.claims.rules.filling import VOIDS, Earlier, Form, Wish
from booking.claims.rules.insurance import DAYS_GOOD, TEXT_VERSION, Insurance, insurance_faults, insurance_to_dict
from booking.claims.rules.versions import form_to_dict, voided
from marketplace import audit
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute

READ, PRINTED = "claim_form", "claim_form_file"
MISSING = "There is no such appointment."
FIRST = "1"


@dataclass(frozen=True)
class Opened:
    """What stands and what would be made: all versions, the newest first, a draft or why there is none, and why to make it again."""

    made: tuple[Made, ...]
    draft: Draft | None
    why_not: Conflict | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Ready:
    """A form to be kept: what it says, the ids of superbill and details with the number of addenda, what happens to an earlier claim."""

    forms: Sequence[Form]
    basis: tuple[int, int, int]
    earlier: Earlier | None


def give_insurance(appointment: str, person_id: int, told: Insurance, signed_name: str, actor: str, now: datetime) -> Given:
    """Keep what a client tells for claim forms of this visit's therapist, in place of what they told before; it is their permission too.

    Raises NotFound, Refused `invalid` with every fault.
    """
    today = local_day(to_minute(now))
    if faults := insurance_faults(told, today):
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        booked = _of_client(session, appointment, person_id)
        wait_turn(session, f"insurance of {person_id}")
        _end(session, booked, now)
        row = InsuranceDetails(
            person_id=person_id, provider_id=booked.provider.id, content=insurance_to_dict(told), signed_name=signed_name,
            text_version=TEXT_VERSION, given_by=actor, given_at=now, expires_on=today + timedelta(days=DAYS_GOOD),
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "insurance.given", "insurance", row.public_id, {"provider": booked.provider.slug}))
        return Given(row.public_id, told, now, row.expires_on)


def take_back_insurance(appointment: str, person_id: int, actor: str, now: datetime) -> None:
    """End the permission and empty the details; the forms that were made stay. Raises NotFound."""
    with transaction() as session:
        booked = _of_client(session, appointment, person_id)
        wait_turn(session, f"insurance of {person_id}")
        for public_id in _end(session, booked, now):
            audit.record(session, audit.Deed(now, actor, "insurance.taken_back", "insurance", public_id))


def _end(session: Session, booked: Booked, now: datetime) -> list[str]:
    rows = standing_details(session, booked)
    for row in rows:
        row.ended_at, row.content = now, {}
    session.flush()
    return [row.public_id for row in rows]


def open_claim(appointment: str, provider_id: int, actor: str, now: datetime) -> Opened:
    """A therapist sees the claim form of their own visit and what one would say now, while the client permits it; the look is written down.

    Raises NotFound, Conflict `insurance_not_given`.
    """
    with transaction() as session:
        booked = _permitted(session, appointment, provider_id, now)
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        return opened_of(session, booked, now)


def opened_of(session: Session, booked: Booked, now: datetime) -> Opened:
    """The same for whoever may see it."""
    made = tuple(list_made(session, booked.appointment.id))
    try:
        draft = draft_of(session, booked, now)
    except Conflict as refusal:
        return Opened(made, None, refusal, ())
    return Opened(made, draft, None, reasons(next(iter(made), None), draft))


def print_claim(appointment: str, provider_id: int, version: int | None, actor: str, now: datetime) -> Made:
    """A therapist prints a version, while the client permits it; the look is written down. Raises as above, NotFound, Conflict."""
    with transaction() as session:
        booked = _permitted(session, appointment, provider_id, now)
        made = get_made(session, booked.appointment.id, version)
        note_read(session, booked.person, PRINTED, actor, now, {"appointment": appointment, "version": made.version})
        return made


def make_claim(appointment: str, provider_id: int, wish: Wish, actor: str, now: datetime) -> Made:
    """Make a visit's claim form, or its next version. One that would say the same as the newest is given again.

    `wish.earlier` says that the insurer has the claim before: 7 replaces it, 8 takes it back as it was made. Raises NotFound,
    Conflict `insurance_not_given`, `superbill_not_issued`, `superbill_stale`, Refused `nothing_to_replace`, `claim_incomplete` with every
    fault of every box.
    """
    earlier = wish.earlier
    with transaction() as session:
        booked = _permitted(session, appointment, provider_id, now)
        wait_turn(session, f"claim forms of {appointment}")
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        made = list_made(session, booked.appointment.id)
        newest = next(iter(made), None)
        if earlier is not None and (newest is None or newest.frequency == VOIDS):
            raise Refused("nothing_to_replace", "There is no earlier claim to replace or to take back.")
        if earlier is not None and earlier.code == VOIDS and newest is not None:
            return _taken_back(session, booked, newest, earlier, actor, now)
        draft = draft_of(session, booked, now, wish)
        if newest is not None and not draft.faults and _same(newest, draft, earlier):
            return newest
        if not draft.faults:
            basis = (draft.superbill_id, draft.details_id, draft.basis.addenda)
            return _keep(session, booked, _Ready(draft.forms, basis, earlier), actor, now)
    # After the transaction: whoever is told what is missing has looked, and the look stays written down.
    raise Refused("claim_incomplete", draft.faults[0].detail, faults=[FieldFault(one.code, one.detail) for one in draft.faults])


def _same(newest: Made, draft: Draft, earlier: Earlier | None) -> bool:
    """Whether the newest form says what would be made: the day of making is no difference."""
    stood, wanted = newest.forms[0].boxes, draft.forms[0].boxes
    apart = ("27",) if earlier is None else ("27", "22", "22.reference")
    return newest.frequency != VOIDS and all(stood.get(code) == wanted.get(code) for code in apart) and not reasons(newest, draft)


def _taken_back(session: Session, booked: Booked, newest: Made, earlier: Earlier, actor: str, now: datetime) -> Made:
    if not earlier.reference.strip():
        fault = FieldFault("22.reference", "The insurer's number of the earlier claim is missing.")
        raise Refused("claim_incomplete", fault.message, faults=[fault])
    forms = voided(newest.forms, earlier.reference.upper())
    basis = (newest.superbill_id, get_details(session, booked, now).id, newest.basis.addenda)
    return _keep(session, booked, _Ready(forms, basis, earlier), actor, now)


def _keep(session: Session, booked: Booked, ready: _Ready, actor: str, now: datetime) -> Made:
    made = list_made(session, booked.appointment.id)
    superbill_id, details_id, addenda = ready.basis
    row = ClaimForm(
        appointment_id=booked.appointment.id, person_id=booked.person.id, provider_id=booked.provider.id, superbill_id=superbill_id,
        details_id=details_id, version=made[0].version + 1 if made else 1, frequency=ready.earlier.code if ready.earlier else FIRST,
        addenda=addenda, made_by=actor, made_at=now, content={"forms": [form_to_dict(form) for form in ready.forms]},
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"version": row.version, "frequency": row.frequency}
    audit.record(session, audit.Deed(now, actor, "claim_form.made", "claim_form", row.public_id, told))
    return get_made(session, booked.appointment.id, row.version)


def _permitted(session: Session, appointment: str, provider_id: int, now: datetime) -> Booked:
    """A therapist's own visit whose client permits claim forms now."""
    booked = get_any(session, appointment)
    if booked.appointment.provider_id != provider_id or not may_have_one(booked):
        raise NotFound("not_found", MISSING)
    get_details(session, booked, now)
    return booked


def _of_client(session: Session, appointment: str, person_id: int) -> Booked:
    booked = get_any(session, appointment)
    if booked.appointment.person_id != person_id or not may_have_one(booked):
        raise NotFound("not_found", MISSING)
    return booked
