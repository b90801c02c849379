"""Openings as the contract writes them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from booking.openings.catalogue import house_rules
from booking.openings.queries.listing import Openings
from booking.openings.rules.asking import arranged_hours
from booking.openings.rules.continuity import Continuity
from booking.openings.rules.evenings import Evenings, evenings_of
from booking.openings.rules.kinds import provider_kinds
from booking.openings.rules.search import FACETS, Found, SearchResult
from booking.openings.rules.showing import PublicCredential, badges, public_credentials, terms_words
from booking.openings.rules.wanted import SearchQuery
from booking.quotes.catalogue import taxes
from booking.quotes.rules.pricing import price_notice
from booking.quotes.rules.visits import quote_visit
from marketplace.db import db
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import NEW_YORK, from_minute, local_day, to_minute
from marketplace.webkit.filters import ny_date, rfc3339
from providers.credentials.queries import load_policies
from providers.insurers import catalogue as insurers
from providers.insurers.rules import ASK, COVERAGE, Stated, entries_to_list, fitting
from providers.minors.rules import policy_words
from providers.profiles.catalogue import questions
from providers.profiles.rules import PlaceFacts, ProviderFacts, ServiceFacts
from providers.schedule.forms.time_off import away_answer
from providers.schedule.rules.time_off import shown_at
from providers.services import catalogue
from providers.services.rules.calls import CALL_MINUTES, PHONE
from providers.services.rules.first_visits import first_visits_to_dict
from providers.services.rules.matching import NO_PROMISE
from providers.services.rules.requests import INSTANT, REQUEST, by_request_to_dict
from providers.services.rules.terms import terms_to_dict

_CONTRACT_NAMES = {"neighborhood": "neighbourhood"}


def search_answer(result: SearchResult, following: str | None, now: datetime) -> dict[str, object]:
    """The answer of `GET /providers`. Facets map values to numbers of providers; prices count up to a sum in cents."""
    facets = {_CONTRACT_NAMES.get(facet, facet): dict(sorted(result.facets[facet].items())) for facet in FACETS}
    items = [_item(found, result.query, now) for found in result.items]
    return {"total": result.total, "facets": facets, "items": items, "next": following, "currency": "USD"}


def openings_answer(found: Openings, window: Span) -> dict[str, object]:
    """The answer of `GET /providers/{slug}/openings`; `by_arrangement` is there where some hours are agreed upon and not booked.

    `offer_first` is there where the provider wants those starts named first that lie right beside another visit.
    """
    answer: dict[str, object] = {"time_zone": NEW_YORK.key, "openings": [rfc3339(from_minute(start)) for start in found.starts]}
    answer["confirmation"] = REQUEST if found.service.by_request.asks(found.wish.setting, met=found.wish.met) else INSTANT
    arranged, rules = arranged_hours(found.facts, found.wish, found.service, *window), found.facts.rules
    if found.facts.rules.fill_gaps:
        answer["offer_first"] = [rfc3339(from_minute(start)) for start in found.first]
    if arranged:
        times = [{"from": rfc3339(from_minute(begin)), "until": rfc3339(from_minute(end))} for begin, end in arranged]
        answer["by_arrangement"] = {"times": times, "phone": rules.contact_phone, "email": rules.contact_email}
    return answer


def _item(found: Found, query: SearchQuery, now: datetime) -> dict[str, object]:
    first = from_minute(found.starts[0])
    asked = bool(query.carriers or query.plans)
    made = quote_visit(
        found.facts,
        found.service,
        minutes=found.minutes,
        setting=found.setting,
        starts_at=first,
        zip_code=found.zip,
        taxes=taxes(),
        now=now,
    )
    return {
        "slug": found.facts.slug,
        "name": found.facts.name,
        "headline": found.facts.headline,
        "gender": found.facts.gender,
        "languages": list(found.facts.languages),
        "distance_meters": found.distance_meters,
        "price_cents": found.prices_cents[0],
        "rating": rating(found.facts),
        "badges": [
            {"kind": badge.kind, "text": badge.text, "valid_until": _day(badge.valid_until), "verified_on": _on(badge.verified_at)}
            for badge in badges(credentials_of(found.facts, now))
        ],
        "settings": list(found.settings),
        "reasons": reasons(found, query.condition),
        "service": found.service.code,
        "minutes": found.minutes,
        "setting": found.setting,
        "zip": found.zip,
        "place": None if found.place is None else place(found.place),
        "starts": [rfc3339(from_minute(start)) for start in found.starts],
        "start_prices_cents": list(found.prices_cents),
        "more_starts": found.more_starts,
        "terms_summary": made.summary,
        "price_notice": price_notice(found.facts.prices, found.setting, found.zip),
        "confirmation": REQUEST if found.service.by_request.asks(found.setting, met=False) else INSTANT,
        **_evenings(found.evenings),
        "kinds": list(found.kinds),
        **({"insurance": insurance(found.facts.insurance, query.carriers, query.plans)} if asked else {}),
        **({} if query.age is None else {"minors": {"from_age": found.facts.youngest, "words": policy_words(found.facts.youngest)}}),
        "sample_data": found.facts.sample_data,
    }


def insurance(stated: Stated | None, carriers: frozenset[str] = frozenset(), plans: frozenset[str] = frozenset()) -> dict[str, object]:
    """What a provider stated about insurers (of these carriers and plans, where some are asked for), and that coverage is unknown."""
    table, entries = insurers.table(), fitting(stated, carriers, plans)
    lines = [
        {**one, "carrier_name": table.carrier_name(entry.carrier), "plan_names": [table.plan_name(code) for code in entry.plans]}
        for one, entry in zip(entries_to_list(entries), entries, strict=True)
    ]
    return {"stated_on": _day(stated.stated_on) if stated else None, "coverage": COVERAGE, "note": ASK, "entries": lines}


def reasons(found: Found, condition: str | None) -> list[dict[str, object]]:
    """Why a provider is shown for a condition, the firmest reason first; nothing without a condition."""
    if condition is None:
        return []
    known = catalogue.reasons_for(condition, found.usable)
    return [{"technique": reason.technique, "strength": reason.strength, "words": reason.words} for reason in known]


def provider_answer(facts: ProviderFacts, figure: Continuity | None, now: datetime) -> dict[str, object]:
    """The public profile. Home bases of mobile providers are nowhere in it."""
    credentials = credentials_of(facts, now)
    return {
        "slug": facts.slug,
        "name": facts.name,
        "headline": facts.headline,
        "about": facts.about,
        "gender": facts.gender,
        "pronouns": facts.pronouns,
        "profession": facts.profession,
        "kinds": list(provider_kinds(facts, local_day(to_minute(now)))),
        "languages": list(facts.languages),
        "settings": sorted(facts.settings),
        "rating": rating(facts),
        "services": [_service(service) for service in facts.services],
        "call": None if facts.call is None else {"service": facts.call.code, "minutes": CALL_MINUTES, "setting": PHONE, "price_cents": 0},
        "credentials": [_credential(credential) for credential in credentials],
        "first_visits": first_visits_to_dict(facts.first_visits),
        "insurance": insurance(facts.insurance),
        "minors": {"from_age": facts.youngest, "words": policy_words(facts.youngest)},
        "terms": {"summary": terms_words(facts.terms), **terms_to_dict(facts.terms)},
        "places": [place(one) for one in facts.places],
        "comes_to": sorted(facts.area.covered_zips) if facts.area else [],
        **_evenings(evenings_of(facts, house_rules(db.session()), local_day(to_minute(now)))),
        "continuity": None if figure is None else asdict(figure) | {"since": figure.since.isoformat()},
        "collaborations": [_collaboration(one) for one in credentials if one.kind == "physician_collaboration" and one.in_force],
        "answers": [
            {"code": one.code, "question": questions()[one.code], "answer": one.text, "answered_on": _day(one.answered_on)}
            for one in facts.answers
        ],
        "sample_data": facts.sample_data,
        "note": NO_PROMISE,
        **({} if facts.pause is None else {"booking_paused": facts.pause}),
        **({} if (away := shown_at(facts.aways, now)) is None else {"away": away_answer(away)}),
    }


def credentials_of(facts: ProviderFacts, now: datetime) -> tuple[PublicCredential, ...]:
    """The public credentials as of today."""
    today = local_day(to_minute(now))
    return public_credentials(facts, today, load_policies(db.session()).on(today), catalogue.techniques())


def rating(facts: ProviderFacts) -> dict[str, object]:
    """The mean of all ratings to a hundredth, null while there is none."""
    mean = round(facts.rating_sum / facts.rating_count, 2) if facts.rating_count else None
    return {"mean": mean, "count": facts.rating_count}


def place(one: PlaceFacts) -> dict[str, object]:
    """A place open to clients, as the map needs it."""
    return {
        "kind": one.kind,
        "setting_kind": one.setting_kind,
        "name": one.name,
        "neighbourhood": one.neighborhood,
        "zip": one.zip,
        "latitude": one.latitude,
        "longitude": one.longitude,
    }


def _evenings(evenings: Evenings) -> dict[str, object]:
    """How late hours are staffed, and since which day all of them full-time."""
    return {"evening_staffing": evenings.staffing, "evening_staffing_since": _day(evenings.since)}


def _service(service: ServiceFacts) -> dict[str, object]:
    return {
        "code": service.code,
        "name": service.name,
        "techniques": list(service.techniques),
        "conditions": list(service.conditions),
        "minutes": {str(minutes): cents for minutes, cents in sorted(service.prices.items())},
        "settings": sorted(service.settings),
        "first_visit_only": service.first_visit_only,
        "by_request": by_request_to_dict(service.by_request) if service.by_request.settings else None,
        "add_ons": [asdict(one) for one in service.add_ons],
    }


def _credential(credential: PublicCredential) -> dict[str, object]:
    evidence = credential.evidence
    checked = credential.status != "pending"
    return {
        "kind": credential.kind,
        "title": credential.title,
        "issuer": evidence.issuer,
        "status": credential.status,
        "verified_on": _on(credential.verified_at),
        "valid_until": _day(evidence.valid_until),
        "source": evidence.source if checked else None,
        "checked_by": evidence.checked_by if checked else None,
    }


def _collaboration(credential: PublicCredential) -> dict[str, object]:
    details = credential.evidence.details
    named = {name: details.get(name) for name in ("name", "profession", "practice", "relation")}
    return {
        **named,
        "level": credential.level,
        "last_confirmed_on": _on(credential.confirmed_at),
        "verified_on": _on(credential.verified_at),
        "valid_until": _day(credential.evidence.valid_until),
    }


def _on(instant: datetime | None) -> str | None:
    return None if instant is None else ny_date(instant).isoformat()


def _day(day: object) -> str | None:
    return None if day is None else str(day)
