"""Of what kind a provider is, as people look for somebody: by profession, house and what is checked today. Never by what is only said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from providers.credentials.rules.collaboration import COLLABORATION
from providers.credentials.rules.kinds import CERTIFICATE
from providers.credentials.rules.standing import in_force, technique_of
from providers.profiles.rules import ProviderFacts
from providers.schedule.rules.clinics import OWN_PRACTICE

MASSAGE_THERAPIST, PHYSICAL_THERAPIST, REFERRAL = "lmt", "pt", "referral"


def _trained(facts: ProviderFacts, today: date) -> bool:
    """A massage therapist with the certificate for some technique checked and in force."""
    named = {technique_of(fact) for fact in facts.credentials if fact.kind == CERTIFICATE}
    held = any(in_force(today, facts.credentials, CERTIFICATE, technique) for technique in named)
    return facts.profession == MASSAGE_THERAPIST and held


def _in_a_clinic(facts: ProviderFacts, _today: date) -> bool:
    """Anybody with a room in a shared clinic that is no private practice."""
    return any(place.setting_kind != OWN_PRACTICE for place in facts.places)


def _physical_therapist(facts: ProviderFacts, _today: date) -> bool:
    return facts.profession == PHYSICAL_THERAPIST


def _on_referral(facts: ProviderFacts, today: date) -> bool:
    """A massage therapist with a checked collaboration in force whose kind is referral. No rule of New York asks for one."""
    partner = in_force(today, facts.credentials, COLLABORATION)
    stated = "" if partner is None else str(partner.details.get("relation") or "")
    return facts.profession == MASSAGE_THERAPIST and stated.strip().lower() == REFERRAL


_TESTS: Mapping[str, Callable[[ProviderFacts, date], bool]] = {
    "trained_lmt": _trained,
    "clinic_team": _in_a_clinic,
    "physical_therapist": _physical_therapist,
    "referral_lmt": _on_referral,
}
PROVIDER_KINDS = tuple(_TESTS)


def provider_kinds(facts: ProviderFacts, today: date) -> tuple[str, ...]:
    """Every kind that a provider is of on a day, in a fixed order; several may hold, or none."""
    return tuple(code for code, holds in _TESTS.items() if holds(facts, today))
