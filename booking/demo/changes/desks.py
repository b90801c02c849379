"""A provider's rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from booking.demo.changes.bulk import Bulk
from booking.demo.rules.clinics import House
from booking.demo.rules.desks import Desk
from booking.demo.rules.papers import Paper
from booking.demo.rules.sheet import sample_sheet
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault
from providers.credentials.models import Credential, CredentialDecision, CredentialDocument
from providers.credentials.rules.collaboration import CONFIRMED
from providers.credentials.rules.documents import PDF
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.states import DRAFT, VERIFIED
from providers.places.models import Clinic, ProviderPlace, ServiceArea
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.registry.models import Provider
from providers.schedule.models import HoursException, HoursStatement, RosterShift, ScheduleRule, WeeklyHours
from providers.schedule.queries import FOREVER_MINUTE, as_use, rooms_wanted
from providers.schedule.rules.clinics import hours_to_list
from providers.schedule.rules.hours import stated_to_list
from providers.schedule.rules.rooms import first_over
from providers.services.models import PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.rules.calls import PHONE
from providers.services.rules.prices import prices_to_dict
from providers.services.rules.terms import terms_to_dict

SERVICE_SETTINGS = ("clinic", "home", "office", "hotel", PHONE)
PREPARATION = "Wear something that lets the sore area be reached. Bring a list of your medicines, and reports of scans if you have them."


def add_desk(bulk: Bulk, desk: Desk, checker_id: int) -> None:
    """Keep everything of one provider for writing, except the account."""
    facts = desk.facts
    bulk.add(
        Provider, public_id=facts.public_id, account_id=facts.account_id, slug=facts.slug, state=facts.state,
        state_reason=desk.state_reason, name=facts.name, headline=facts.headline, about=facts.about, gender=facts.gender,
        pronouns=facts.pronouns, profession=facts.profession, languages=list(facts.languages), settings=list(desk.settings),
        phone=desk.phone, answers=desk.answers,
        answered_on=dict.fromkeys(desk.answers, local_day(to_minute(desk.created_at)).isoformat()), rating_count=0, rating_sum=0,
        sample_data=True, created_at=desk.created_at,
        listed_at=desk.listed_at,
    )  # fmt: skip
    _add_places(bulk, desk)
    for position, service in enumerate(facts.services):
        _add_service(bulk, facts.id, service, position)
    _add_policies(bulk, desk)
    _add_hours(bulk, facts, desk.created_at)
    _add_shifts(bulk, desk)
    for paper in desk.papers:
        _add_paper(bulk, facts.id, paper, checker_id)


def add_houses(bulk: Bulk, houses: Sequence[House], now: datetime) -> None:
    """Keep the shared clinics for writing."""
    for house in houses:
        site = house.site
        bulk.add(
            Clinic, public_id=house.public_id, slug=house.slug, name=house.name, kind=house.kind, line1=site.line1, unit=None, zip=site.zip,
            neighborhood=site.neighborhood, latitude=site.latitude, longitude=site.longitude, hours=hours_to_list(house.hours),
            rostered=house.rostered, created_at=now,
        )  # fmt: skip


def count_rooms(session: Session, houses: Sequence[House], now: datetime) -> None:
    """The house with a roster says how many rooms it has: one less than people who work there, or as many as what is booked needs."""
    for house in houses:
        if not house.rostered:
            continue
        minute = to_minute(now)
        uses = [as_use(row) for row in session.execute(rooms_wanted([house.id], minute, FOREVER_MINUTE))]
        rooms = len(house.members) - 1
        while first_over(uses, rooms, minute) is not None:
            rooms += 1
        session.execute(update(Clinic).where(Clinic.id == house.id).values(rooms=rooms, rooms_from_minute=minute))


def _add_shifts(bulk: Bulk, desk: Desk) -> None:
    rooms = {place.id: place.clinic_id for place in desk.facts.places}
    for clinic in desk.facts.clinic_hours:
        for shift in clinic.shifts:
            bulk.add(
                RosterShift, clinic_id=rooms[clinic.place_id], provider_id=desk.facts.id, on_date=shift.on, opens_minute=shift.opens_minute,
                closes_minute=shift.closes_minute, staffing=shift.staffing, made_by="command:demo", made_at=desk.created_at,
            )  # fmt: skip


def schedule_rule(facts: ProviderFacts) -> dict[str, object]:
    """The row of a provider's schedule rules, which has no id of its own."""
    return {"provider_id": facts.id, **asdict(facts.rules)}


SCHEDULE_RULES = ScheduleRule.__table__


