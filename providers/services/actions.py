"""What a provider does about what they offer. What was agreed for a visit already booked stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import transaction
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner
from providers.services.models import FirstVisitRule, PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.queries import durations_of, find_first_visit_rule, list_service_rows, newest_prices, newest_terms
from providers.services.rules.drafts import AddOn, ServiceDraft, priced, texts_of, version_after
from providers.services.rules.first_visits import FirstVisits, first_visits_to_dict
from providers.services.rules.prices import PriceRules, prices_to_dict
from providers.services.rules.requests import by_request_to_dict
from providers.services.rules.terms import Terms, terms_to_dict
from providers.wording.changes import raise_flags


def put_services(owner: Owner, drafts: Sequence[ServiceDraft], now: datetime) -> None:
    """Offer exactly these services. One left out is retired, not deleted: visits that name it keep their words."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        rows = {row.code: row for row in list_service_rows(session, provider.id)}
        durations = durations_of(session, provider.id)
        for position, draft in enumerate(drafts):
            row = rows.pop(draft.code, None) or _begin(session, provider.id, draft)
            _write(session, row, draft, position, durations.get(row.id, {}))
        for row in rows.values():
            row.retired = True
        raise_flags(session, provider, texts_of(drafts), now)
        note_deed(session, provider, owner.actor, "services_changed", now, codes=[draft.code for draft in drafts])
        note_change(session, provider.id)


def put_prices(owner: Owner, prices: PriceRules, now: datetime) -> int:
    """Make these the price rules; gives their version. The same rules once more are no new version."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        newest = newest_prices(session, provider.id)
        body = prices_to_dict(prices)
        if newest is not None and (newest.rules, newest.cap_percent) == (body["rules"], prices.cap_percent):
            return newest.version
        version = newest.version + 1 if newest else 1
        session.add(
            PricePolicy(
                provider_id=provider.id,
                version=version,
                rules=body["rules"],
                cap_percent=prices.cap_percent,
                created_at=now,
                made_by=owner.actor,
            )
        )
        note_deed(session, provider, owner.actor, "prices_changed", now, version=version)
        note_change(session, provider.id)
        return version


def put_terms(owner: Owner, terms: Terms, now: datetime) -> int:
    """Make these the cancellation and payment terms; gives their version. The same terms once more are no new version."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        newest = newest_terms(session, provider.id)
        body = terms_to_dict(terms)
        if newest is not None and newest.terms == body:
            return newest.version
        version = newest.version + 1 if newest else 1
        session.add(TermsPolicy(provider_id=provider.id, version=version, terms=body, created_at=now, made_by=owner.actor))
        note_deed(session, provider, owner.actor, "terms_changed", now, version=version)
        note_change(session, provider.id)
        return version


def put_first_visits(owner: Owner, rules: FirstVisits, now: datetime) -> None:
    """Ask this of new clients from now on. What is held or booked stays as it was agreed."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        row = find_first_visit_rule(session, provider.id)
        body = first_visits_to_dict(rules)
        if row is None:
            session.add(FirstVisitRule(provider_id=provider.id, rules=body, changed_at=now))
        else:
            row.rules, row.changed_at = body, now
        note_deed(session, provider, owner.actor, "first_visits_changed", now, **body)
        note_change(session, provider.id)


def _begin(session: Session, provider_id: int, draft: ServiceDraft) -> Service:
    row = Service(provider_id=provider_id, code=draft.code, name=draft.name, version=0)
    session.add(row)
    session.flush()
    return row


def _write(session: Session, row: Service, draft: ServiceDraft, position: int, durations: Mapping[int, ServiceDuration]) -> None:
    old = {minutes: one.price_cents for minutes, one in durations.items()}, [AddOn(**add_on) for add_on in row.add_ons or ()]
    row.version = version_after(row.version, priced(*old), priced(draft.prices, draft.add_ons))
    row.name, row.position, row.retired = draft.name, position, False
    row.techniques, row.conditions, row.settings = list(draft.techniques), list(draft.conditions), list(draft.settings)
    row.first_visit_only = draft.first_visit_only
    row.buffer_before_minutes, row.buffer_after_minutes = draft.buffer_before_minutes, draft.buffer_after_minutes
    row.add_ons = [asdict(add_on) for add_on in draft.add_ons]
    row.by_request = by_request_to_dict(draft.by_request) if draft.by_request.settings else None
    row.preparation = draft.preparation or None
    for minutes, cents in draft.prices.items():
        if minutes in durations:
            durations[minutes].price_cents = cents
        else:
            session.add(ServiceDuration(service_id=row.id, minutes=minutes, price_cents=cents))
    for minutes, one in durations.items():
        if minutes not in draft.prices:
            session.delete(one)
