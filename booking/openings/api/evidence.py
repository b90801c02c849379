"""`/api/v1/providers/{slug}/evidence`: what stands behind a badge."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.openings.api.endpoints import nothing_else, search_limit
from booking.openings.api.shapes import credentials_of
from booking.openings.catalogue import house_rules
from booking.openings.forms.explaining import explain, title_of
from booking.openings.rules.evenings import EVENING_STAFFING, evenings_of
from booking.openings.rules.evidencing import EvidencePage, certified_techniques, evening_page, evidence_page
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import ANYONE, access
from providers.credentials.queries import load_policies
from providers.credentials.rules.kinds import CERTIFICATE
from providers.profiles.queries import get_listed_facts
from providers.schedule.rules.drafts import clock_text
from providers.services import catalogue

blueprint = Blueprint("evidence_api", __name__, url_prefix="/api/v1")


@blueprint.get("/providers/<slug>/evidence/<kind>")
@access(ANYONE)
@search_limit
def evidence(slug: str, kind: str) -> ResponseReturnValue:
    """One kind of credential; for certificates the one that counts first, and which techniques have one."""
    return _answer(slug, kind, None)


@blueprint.get("/providers/<slug>/evidence/certificate/<technique>")
@access(ANYONE)
@search_limit
def technique_evidence(slug: str, technique: str) -> ResponseReturnValue:
    """The certificate for one technique."""
    return _answer(slug, CERTIFICATE, technique)


def _answer(slug: str, kind: str, technique: str | None) -> ResponseReturnValue:
    nothing_else(request.args)
    now = clock.now()
    facts = get_listed_facts(db.session(), slug)
    today = local_day(to_minute(now))
    if kind == EVENING_STAFFING:
        page: EvidencePage | None = evening_page(evenings_of(facts, house_rules(db.session()), today))
    else:
        page = evidence_page(facts, kind, technique, today, load_policies(db.session()).on(today), catalogue.techniques())
    if page is None:
        raise NotFound("not_found", "There is no such kind of evidence.")
    certificates = certified_techniques(credentials_of(facts, now)) if kind == CERTIFICATE else ()
    return jsonify({"provider": facts.slug, **_shape(page), "certificates": list(certificates)})


def _shape(page: EvidencePage) -> dict[str, object]:
    evidence, words, evenings = page.evidence, explain(page), page.evenings
    seen = evidence if page.checked else None
    return {
        "kind": page.kind,
        "technique": page.technique,
        "title": title_of(page),
        "status": page.status,
        "in_force": page.in_force,
        "required": page.required,
        "renewing": page.renewing,
        "issuer": evidence.issuer if evidence else None,
        "source": seen.source if seen else None,
        "verified_on": ny_date(seen.verified_at).isoformat() if seen and seen.verified_at else None,
        "checked_by": seen.checked_by if seen else None,
        "valid_until": evidence.valid_until.isoformat() if evidence and evidence.valid_until else None,
        "next_check_on": seen.next_check_on.isoformat() if seen and seen.next_check_on and page.in_force else None,
        "works_with": dict(page.partner) or None,
        "stated_since": evenings.since.isoformat() if evenings and evenings.since else None,
        "evening_from": clock_text(evenings.from_minute) if evenings else None,
        "morning_from": clock_text(evenings.morning_minute) if evenings else None,
        "asked": words.asked,
        "means": words.means,
        "means_not": list(words.means_not),
        "not_checked": list(words.not_checked),
    }