def _add_places(bulk: Bulk, desk: Desk) -> None:
    for place in desk.facts.places:
        columns = {name: value for name, value in asdict(place).items() if name not in ("id", "setting_kind")}
        found = bulk.add(ProviderPlace, provider_id=desk.facts.id, **columns)
        if found != place.id:
            raise RuntimeError("a place was numbered twice")
    area, known = desk.area, desk.facts.area
    if area is None or known is None:
        return
    bulk.add(
        ServiceArea, provider_id=desk.facts.id, mode=area.mode.value, base=asdict(area.base) if area.base else None, zips=list(area.zips),
        neighborhoods=list(area.neighborhoods), radius_meters=area.radius_meters, max_travel_minutes=area.max_travel_minutes,
        setup_minutes=area.setup_minutes, pack_minutes=area.pack_minutes, covered_zips=sorted(known.covered_zips),
    )  # fmt: skip


def _add_service(bulk: Bulk, provider_id: int, service: ServiceFacts, position: int) -> None:
    service_id = bulk.add(
        Service, provider_id=provider_id, code=service.code, name=service.name, position=position, techniques=list(service.techniques),
        conditions=list(service.conditions), settings=[setting for setting in SERVICE_SETTINGS if setting in service.settings],
        first_visit_only=service.first_visit_only, buffer_before_minutes=None, buffer_after_minutes=None,
        add_ons=[asdict(one) for one in service.add_ons], preparation=None if service.is_call else PREPARATION,
        version=service.version, retired=False,
    )  # fmt: skip
    for minutes, cents in service.prices.items():
        bulk.add(ServiceDuration, service_id=service_id, minutes=minutes, price_cents=cents)


def _add_policies(bulk: Bulk, desk: Desk) -> None:
    facts, at = desk.facts, desk.created_at
    rules = prices_to_dict(facts.prices)["rules"]
    bulk.add(PricePolicy, provider_id=facts.id, version=1, rules=rules, cap_percent=facts.prices.cap_percent, created_at=at)
    bulk.add(TermsPolicy, provider_id=facts.id, version=1, terms=terms_to_dict(facts.terms), created_at=at)


def _add_hours(bulk: Bulk, facts: ProviderFacts, stated_at: datetime) -> None:
    bulk.add(HoursStatement, provider_id=facts.id, stated_at=stated_at, weekly=stated_to_list(facts.weekly))
    for hours in facts.weekly:
        bulk.add(
            WeeklyHours, provider_id=facts.id, weekday=hours.weekday, opens_minute=hours.opens_minute, closes_minute=hours.closes_minute,
            settings=sorted(hours.settings), place_id=hours.place_id, staffing=hours.staffing,
        )  # fmt: skip
    for exception in facts.exceptions:
        bulk.add(
            HoursException, provider_id=facts.id, on_date=exception.on, closed=exception.closed, opens_minute=exception.opens_minute,
            closes_minute=exception.closes_minute, settings=sorted(exception.settings), place_id=exception.place_id,
            staffing=exception.staffing,
        )  # fmt: skip


def _add_paper(bulk: Bulk, provider_id: int, paper: Paper, checker_id: int) -> None:
    draft = paper.draft
    fingerprint = vault().fingerprint(draft.number, LICENSE) if draft.kind == LICENSE and draft.number else None
    verified = paper.checked_by is not None
    credential_id = bulk.add(
        Credential, public_id=paper.public_id, provider_id=provider_id, kind=draft.kind, status=paper.status, issuer=draft.issuer,
        holder_name=draft.holder_name, number=draft.number, number_fingerprint=fingerprint, issued_on=draft.issued_on,
        expires_on=draft.expires_on, valid_until=paper.valid_until, details=dict(draft.details), technique=draft.technique,
        version=paper.version, submitted_at=paper.submitted_at, verified_at=paper.decided_at if verified else None,
        verified_source=paper.source if verified else None, verified_by=paper.checked_by, next_check_on=paper.next_check_on,
        created_at=paper.created_at, level=paper.level, level_at=paper.decided_at if paper.level == CONFIRMED else None,
        reconfirm_on=paper.reconfirm_on, partner_named=paper.level == CONFIRMED,
    )  # fmt: skip
    if paper.decision is not None:
        bulk.add(
            CredentialDecision, credential_id=credential_id, decision=paper.decision, source=paper.source, source_value=paper.source_value,
            valid_until=paper.valid_until, note=paper.note, decided_by_id=checker_id, decided_at=paper.decided_at,
        )  # fmt: skip
    if paper.status not in {VERIFIED, DRAFT}:
        _add_document(bulk, credential_id, paper)


def _add_document(bulk: Bulk, credential_id: int, paper: Paper) -> None:
    """A one-page sheet for those credentials that somebody will look at; it says itself that it is a sample."""
    draft = paper.draft
    content = sample_sheet(
        ("SAMPLE, NOT A REAL DOCUMENT", draft.kind.replace("_", " "), draft.issuer, draft.holder_name, draft.number or "")
    )
    bulk.add(
        CredentialDocument, public_id=f"{paper.public_id[:-4]}file", credential_id=credential_id, version=paper.version, media_type=PDF,
        content=vault().seal_bytes(content), sha256=hashlib.sha256(content).hexdigest(), uploaded_at=paper.created_at,
    )  # fmt: skip
