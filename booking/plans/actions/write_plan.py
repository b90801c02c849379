"""Writing a plan at a visit, and writing it anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CHECKED_IN, COMPLETED
from booking.care.queries.visits import get_in_care
from booking.plans.changes import Told, tell_client
from booking.plans.models import CarePlan, CarePlanVersion
from booking.plans.queries.plans import Whole, find_plan, get_plan
from booking.plans.rules.written import Draft, content_of, draft_faults, tidy
from booking.quotes.catalogue import taxes
from booking.quotes.rules.visits import quote_visit
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import NEW_YORK, local_day, to_minute
from providers.profiles.queries import get_facts
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.registry.changes import lock_provider

Care = tuple[str, int, str]
"""A service's code, minutes and a setting."""
TOO_EARLY = "A plan is written at the first visit or after it: look first, then plan."


@dataclass(frozen=True)
class PlanWanted:
    """A plan as it is written, and the service, length and setting that its visits are priced as; None is as the visit itself."""

    draft: Draft
    service: str | None = None
    minutes: int | None = None
    setting: str | None = None


def write_plan(appointment: str, wanted: PlanWanted, actor: str, base_url: str, now: datetime) -> Whole:
    """Keep a plan as the next version, priced as of today; the client is asked for a yes by a letter that says nothing of it.

    The same plan again changes nothing. After a plan that ended a new one begins. The caller has made sure that the visit is theirs.

    Raises NotFound for a visit that is not in care, Conflict `too_early` before it has begun or `plan_paused`, Refused `invalid_plan`
    with every fault.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        lock_provider(session, booked.appointment.provider_id)
        if booked.appointment.status not in (CHECKED_IN, COMPLETED):
            raise Conflict("too_early", TOO_EARLY)
        care, estimate = _priced(session, booked, wanted, now)
        before = _open_plan(session, booked)
        if before is not None and _same(before.newest, wanted.draft, care):
            return before
        plan = before.plan if before is not None else _begin(session, booked, now)
        version = _version(plan, booked, wanted.draft, before)
        version.service_code, version.minutes, version.setting = care
        version.estimate, version.written_by, version.written_at = estimate, actor, now
        session.add(version)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "plan.written", "care_plan", plan.public_id, {"version": version.number}))
        made = get_plan(session, plan.public_id, CarePlan.id == plan.id)
        tell_client(session, Told("plan_written", f"{plan.public_id}:{version.number}", made.person, made.provider.name), base_url, now)
        return made


def _open_plan(session: Session, booked: Booked) -> Whole | None:
    found = find_plan(session, booked.appointment.provider_id, booked.person.id)
    if found is None or found.plan.ended_at is not None:
        return None
    if found.paused:
        raise Conflict("plan_paused", "The visits of this plan are paused. Resume them first.")
    return found


def _begin(session: Session, booked: Booked, now: datetime) -> CarePlan:
    visit = booked.appointment
    plan = CarePlan(provider_id=visit.provider_id, person_id=visit.person_id, appointment_id=visit.id, begun_at=now)
    session.add(plan)
    session.flush()
    return plan


def _version(plan: CarePlan, booked: Booked, draft: Draft, before: Whole | None) -> CarePlanVersion:
    kept = tidy(draft)
    return CarePlanVersion(
        plan_id=plan.id, number=before.newest.number + 1 if before else 1, appointment_id=booked.appointment.id, visits=kept.visits,
        every_days=kept.every_days, review_after=kept.review_after, done=before.progress.done if before else 0, content=content_of(kept),
    )  # fmt: skip


def _same(version: CarePlanVersion, draft: Draft, care: Care) -> bool:
    kept = tidy(draft)
    said = (version.visits, version.every_days, version.review_after, version.content)
    return said == (kept.visits, kept.every_days, kept.review_after, content_of(kept)) and care == _care_of(version)


def _care_of(version: CarePlanVersion) -> Care:
    return version.service_code, version.minutes, version.setting


def _priced(session: Session, booked: Booked, wanted: PlanWanted, now: datetime) -> tuple[Care, dict[str, object]]:
    """What the visits are priced as, and what one and all of them cost as of today at the hour of this visit."""
    visit, facts = booked.appointment, get_facts(session, booked.appointment.provider_id)
    care, faults = _care(facts, visit, wanted), draft_faults(wanted.draft)
    code, minutes, setting = care
    service = facts.service(code)
    if service is None or not _goes_on(service):
        faults.append(FieldFault("service", "Choose a service for the visits to come: not one for a first visit alone."))
    elif minutes not in service.prices:
        faults.append(FieldFault("minutes", "You do not offer this service in this length."))
    elif setting not in service.settings:
        faults.append(FieldFault("setting", "You do not offer this service there."))
    if faults or service is None:
        raise Refused("invalid_plan", "Not everything can stay as it is.", faults=faults)
    at = _same_hour(visit.starts_at, local_day(to_minute(now)) + timedelta(days=wanted.draft.every_days))
    quote = quote_visit(facts, service, minutes=minutes, setting=setting, starts_at=at, zip_code=visit.zip, taxes=taxes(), now=now)
    each, visits = quote.total_cents, wanted.draft.visits
    estimate: dict[str, object] = {"each_cents": each, "visits": visits, "total_cents": each * visits, "service_name": service.name}
    return care, estimate | {"as_of": now.isoformat()}


def _care(facts: ProviderFacts, visit: Appointment, wanted: PlanWanted) -> Care:
    """As it was said, else as the visit was; after a first visit of its own kind the first service that goes on from there."""
    setting, same = wanted.setting or visit.setting, facts.service(visit.service_code)
    if wanted.service is None and same is not None and not _goes_on(same):
        same = next((one for one in facts.services if _goes_on(one) and setting in one.settings), same)
    service = facts.service(wanted.service) if wanted.service is not None else same
    code = wanted.service or (service.code if service is not None else visit.service_code)
    lengths = service.prices if service is not None else {}
    return code, wanted.minutes or (visit.minutes if visit.minutes in lengths or not lengths else min(lengths)), setting


def _goes_on(service: ServiceFacts) -> bool:
    return not service.first_visit_only and not service.is_call


def _same_hour(starts_at: datetime, on: date) -> datetime:
    return datetime.combine(on, starts_at.astimezone(NEW_YORK).time(), NEW_YORK).astimezone(UTC)
