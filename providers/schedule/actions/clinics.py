"""What admins do about shared clinics: keep them, and plan who works there in a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.places.changes import ClinicFacts, store_clinic
from providers.places.geocoders import Geocoder, resolve
from providers.places.models import Clinic
from providers.places.queries import get_clinic
from providers.registry.changes import lock_provider, note_change
from providers.schedule.changes import state_rooms
from providers.schedule.models import RosterShift
from providers.schedule.queries import providers_at, shifts_between
from providers.schedule.rules.clinics import WEEK_DAYS, ClinicDraft, ShiftDraft, check_roster, hours_to_list
from providers.schedule.rules.hours import Shift


def put_clinic(slug: str | None, draft: ClinicDraft, geocoder: Geocoder, actor: str, now: datetime) -> Clinic:
    """Make a clinic (no slug) or change one. Its address is looked up first; everybody who works there moves along with it.

    Fewer rooms than are booked already are not stated. Raises Refused `unknown_place`, `outside_manhattan` or `rooms_in_use`, NotFound.
    """
    try:
        found = resolve(draft.address, geocoder)
    except Refused as refusal:
        faults = [FieldFault("line1", refusal.sentence)]
        raise Refused(refusal.code, refusal.sentence, faults=faults, details=refusal.details) from None
    facts = ClinicFacts(draft.name, draft.kind, draft.line1, draft.unit, draft.zip, hours_to_list(draft.hours), rostered=draft.rostered)
    with transaction() as session:
        clinic = None if slug is None else get_clinic(session, slug)
        kept = store_clinic(session, clinic, facts, found, now)
        state_rooms(session, kept, draft.rooms, now)
        for provider_id, _, _ in providers_at(session, kept.id):
            note_change(session, provider_id)
        verb = "clinic_added" if clinic is None else "clinic_changed"
        told = {"name": kept.name, "kind": kept.kind, "rostered": kept.rostered, "rooms": kept.rooms}
        record(session, Deed(now, actor, verb, "clinic", kept.public_id, told))
    return kept


def plan_week(slug: str, monday: date, planned: Sequence[ShiftDraft], actor: str, now: datetime) -> None:
    """Make these the shifts of one week at a rostered clinic. What is booked stays booked.

    Raises NotFound, Refused `not_rostered`, and `invalid` with every fault; nobody has shifts at two clinics at once.
    """
    with transaction() as session:
        clinic = get_clinic(session, slug)
        if not clinic.rostered:
            raise Refused("not_rostered", "This clinic keeps no roster: its therapists keep their own hours.")
        ids = {public_name: provider_id for provider_id, public_name, _ in providers_at(session, clinic.id)}
        before = shifts_between(session, monday, monday + timedelta(days=WEEK_DAYS - 1), clinic_id=clinic.id)
        affected = {row.provider_id for row in before} | {ids[one.provider] for one in planned if one.provider in ids}
        for provider_id in sorted(affected):
            lock_provider(session, provider_id)
        faults = check_roster(monday, planned, _elsewhere(session, ids, before, monday), ids)
        if faults:
            raise Refused("invalid", f"{faults[0].field}: {faults[0].message}", faults=faults)
        session.execute(delete(RosterShift).where(RosterShift.id.in_([row.id for row in before])))
        session.add_all(_row(clinic.id, ids[one.provider], one.shift, actor, now) for one in planned)
        for provider_id in sorted(affected):
            note_change(session, provider_id)
        record(
            session, Deed(now, actor, "roster_planned", "clinic", clinic.public_id, {"week": monday.isoformat(), "shifts": len(planned)})
        )


def _elsewhere(session: Session, ids: dict[str, int], here: Iterable[RosterShift], monday: date) -> dict[str, list[Shift]]:
    """Every provider's shifts from the day before the week to the day after it, apart from those that are planned anew."""
    names, mine = {provider_id: name for name, provider_id in ids.items()}, {row.id for row in here}
    found: dict[str, list[Shift]] = defaultdict(list)
    for row in shifts_between(session, monday - timedelta(days=1), monday + timedelta(days=WEEK_DAYS), provider_ids=list(names)):
        if row.id not in mine:
            found[names[row.provider_id]].append(Shift(row.on, row.opens_minute, row.closes_minute, row.staffing))
    return found


def _row(clinic_id: int, provider_id: int, shift: Shift, actor: str, now: datetime) -> RosterShift:
    return RosterShift(
        clinic_id=clinic_id, provider_id=provider_id, on=shift.on, opens_minute=shift.opens_minute, closes_minute=shift.closes_minute,
        staffing=shift.staffing, made_by=actor, made_at=now,
    )  # fmt: skip
