"""Appointments with their claims, history, health answers and consents; time that providers took out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from booking.appointments.models import Appointment, AppointmentEvent, Couple, Hold
from booking.appointments.rules.holding import HOLD_MINUTES
from booking.appointments.rules.money import figures
from booking.appointments.rules.states import REQUESTED
from booking.demo.changes.bulk import Bulk
from booking.demo.changes.money import Kept, add_credit, add_entries, add_receipts
from booking.demo.rules.health import CLEARANCE, Desk
from booking.demo.rules.meetings import Break, Visit
from booking.demo.rules.money import Story, money_of
from booking.ledger.rules.sums import sum_visit
from booking.screening.models import Consent, Screening
from booking.screening.rules.form import ConsentText
from marketplace.kernel.walltime import from_minute
from providers.profiles.rules import ProviderFacts
from providers.schedule.models import Claim

APPOINTMENT, BLOCK = "appointment", "block"
ANSWERED_BEFORE = timedelta(minutes=3)


class Health:
    """Screenings and consents: a person's answers count for their later bookings until they run out."""

    def __init__(self, bulk: Bulk, desk: Desk, consent: ConsentText) -> None:
        self.bulk, self.desk, self.consent = bulk, desk, consent
        self._sections = sorted(section.code for section in consent.sections if section.required)
        self._answered: dict[int, tuple[int, int, datetime]] = {}

    def papers_for(self, visit: Visit) -> tuple[int, int] | tuple[None, None]:
        """The screening and the consent that a visit was booked with; ask in the order of booking. A call needs neither."""
        if visit.service.is_call:
            return None, None
        person = visit.client.id
        if visit.outcome.status == REQUESTED:
            return self._answer(visit, CLEARANCE)[:2]
        known = self._answered.get(person)
        if known is None or visit.booked_at >= known[2]:
            known = self._answered[person] = self._answer(visit, visit.client.health)
        return known[:2]

    def _answer(self, visit: Visit, situation: str) -> tuple[int, int, datetime]:
        at = visit.booked_at - ANSWERED_BEFORE
        found = self.desk.screened(situation, at)
        screening_id = self.bulk.add(
            Screening, public_id=f"{visit.public_id[:-3]}scr", person_id=visit.client.id, form_version=found.form_version,
            answers=found.answers, outcome=found.outcome, result=found.result, created_at=at, valid_until_at=found.valid_until_at,
        )  # fmt: skip
        consent_id = self.bulk.add(
            Consent, person_id=visit.client.id, version=self.consent.version, sections=self._sections, accepted_at=visit.booked_at
        )
        return screening_id, consent_id, found.valid_until_at


def add_visits(bulk: Bulk, health: Health, visits: Sequence[tuple[int, Visit]], facts: Mapping[int, ProviderFacts], now: datetime) -> None:
    """Keep visits for writing, each with its provider's row id, in the order in which they were booked; `facts` of these providers."""
    kept, halves = [], Halves(bulk)
    for provider_id, visit in sorted(visits, key=lambda one: (one[1].booked_at, one[1].public_id)):
        story = money_of(visit, now)
        kept.append(Kept(provider_id, _add_visit(bulk, health, provider_id, visit, story, halves), visit, story))
        add_entries(bulk, kept[-1])
        add_credit(bulk, kept[-1])
    add_receipts(bulk, kept, facts)
    halves.join()


