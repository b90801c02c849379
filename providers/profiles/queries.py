"""Providers read whole: a fixed number of statements for one provider or for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.kernel.errors import NotFound
from providers.credentials.models import Credential
from providers.credentials.queries import credential_fact, load_policies
from providers.credentials.rules.collaboration import COLLABORATION
from providers.credentials.rules.kinds import CERTIFICATE, KindTable
from providers.credentials.rules.settings import closing, needed_for
from providers.credentials.rules.standing import REQUIRED
from providers.credentials.rules.states import REJECTED, WITHDRAWN
from providers.insurers.models import InsuranceStatement
from providers.insurers.queries import newest_of
from providers.insurers.rules import insurance_from_list
from providers.limits.models import ProviderLimit
from providers.limits.rules import REQUESTS_ONLY, RESTING, RESTING_WORDS
from providers.minors.queries import youngest_of
from providers.places.models import Clinic, ProviderPlace, ServiceArea
from providers.places.queries import list_clinics
from providers.profiles.catalogue import interview
from providers.profiles.models import ApplicationDraft
from providers.profiles.rules import (
    Answer,
    AreaFacts,
    Evidence,
    Gap,
    PlaceFacts,
    ProviderFacts,
    Readiness,
    ServiceFacts,
    Todo,
    gaps_of,
    todos_of,
)
from providers.registry.models import Provider
from providers.registry.rules import LISTED, SUSPENDED, state_shown
from providers.schedule.models import BookingPause, HoursException, HoursStatement, ScheduleRule, WeeklyHours
from providers.schedule.queries import date_exception, load_aways, load_clinic_hours, schedule_rules, weekly_range
from providers.schedule.rules.clinics import OWN_PRACTICE
from providers.schedule.rules.drafts import DEFAULT_RULES
from providers.schedule.rules.hours import HoursStated, stated_from_list
from providers.services.catalogue import techniques, zone_is_personal
from providers.services.models import FirstVisitRule, PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.rules.calls import is_call
from providers.services.rules.drafts import AddOn
from providers.services.rules.first_visits import kept_first_visits
from providers.services.rules.prices import PriceRules, prices_from_dict
from providers.services.rules.requests import by_request_from_dict
from providers.services.rules.terms import DEFAULT_TERMS, terms_from_dict

Ids = Select[Any]
Grouped = Mapping[int, Sequence[Any]]
_SHOWN = (Provider.state == LISTED) & Provider.account_id.in_(select(Account.id).where(Account.active))


def find_provider_id(session: Session, slug: str) -> int | None:
    """The internal id of a provider by its public name."""
    return session.scalar(select(Provider.id).where(Provider.slug == slug))


def get_facts(session: Session, provider_id: int) -> ProviderFacts:
    """One provider. Raises NotFound."""
    found = load_facts(session, [provider_id])
    if not found:
        raise NotFound("not_found", "There is no such provider.")
    return found[0]


def get_listed_facts(session: Session, slug: str) -> ProviderFacts:
    """A provider whom the public may see, by slug. Raises NotFound for all others alike."""
    provider_id = session.scalar(select(Provider.id).where(Provider.slug == slug, _SHOWN))
    if provider_id is None:
        raise NotFound("not_found", "There is no such provider.")
    return get_facts(session, provider_id)


def load_listed(session: Session) -> list[ProviderFacts]:
    """Every listed provider, by id. Standing on a day is the reader's to ask."""
    return _load(session, select(Provider.id).where(_SHOWN))


def load_facts(session: Session, provider_ids: Iterable[int]) -> list[ProviderFacts]:
    """The providers of these ids, in any state, by id. Whose account is closed counts as suspended."""
    return _load(session, select(Provider.id).where(Provider.id.in_(list(provider_ids))))


