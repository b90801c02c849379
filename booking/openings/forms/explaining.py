"""What a check of each kind is, in plain words of the reader's language: for pages and programs alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from booking.openings.rules.evenings import EVENING_STAFFING, Evenings
from booking.openings.rules.evidencing import BACKGROUND, NPI, EvidencePage
from marketplace.kernel.walltime import hour_words
from providers.credentials.catalogue import kinds
from providers.credentials.rules.collaboration import COLLABORATION
from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, LICENSE
from providers.services import catalogue


@dataclass(frozen=True, slots=True)
class Explanation:
    """What we look at, what it means, what it does not, and what nobody looked at."""

    asked: str
    means: str
    means_not: tuple[str, ...]
    not_checked: tuple[str, ...]


def title_of(page: EvidencePage) -> str:
    """The heading of a page: the kind's name, with the technique where a certificate is for one."""
    if page.kind == EVENING_STAFFING:
        return _("Full-time evenings")
    if page.technique is not None:
        return _("Certificate: %(technique)s", technique=catalogue.techniques()[page.technique].name)
    return kinds().kinds[page.kind].title


def explain(page: EvidencePage) -> Explanation:
    """The words of a page."""
    return explain_kind(page.kind) if page.evenings is None else _evenings(page.evenings)


def explain_kind(kind: str) -> Explanation:
    """The words for a kind of credential."""
    return _EXPLAINED[kind]()


def _license() -> Explanation:
    return Explanation(
        _(
            "A person on our staff looked the license up on the state's public verification page: the name, the status and the day until "
            "which it is registered."
        ),
        _("The state has licensed this person, and the registration is in force until the day shown. The registration is what runs out."),
        (_("It does not mean that the state recommends anyone."), _("It does not say how good the work is.")),
        (_("Licenses in other states"), _("Anything the state does not publish")),
    )


def _insurance() -> Explanation:
    return Explanation(
        _(
            "We compared the certificate with the insurer's word: the name on the license, the amounts, the dates and the techniques that "
            "are left out."
        ),
        _("Liability insurance is in force until the day shown, with at least the amounts we ask for."),
        (_("It does not mean that a given claim would be paid."), _("It is not an insurance of yours.")),
        (_("How a given claim would be settled"), _("The insurer's own finances")),
    )


def _collaboration() -> Explanation:
    return Explanation(
        _("We compared the name, the profession and the practice of the person they work with against public registers."),
        _("This therapist works together with the person named, in the way named."),
        (
            _("No money changes hands for a referral."),
            _("It does not mean that the doctor employs, supervises or recommends anyone."),
        ),
        (_("How often they see clients together"), _("What they say to each other: nothing leaves without your written word")),
    )


def _certificate() -> Explanation:
    return Explanation(
        _("We compared the certificate with those who issued it: the name, the course and the date."),
        _("The person named has finished the training for this technique."),
        (_("It is no license: only the state gives those."), _("It does not promise a result.")),
        (_("How well it is done; that differs from visit to visit"),),
    )


def _background() -> Explanation:
    return Explanation(
        _("A background check by the company named, asked for with the therapist's written consent, once a year."),
        _("On the day shown the check found nothing that keeps this person from working with clients by our rules."),
        (_("It says nothing about the time after that day."), _("It does not mean that nothing ever happened anywhere.")),
        (_("Anything after that day"), _("Sealed records, and places that do not report")),
    )


def _npi() -> Explanation:
    return Explanation(
        _("We compared the number with the national registry of health care providers: name, kind of work, and whether it is active."),
        _("The number belongs to this person."),
        (_("It proves no license: the registry holds what people report themselves."),),
        (_("What the registry does not check itself"),),
    )


def _evenings(evenings: Evenings) -> Explanation:
    """With the hours of the policy."""
    hours = {"evening": hour_words(evenings.from_minute), "morning": hour_words(evenings.morning_minute)}
    return Explanation(
        _(
            "Hours carry a word: full time, part time or rotating. Therapists say it of their own hours, clinics of the shifts they plan. "
            "Evening begins at %(evening)s here, and night ends at %(morning)s.",
            **hours,
        ),
        _(
            "All hours from %(evening)s until %(morning)s that can be booked here are stated as full-time work. Of everybody here, with "
            "this mark or without: a visit that begins at %(evening)s or later, or before %(morning)s, is never offered in time that is "
            "stated as part time or rotating.",
            **hours,
        ),
        (_("It does not mean that anybody looked at a contract."), _("It does not say how good the work is.")),
        (_("Contracts and pay"), _("Work somewhere else")),
    )


_EXPLAINED: Mapping[str, Callable[[], Explanation]] = {
    LICENSE: _license,
    INSURANCE: _insurance,
    COLLABORATION: _collaboration,
    CERTIFICATE: _certificate,
    BACKGROUND: _background,
    NPI: _npi,
}