class Halves:
    """The holds of visits side by side, and what ties two of them together."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self._holds: dict[str, dict[bool, int]] = {}
        self._booked_at: dict[str, datetime] = {}

    def hold_of(self, provider_id: int, visit: Visit, claim_id: int) -> int | None:
        """The hold that a visit side by side was booked from; None for others."""
        if visit.half is None:
            return None
        begin, end = from_minute(visit.begin_minute), from_minute(visit.begin_minute + visit.minutes)
        hold_id = self.bulk.add(
            Hold, public_id=visit.half.hold, provider_id=provider_id, person_id=visit.client.id, claim_id=claim_id, state="booked",
            service_code=visit.service.code, service_name=visit.service.name, minutes=visit.minutes, setting=visit.setting,
            place_id=visit.place_id, zip=visit.zip, starts_at=begin, ends_at=end, quote=visit.quote, terms=visit.quote["terms"],
            expires_at=visit.booked_at + timedelta(minutes=HOLD_MINUTES), created_at=visit.booked_at,
        )  # fmt: skip
        self._holds.setdefault(visit.half.couple, {})[visit.half.first] = hold_id
        self._booked_at[visit.half.couple] = visit.booked_at
        return hold_id

    def join(self) -> None:
        """Write down which two belong together."""
        for couple, holds in self._holds.items():
            self.bulk.add(
                Couple, public_id=couple, first_hold_id=holds[True], second_hold_id=holds[False], created_at=self._booked_at[couple]
            )


def add_breaks(bulk: Bulk, provider_id: int, breaks: Sequence[Break]) -> None:
    """Keep a provider's own time off for writing."""
    for one in breaks:
        span = {"begin_minute": one.begin_minute, "end_minute": one.end_minute, "before_minutes": 0, "after_minutes": 0}
        _add_claim(bulk, provider_id, one.public_id, BLOCK, live=True, note=one.note, **span)


def _add_claim(bulk: Bulk, provider_id: int, public_id: str, kind: str, *, live: bool, **more: Any) -> int:
    row = {"place_id": None, "zip": None, "expires_at": None, "note": None, "room_key": None, **more}
    return bulk.add(Claim, provider_id=provider_id, public_id=public_id, kind=kind, live=live, **row)


def _add_visit(bulk: Bulk, health: Health, provider_id: int, visit: Visit, story: Story, halves: Halves) -> int:
    outcome, end = visit.outcome, visit.begin_minute + visit.minutes
    claim_id = _add_claim(
        bulk, provider_id, visit.claim_public_id, APPOINTMENT, live=outcome.live, begin_minute=visit.begin_minute, end_minute=end,
        before_minutes=visit.before_minutes, after_minutes=visit.after_minutes, place_id=visit.place_id, zip=visit.zip,
        expires_at=outcome.respond_by_at, room_key=visit.half.couple if visit.half is not None else None,
    )  # fmt: skip
    screening_id, consent_id = health.papers_for(visit)
    said = figures(outcome.status, visit.total_cents, sum_visit(story.entries))
    appointment_id = bulk.add(
        Appointment, public_id=visit.public_id, reference=visit.reference, provider_id=provider_id, person_id=visit.client.id,
        claim_id=claim_id, hold_id=halves.hold_of(provider_id, visit, claim_id), status=outcome.status,
        service_code=visit.service.code, service_name=visit.service.name,
        technique=visit.technique, minutes=visit.minutes, add_ons=[asdict(one) for one in visit.add_ons] or None,
        setting=visit.setting, place_id=visit.place_id, zip=visit.zip,
        address=visit.address, starts_at=from_minute(visit.begin_minute), ends_at=from_minute(end), quote=visit.quote,
        terms=visit.quote["terms"], total_cents=visit.total_cents, paid_cents=said.paid_cents, due_cents=said.due_cents,
        fee_cents=said.fee_cents, waived_cents=said.waived_cents,
        payment_method="at_visit", screening_id=screening_id, consent_id=consent_id, note=visit.note,
        uid=f"{visit.public_id}@licensedhands", sequence=outcome.sequence, moves=0, free_moves_used=0, guest_key_hash=None,
        attention=["clearance_due"] if outcome.status == REQUESTED else [], booked_at=visit.booked_at,
        respond_by_at=outcome.respond_by_at, cancelled_at=outcome.cancelled_at, cancelled_by=outcome.cancelled_by,
        cancel_reason=outcome.cancel_reason, cancel_note=None, checked_in_at=outcome.checked_in_at, checked_out_at=outcome.checked_out_at,
        sample_data=True, changed_at=visit.events[-1].at,
    )  # fmt: skip
    for event in visit.events:
        bulk.add(AppointmentEvent, appointment_id=appointment_id, at=event.at, actor=event.actor, verb=event.verb, facts=event.facts)
    return appointment_id
