"""What was checked, in the words of the pages: one line in results, a list that opens on the provider's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _

from booking.openings.forms.explaining import explain_kind
from booking.openings.rules.evenings import EVENING_STAFFING, Evenings
from booking.openings.rules.showing import PublicCredential, badges, public_credentials, unchecked_kinds
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import NBSP, long_day, month_of, ny_date
from providers.credentials.catalogue import kinds
from providers.credentials.queries import load_policies
from providers.credentials.rules.collaboration import CONFIRMED, title_of
from providers.profiles.rules import ProviderFacts
from providers.services import catalogue

Words = dict[str, object]


def credentials_today(facts: ProviderFacts, now: datetime) -> tuple[PublicCredential, ...]:
    """The public credentials as of today."""
    today = local_day(to_minute(now))
    return public_credentials(facts, today, load_policies(db.session()).on(today), catalogue.techniques())


def evidence_line(facts: ProviderFacts, now: datetime) -> list[Words]:
    """The marks of a result, each with its date on its face."""
    words = {
        "license": _("License registered"),
        "liability_insurance": _("Insured"),
        "physician_collaboration": _("Works with a doctor"),
    }
    credentials = credentials_today(facts, now)
    shown = badges(credentials)
    marks: list[Words] = []
    for badge in shown:
        text = words[badge.kind]
        if badge.valid_until is not None and badge.kind != "physician_collaboration":
            text = _("%(what)s to %(day)s", what=text, day=date_words(badge.valid_until))
        if badge.kind == "physician_collaboration":
            text = _collaboration(next(one for one in credentials if one.kind == badge.kind and one.in_force))
        if badge.kind == "license" and badge.verified_at is not None:
            checked = ny_date(badge.verified_at)
            text = _("%(what)s · checked %(day)s", what=text, day=f"{checked:%b}{NBSP}{checked.day}")
        marks.append({"text": text, "checked": True, "href": evidence_href(facts, badge.kind)})
    if "physician_collaboration" not in {badge.kind for badge in shown}:
        href = evidence_href(facts, "physician_collaboration")
        declared = any(one.level is not None for one in credentials)
        words_now = _("Works with a doctor: declared, not checked") if declared else _("Work with a doctor: not checked")
        marks.append({"text": words_now, "checked": False, "href": href})
    return marks


def _collaboration(credential: PublicCredential) -> str:
    """`Works with a doctor: confirmed (MD), last confirmed Jan 12, 2027`."""
    title, at = title_of(credential.evidence.details.get("profession")), credential.confirmed_at
    words = _("Works with a doctor: confirmed") if credential.level == CONFIRMED else _("Works with a doctor: attested")
    words = f"{words} ({title})" if title else words
    return _("%(what)s, last confirmed %(day)s", what=words, day=date_words(ny_date(at))) if at else words


def evidence_href(facts: ProviderFacts, kind: str, technique: str | None = None) -> str:
    """The page behind a badge."""
    return url_for("evidence.show", slug=facts.slug, kind=kind, technique=technique)


def evening_words(evenings: Evenings) -> str:
    """`Full-time evenings since March 2025`; nothing where that is not stated of all of them."""
    if not evenings.full_time:
        return ""
    if evenings.since is None:
        return _("Full-time evenings")
    return _("Full-time evenings since %(month)s", month=month_of(evenings.since))


def evening_mark(facts: ProviderFacts, evenings: Evenings) -> list[Words]:
    """The mark for full-time evenings on a provider's page, if they have it."""
    words = evening_words(evenings)
    return [{"text": words, "evening": True, "href": evidence_href(facts, EVENING_STAFFING)}] if words else []


def evidence_items(facts: ProviderFacts, credentials: Sequence[PublicCredential]) -> list[Words]:
    """Everything that was checked, and what was not, for the list that opens."""
    return [_item(facts, credential) for credential in credentials] + [
        {
            "title": title,
            "summary": _("Not checked"),
            "checked": False,
            "what": _("We have not seen or checked this."),
            "page": evidence_href(facts, kind),
        }
        for kind, title in unchecked_kinds(credentials, kinds())
    ]


def _item(facts: ProviderFacts, credential: PublicCredential) -> Words:
    evidence, checked = credential.evidence, credential.verified_at is not None
    where = (evidence.source if checked else None) or evidence.issuer or _("Not said")
    return {
        "title": credential.title,
        "summary": _summary(credential),
        "checked": credential.in_force,
        "what": _("Issued by %(issuer)s", issuer=evidence.issuer) if evidence.issuer else credential.title,
        "where": where,
        "where_href": where if where.startswith("https://") else None,
        "checked_at": credential.verified_at,
        "by": evidence.checked_by if checked else None,
        "next_check": long_day(evidence.next_check_on) if evidence.next_check_on else None,
        "not_checked": explain_kind(credential.kind).not_checked[0],
        "page": evidence_href(facts, credential.kind, evidence.technique if credential.kind == "certificate" else None),
    }


def date_words(day: date) -> str:
    """A date in full: Jan 12, 2027."""
    return f"{day:%b}{NBSP}{day.day}, {day.year}"


def _summary(credential: PublicCredential) -> str:
    until = credential.evidence.valid_until
    day = "" if until is None else date_words(until)
    words = {
        "verified": _("Valid to %(day)s", day=day) if day else _("In force"),
        "expiring": _("Valid to %(day)s, ends soon", day=day),
        "expired": _("Ended %(day)s", day=day),
        "pending": _("Handed in, not checked yet"),
    }
    return words[credential.status]
