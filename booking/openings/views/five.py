"""The five things that guides tell clients to look at before they choose somebody, in their order, each answered in one line."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from booking.openings.rules.showing import PublicCredential
from booking.openings.views.marks import Words, evidence_href, evidence_items
from booking.openings.views.words import technique_words
from providers.profiles.rules import ProviderFacts

LICENSE, COLLABORATION, CERTIFICATE = "license", "physician_collaboration", "certificate"
EXPERIENCE, APPROACH = ("experience", "continuing_education"), ("approach", "refers_back")


def five_things(facts: ProviderFacts, credentials: Sequence[PublicCredential], rating: str | None, marks: Sequence[Words]) -> list[Words]:
    """License, experience, work with others, reviews, approach. What nobody stated or checked says so.

    `marks` are those of the page's head, where the work with others is told already.
    """
    return [
        {"what": _("License"), "answer": _license(facts, credentials), "href": evidence_href(facts, LICENSE)},
        {"what": _("Experience"), **_experience(facts, credentials)},
        {"what": _("Work with others"), **_others(facts, marks)},
        {"what": _("Reviews"), "answer": rating or _("Nobody has written one yet"), "href": None},
        {"what": _("Approach"), **_own_words(facts, APPROACH)},
    ]


def _license(facts: ProviderFacts, credentials: Sequence[PublicCredential]) -> object:
    held = [one for one in credentials if one.kind == LICENSE]
    return evidence_items(facts, held)[0]["summary"] if held else _("Not checked")


def _experience(facts: ProviderFacts, credentials: Sequence[PublicCredential]) -> Words:
    """Certificates that were checked, else the therapist's own words."""
    codes = dict.fromkeys(one.evidence.technique for one in credentials if one.kind == CERTIFICATE and one.in_force)
    names = ", ".join(technique_words(code).lower() for code in codes if code)
    if not names:
        return _own_words(facts, EXPERIENCE)
    said = _own_words(facts, EXPERIENCE)
    return {"answer": _("Checked certificates: %(names)s", names=names), "href": said["href"] or "#checked"}


def _others(facts: ProviderFacts, marks: Sequence[Words]) -> Words:
    href = evidence_href(facts, COLLABORATION)
    return {"answer": next((mark["text"] for mark in marks if mark.get("href") == href), _("Not said")), "href": href}


def _own_words(facts: ProviderFacts, codes: Sequence[str]) -> Words:
    """Whether one of these questions was answered, and where."""
    if any(answer.code in codes and answer.text.strip() for answer in facts.answers):
        return {"answer": _("In their own words"), "href": "#asked"}
    return {"answer": _("Not said"), "href": None}