def _load(session: Session, ids: Ids) -> list[ProviderFacts]:
    whole = select(BookingPause.message).where(BookingPause.provider_id.is_(None)).limit(1).scalar_subquery()
    own = select(BookingPause.message).where(BookingPause.provider_id == Provider.id).scalar_subquery()
    first = select(FirstVisitRule.rules).where(FirstVisitRule.provider_id == Provider.id).scalar_subquery()
    said = newest_of(InsuranceStatement.entries).label("insurance"), newest_of(InsuranceStatement.stated_at).label("insurance_at")
    limit = select(ProviderLimit.kind).where(ProviderLimit.provider_id == Provider.id).scalar_subquery()
    paused, youngest = func.coalesce(whole, own).label("pause"), youngest_of().label("youngest")
    known = Account.active.label("account_active"), paused, first.label("first_visits"), limit.label("limited"), youngest, *said
    wanted = select(Provider.__table__, *known).join(Account, Account.id == Provider.account_id)
    providers = session.execute(wanted.where(Provider.id.in_(ids)).order_by(Provider.id)).all()
    if not providers:
        return []
    services = _services(session, ids)
    places = _by_provider(session, ProviderPlace, ids)
    areas = _by_provider(session, ServiceArea, ids)
    weekly = _by_provider(session, WeeklyHours, ids)
    exceptions = _by_provider(session, HoursException, ids)
    statements = _by_provider(session, HoursStatement, ids)
    rules = _by_provider(session, ScheduleRule, ids)
    clinic_hours = load_clinic_hours(session, [place for rows in places.values() for place in rows])
    houses = {clinic.id: clinic for clinic in list_clinics(session)} if clinic_hours else {}
    prices = _newest(session, PricePolicy, ids)
    terms = _newest(session, TermsPolicy, ids)
    credentials = _by_provider(session, Credential, ids)
    aways = load_aways(session, ids)
    return [
        ProviderFacts(
            id=row.id,
            public_id=row.public_id,
            account_id=row.account_id,
            slug=row.slug,
            state=state_shown(row.state, account_active=row.account_active),
            name=row.name,
            headline=row.headline,
            about=row.about,
            gender=row.gender,
            pronouns=row.pronouns,
            profession=row.profession,
            languages=tuple(row.languages),
            rating_count=row.rating_count,
            rating_sum=row.rating_sum,
            sample_data=row.sample_data,
            services=_asked_first(services.get(row.id, ()), row.limited),
            places=tuple(_place(place, houses.get(place.clinic_id)) for place in places[row.id]),
            area=next((_area(area) for area in areas[row.id]), None),
            weekly=tuple(weekly_range(hours) for hours in weekly[row.id]),
            exceptions=tuple(date_exception(exception, exception.on_date) for exception in exceptions[row.id]),
            rules=next((schedule_rules(rule) for rule in rules[row.id]), DEFAULT_RULES),
            prices=_prices(prices.get(row.id)),
            terms=terms_from_dict(terms[row.id].terms) if row.id in terms else DEFAULT_TERMS,
            terms_version=terms[row.id].version if row.id in terms else 0,
            credentials=tuple(credential_fact(credential, suspended=row.state == SUSPENDED) for credential in credentials[row.id]),
            evidence=tuple(_evidence(credential) for credential in credentials[row.id]),
            clinic_hours=clinic_hours.get(row.id, ()),
            statements=tuple(HoursStated(stated.stated_at, stated_from_list(stated.weekly)) for stated in statements[row.id]),
            answers=_answers(row),
            pause=row.pause or (RESTING_WORDS if row.limited == RESTING else None),
            aways=aways.get(row.id, ()),
            first_visits=kept_first_visits(row.first_visits),
            insurance=insurance_from_list(row.insurance, row.insurance_at),
            youngest=row.youngest,
        )
        for row in providers
    ]


def _by_provider(session: Session, model: Any, ids: Ids) -> Grouped:
    table = model.__table__
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(select(table).where(table.c.provider_id.in_(ids)).order_by(*table.primary_key.columns)):
        grouped[row.provider_id].append(row)
    return grouped


