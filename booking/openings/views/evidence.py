"""The page behind a badge."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext as _

from booking.openings.catalogue import house_rules
from booking.openings.forms.explaining import explain, title_of
from booking.openings.rules.evenings import EVENING_STAFFING, evenings_of
from booking.openings.rules.evidencing import (
    NOT_CHECKED,
    NOT_STATED,
    STATED,
    EvidencePage,
    certified_techniques,
    evening_page,
    evidence_page,
)
from booking.openings.rules.showing import PublicCredential
from booking.openings.views.marks import Words, credentials_today, date_words
from booking.openings.views.pages import page_limit
from booking.openings.views.words import profession_words, technique_words
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import hour_words, local_day, to_minute
from marketplace.webkit.identity import ANYONE, access
from providers.credentials.queries import load_policies
from providers.credentials.rules.kinds import CERTIFICATE, KindTable
from providers.profiles.queries import get_listed_facts
from providers.profiles.rules import ProviderFacts
from providers.services import catalogue

blueprint = Blueprint("evidence", __name__)
_SEALS = {"verified": "good", "stated": "evening", "expiring": "warning", "suspended": "warning", "revoked": "warning"}


@blueprint.get("/providers/<slug>/evidence/<kind>")
@blueprint.get("/providers/<slug>/evidence/<kind>/<technique>")
@access(ANYONE)
@page_limit
def show(slug: str, kind: str, technique: str | None = None) -> str:
    """What was checked, where, when, by whom, until when; what it means and what it does not. Never a document, never a number."""
    now = clock.now()
    facts = get_listed_facts(db.session(), slug)
    today = local_day(to_minute(now))
    table = load_policies(db.session()).on(today)
    page = _page(facts, kind, technique, today, table)
    if page is None:
        abort(404)
    credentials = credentials_today(facts, now)
    return render_template(
        "openings/evidence.html",
        provider=facts,
        profession=profession_words(facts.profession),
        page=page,
        title=title_of(page),
        words=explain(page),
        state=_state(page),
        rows=_rows(page),
        certificates=_certificates(facts, page, credentials),
        others=_others(facts, page, table),
    )


def _page(facts: ProviderFacts, kind: str, technique: str | None, today: date, table: KindTable) -> EvidencePage | None:
    if kind == EVENING_STAFFING and technique is None:
        return evening_page(evenings_of(facts, house_rules(db.session()), today))
    return evidence_page(facts, kind, technique, today, table, catalogue.techniques())


def _state(page: EvidencePage) -> Words:
    """The state in words, kindly: nothing here accuses anybody."""
    since = page.evenings.since if page.evenings else None
    until = page.evidence.valid_until if page.evidence else None
    day = "" if until is None else date_words(until)
    title, text = {
        "verified": (_("Checked, and in force"), _("It holds until %(day)s.", day=day) if day else _("It has no end of its own.")),
        "expiring": (
            _("Checked, and in force until %(day)s", day=day),
            _("It ends soon. Visits after that day open once a new one is checked."),
        ),
        "expired": (
            _("Ended on %(day)s", day=day),
            _("It was checked while it was in force. Papers end; a new one may be on its way."),
        ),
        "pending": (
            _("Handed in, not checked yet"),
            _("A person on our staff still looks at it. Until then it counts as not checked."),
        ),
        "suspended": (
            _("Not in force at present"),
            _("It was checked, and is set aside while a question about it is open. That is no verdict."),
        ),
        "revoked": (_("Not in force any more"), _("It was checked, and does not count any more.")),
        NOT_CHECKED: (
            _("Not checked"),
            _("We have not seen or checked this. Many good therapists have no such paper, or have not sent it in."),
        ),
        STATED: (
            _("Stated of all their evenings"),
            _("All their evenings have been stated as full-time since %(day)s.", day=date_words(since))
            if since
            else _("Nobody noted since when."),
        ),
        NOT_STATED: (
            _("Not stated"),
            _("They keep no evenings, or say something else of some of them, or nothing. Nobody has to say it."),
        ),
    }[page.status]
    if page.status == NOT_CHECKED and page.required:
        text = _("We have not seen or checked this. It is asked of everybody, so visits cannot be booked without it.")
    return {"seal": _SEALS.get(page.status, "quiet"), "title": title, "text": text, "renewing": page.renewing}


def _rows(page: EvidencePage) -> list[Words]:
    """The facts of the check, one line each, in the order: what, where, when, by whom, until when, again when."""
    evidence, evenings = page.evidence, page.evenings
    if evenings is not None:
        return [
            {"label": _("Stated by"), "value": _("The therapist, and clinics for the shifts they plan")},
            {"label": _("Evening"), "value": _("From %(hour)s", hour=hour_words(evenings.from_minute))},
            {"label": _("Night"), "value": _("Until %(hour)s", hour=hour_words(evenings.morning_minute))},
            *([{"label": _("Since"), "value": date_words(evenings.since)}] if evenings.since else []),
        ]
    if evidence is None:
        return []
    checked = page.checked
    where = (evidence.source if checked else None) or ""
    rows: list[Words] = [
        {"label": _("Issued by"), "value": evidence.issuer},
        {"label": _("Checked at"), "value": where, "link": where if where.startswith("https://") else None},
        {"label": _("Checked on"), "at": evidence.verified_at if checked else None},
        {"label": _("Checked by"), "value": evidence.checked_by if checked else ""},
        {"label": _("Valid until"), "value": _day(evidence.valid_until)},
        {"label": _("Next look"), "value": _day(evidence.next_check_on) if page.in_force else ""},
        {"label": _("They work with"), "value": _partner(page)},
    ]
    return [row for row in rows if row.get("value") or row.get("at")]


def _partner(page: EvidencePage) -> str:
    """Name, profession, practice and relation, as far as given."""
    partner = dict(page.partner)
    if "profession" in partner:
        partner["profession"] = profession_words(partner["profession"])
    return ", ".join(partner.values())


def _day(day: date | None) -> str:
    return "" if day is None else date_words(day)


def _certificates(facts: ProviderFacts, page: EvidencePage, credentials: tuple[PublicCredential, ...]) -> list[Words]:
    """The other techniques with a certificate, from a certificate's page."""
    if page.kind != CERTIFICATE:
        return []
    return [
        {"title": technique_words(code), "href": url_for(".show", slug=facts.slug, kind=CERTIFICATE, technique=code)}
        for code in certified_techniques(credentials)
        if code != page.technique
    ]


def _others(facts: ProviderFacts, page: EvidencePage, table: KindTable) -> list[Words]:
    """The pages of the other kinds."""
    return [
        {"title": kind.title, "href": url_for(".show", slug=facts.slug, kind=code)}
        for code, kind in table.kinds.items()
        if code != page.kind
    ] + ([] if page.evenings else [{"title": _("Full-time evenings"), "href": url_for(".show", slug=facts.slug, kind=EVENING_STAFFING)}])
