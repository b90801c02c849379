"""What a provider offers, read for their own desk."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.services.models import FirstVisitRule, PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.rules.drafts import AddOn, ServiceDraft
from providers.services.rules.first_visits import FirstVisits, kept_first_visits
from providers.services.rules.prices import PriceRules, prices_from_dict
from providers.services.rules.requests import by_request_from_dict
from providers.services.rules.terms import DEFAULT_TERMS, Terms, terms_from_dict


def list_service_rows(session: Session, provider_id: int | None) -> list[Service]:
    """Every service, retired ones too, in the provider's order."""
    return list(session.scalars(select(Service).where(Service.provider_id == provider_id).order_by(Service.position, Service.id)))


def durations_of(session: Session, provider_id: int | None) -> dict[int, dict[int, ServiceDuration]]:
    """By service id and minutes."""
    found: dict[int, dict[int, ServiceDuration]] = defaultdict(dict)
    rows = select(ServiceDuration).join(Service, Service.id == ServiceDuration.service_id).where(Service.provider_id == provider_id)
    for row in session.scalars(rows.order_by(ServiceDuration.minutes)):
        found[row.service_id][row.minutes] = row
    return found


def list_services(session: Session, provider_id: int | None) -> list[ServiceDraft]:
    """The services offered now, as they would be stated anew."""
    durations = durations_of(session, provider_id)
    return [
        ServiceDraft(
            row.code, row.name, tuple(row.techniques), tuple(row.conditions),
            {minutes: one.price_cents for minutes, one in durations[row.id].items()}, tuple(row.settings), row.first_visit_only,
            row.buffer_before_minutes, row.buffer_after_minutes, tuple(AddOn(**add_on) for add_on in row.add_ons or ()),
            by_request_from_dict(row.by_request), row.preparation or "",
        )
        for row in list_service_rows(session, provider_id) if not row.retired
    ]  # fmt: skip


def find_preparation(session: Session, provider_id: int, code: str) -> str | None:
    """What a provider asks of whoever comes to a service, in their own words; a retired one still says it."""
    return session.scalar(select(Service.preparation).where(Service.provider_id == provider_id, Service.code == code))


def newest_prices(session: Session, provider_id: int | None) -> PricePolicy | None:
    """The price rules in force."""
    rows = select(PricePolicy).where(PricePolicy.provider_id == provider_id)
    return session.scalar(rows.order_by(PricePolicy.version.desc()).limit(1))


def newest_terms(session: Session, provider_id: int | None) -> TermsPolicy | None:
    """The terms in force; none where the house's own hold."""
    return session.scalar(select(TermsPolicy).where(TermsPolicy.provider_id == provider_id).order_by(TermsPolicy.version.desc()).limit(1))


def prices_in_force(session: Session, provider_id: int | None) -> PriceRules:
    """The newest price rules; none before the first."""
    row = newest_prices(session, provider_id)
    if row is None:
        return PriceRules(version=0)
    return prices_from_dict({"rules": row.rules, "cap_percent": row.cap_percent}, version=row.version)


def terms_in_force(session: Session, provider_id: int | None) -> Terms:
    """The newest terms; the house's own before the first."""
    row = newest_terms(session, provider_id)
    return terms_from_dict(row.terms, version=row.version) if row else DEFAULT_TERMS


def find_first_visit_rule(session: Session, provider_id: int | None) -> FirstVisitRule | None:
    """What a provider asks of new clients, if anything was stated."""
    return session.scalar(select(FirstVisitRule).where(FirstVisitRule.provider_id == provider_id))


def first_visits_in_force(session: Session, provider_id: int | None) -> FirstVisits:
    """The same as a plain value; nothing of their own before it was stated."""
    row = find_first_visit_rule(session, provider_id)
    return kept_first_visits(row.rules if row else None)