def _newest(session: Session, model: Any, ids: Ids) -> dict[int, Any]:
    """The row with the highest version of each provider."""
    table = model.__table__
    top = select(table.c.provider_id, func.max(table.c.version).label("version")).where(table.c.provider_id.in_(ids))
    newest = top.group_by(table.c.provider_id).subquery()
    rows = session.execute(
        select(table).join(newest, (newest.c.provider_id == table.c.provider_id) & (newest.c.version == table.c.version))
    )
    return {row.provider_id: row for row in rows}


def _services(session: Session, ids: Ids) -> dict[int, tuple[ServiceFacts, ...]]:
    durations: dict[int, dict[int, int]] = defaultdict(dict)
    priced = select(ServiceDuration.service_id, ServiceDuration.minutes, ServiceDuration.price_cents).join(
        Service, Service.id == ServiceDuration.service_id
    )
    for row in session.execute(priced.where(Service.provider_id.in_(ids)).order_by(ServiceDuration.minutes)):
        durations[row.service_id][row.minutes] = row.price_cents
    grouped: dict[int, list[ServiceFacts]] = defaultdict(list)
    table = Service.__table__
    live = select(table).where(table.c.provider_id.in_(ids), table.c.retired.is_(False)).order_by(table.c.position, table.c.id)
    for row in session.execute(live):
        grouped[row.provider_id].append(
            ServiceFacts(
                row.code,
                row.name,
                tuple(row.techniques),
                tuple(row.conditions),
                frozenset(row.settings),
                row.first_visit_only,
                row.buffer_before_minutes,
                row.buffer_after_minutes,
                durations[row.id],
                row.version,
                by_request_from_dict(row.by_request),
                tuple(AddOn(**add_on) for add_on in row.add_ons or ()),
            )
        )
    return {provider_id: tuple(services) for provider_id, services in grouped.items()}


def _asked_first(services: tuple[ServiceFacts, ...], limit: str | None) -> tuple[ServiceFacts, ...]:
    """As they are; under a limit to requests each of them is confirmed by hand, in every setting and for everybody."""
    return tuple(one.asked_first() for one in services) if limit == REQUESTS_ONLY else services


def _place(row: Row[Any], house: Clinic | None) -> PlaceFacts:
    return PlaceFacts(
        row.id,
        row.public_id,
        row.kind,
        row.name,
        row.line1,
        row.unit,
        row.city,
        row.zip,
        row.access,
        row.neighborhood,
        row.latitude,
        row.longitude,
        OWN_PRACTICE if house is None else house.kind,
        row.clinic_id,
        None if house is None else house.rooms,
    )


def _area(row: Row[Any]) -> AreaFacts:
    return AreaFacts(
        row.mode,
        frozenset(row.covered_zips),
        row.setup_minutes,
        row.pack_minutes,
        row.max_travel_minutes,
        row.early_minutes,
        row.latest_start_minute,
        row.first_visit_minutes,
        row.first_visit_latest_minute,
        tuple(row.leaves_from),
        tuple(row.returns_to),
    )


def _prices(row: Row[Any] | None) -> PriceRules:
    if row is None:
        return PriceRules(version=0)
    body = {"rules": row.rules, **({} if row.cap_percent is None else {"cap_percent": row.cap_percent})}
    return replace(prices_from_dict(body, version=row.version), zone_is_personal=zone_is_personal())


def _evidence(row: Any) -> Evidence:
    """What may be shown of a credential. A physician who has not agreed to it is not named, nor is the practice."""
    details, issuer = row.details or {}, row.issuer
    if row.kind == COLLABORATION and not row.partner_named:
        details = {name: details[name] for name in ("profession", "relation") if name in details}
        issuer = ""
    return Evidence(
        row.kind,
        row.technique,
        issuer,
        row.status,
        row.valid_until or row.expires_on,
        row.verified_at,
        row.verified_source,
        row.verified_by,
        row.next_check_on,
        details,
        row.level,
        row.level_at,
        row.reconfirm_on,
    )


