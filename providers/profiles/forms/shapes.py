"""A profile as its owner sees it, in the contract's shape."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from marketplace.webkit.filters import rfc3339
from providers.places.models import ProviderPlace
from providers.places.queries import list_clinics, list_places
from providers.profiles.catalogue import interview
from providers.profiles.queries import load_gaps
from providers.registry.models import Provider
from providers.registry.queries import find_own_provider, slugs_like
from providers.registry.rules import DRAFT, Owner, free_slug, slug_of


def profile_answer(session: Session, owner: Owner) -> dict[str, object]:
    """The editable half of the profile with its slug, state and what is missing; before the first word that of a draft to be."""
    provider = find_own_provider(session, owner.account_id) or _draft_to_be(session, owner)
    clinics = {clinic.id: clinic.public_id for clinic in list_clinics(session)}
    return {
        "name": provider.name,
        "headline": provider.headline,
        "about": provider.about,
        "gender": provider.gender,
        "pronouns": provider.pronouns,
        "profession": provider.profession,
        "languages": provider.languages,
        "settings": provider.settings,
        "phone": provider.phone,
        "legal_name": provider.legal_name,
        "places": [_place(place, clinics) for place in list_places(session, provider.id)] if provider.id else [],
        "answers": {one.code: provider.answers[one.code] for one in interview().questions if one.code in provider.answers},
        "answered_on": {code: day for code, day in (provider.answered_on or {}).items() if code in provider.answers},
        "attested": {"at": rfc3339(provider.attested_at), "version": provider.attestation_version} if provider.attested_at else None,
        "slug": provider.slug,
        "state": provider.state,
        "missing": [{"code": gap.code, "detail": gap.detail} for gap in load_gaps(session, provider)],
    }


def _draft_to_be(session: Session, owner: Owner) -> Provider:
    """Not stored: nothing changes by looking."""
    return Provider(
        slug=free_slug(owner.name, slugs_like(session, slug_of(owner.name))), state=DRAFT, name=owner.name, headline="", about="",
        gender="undisclosed", profession="lmt", languages=["en"], settings=[], answers={},
    )  # fmt: skip


def _place(place: ProviderPlace, clinics: Mapping[int, str]) -> dict[str, object]:
    house = {} if place.clinic_id is None else {"clinic": clinics[place.clinic_id]}
    return {
        **house,
        "id": place.public_id,
        "kind": place.kind,
        "name": place.name,
        "line1": place.line1,
        "unit": place.unit,
        "city": place.city,
        "zip": place.zip,
        "access": place.access,
        "neighbourhood": place.neighborhood,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