def _answers(row: Row[Any]) -> tuple[Answer, ...]:
    """In the order of the questions; an answer to a question that is asked no more is not shown."""
    days = row.answered_on or {}
    given = ((question.code, row.answers.get(question.code)) for question in interview().questions)
    return tuple(Answer(code, text, date.fromisoformat(days[code]) if code in days else None) for code, text in given if text)


def load_gaps(session: Session, provider: Provider) -> tuple[Gap, ...]:
    """What is missing before this provider's profile may be sent in. Whoever applies hands in what the newest policy asks for."""
    return _gaps(_readiness(session, provider), provider, load_policies(session).newest)


def _gaps(ready: Readiness, provider: Provider, table: KindTable) -> tuple[Gap, ...]:
    return gaps_of(ready, {code: table.kinds[code].title for code in table.required_of(provider.profession)})


def _readiness(session: Session, provider: Provider) -> Readiness:
    area = session.scalar(select(ServiceArea.covered_zips).where(ServiceArea.provider_id == provider.id))
    stated = session.scalars(select(Service.settings).where(Service.provider_id == provider.id, Service.retired.is_(False)))
    offered = [settings for settings in stated if not is_call(settings)]
    handed_in = select(Credential.kind).where(Credential.provider_id == provider.id, Credential.status.not_in((REJECTED, WITHDRAWN)))
    return Readiness(
        headline=provider.headline,
        about=provider.about,
        phone=provider.phone,
        languages=tuple(provider.languages),
        settings=frozenset(provider.settings).union(*offered),
        services=len(offered),
        ranges=_count(session, WeeklyHours, provider.id),
        places=_count(session, ProviderPlace, provider.id),
        covered_zips=len(area or ()),
        handed_in=frozenset(session.scalars(handed_in)),
    )


def offered_techniques(session: Session, provider_id: int) -> list[str]:
    """The codes of the techniques that a provider's services name."""
    named = session.scalars(select(Service.techniques).where(Service.provider_id == provider_id, Service.retired.is_(False)))
    return list(dict.fromkeys(code for codes in named for code in codes))


def load_todos(session: Session, provider: Provider) -> tuple[Todo, ...]:
    """What this provider's application still lacks; what offered techniques and settings ask for besides is among it."""
    offered = offered_techniques(session, provider.id)
    asking = [one for code, one in techniques().items() if one.evidence_level == REQUIRED and code in offered]
    handed_in = select(Credential.technique).where(
        Credential.provider_id == provider.id, Credential.kind == CERTIFICATE, Credential.status.not_in((REJECTED, WITHDRAWN))
    )
    known = set(session.scalars(handed_in)) if asking else set()
    ready, table = _readiness(session, provider), load_policies(session).newest
    there = {code: [one for one in asked if one in ready.settings] for code, asked in closing(table, provider.profession).items()}
    return todos_of(
        _gaps(ready, provider, table),
        legal_name=provider.legal_name is not None,
        attested=provider.attested_at is not None,
        uncertified=[one.name for one in asking if one.code not in known],
        closing={
            code: f"{table.kinds[code].title}: {needed_for(asked)}."
            for code, asked in there.items()
            if asked and code not in ready.handed_in
        },
    )


def find_draft(session: Session, provider_id: int | None, step: str) -> ApplicationDraft | None:
    """What was kept of a half-filled screen."""
    return session.scalar(select(ApplicationDraft).where(ApplicationDraft.provider_id == provider_id, ApplicationDraft.step == step))


def list_providers(session: Session, state: str | None, after_id: int | None, limit: int) -> list[Provider]:
    """Providers in a state (None: any) for those who oversee, by id after a row; one more than `limit` when there are more."""
    wanted = select(Provider)
    if state is not None:
        wanted = wanted.where(Provider.state == state)
    if after_id is not None:
        wanted = wanted.where(Provider.id > after_id)
    return list(session.scalars(wanted.order_by(Provider.id).limit(limit + 1)))


def _count(session: Session, model: Any, provider_id: int) -> int:
    return session.scalar(select(func.count()).select_from(model).where(model.provider_id == provider_id)) or 0
