"""Codes as people read them, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale
from flask_babel import gettext as _

from providers.insurers import catalogue as insurers
from providers.places import gazetteer
from providers.services import catalogue


def setting_words(code: str) -> str:
    """A setting as a choice: Clinic, My home."""
    return {"clinic": _("Clinic"), "home": _("My home"), "office": _("My office"), "hotel": _("My hotel"), "phone": _("Phone")}[code]


def place_kind_words(code: str) -> str:
    """What kind of house a clinic is."""
    return {
        "hospital": _("Hospital"),
        "pt_clinic": _("Physical therapy clinic"),
        "sports_clinic": _("Sports clinic"),
        "integrated": _("Integrated practice"),
        "private_practice": _("Private practice"),
    }[code]


def provider_kind_words(code: str) -> str:
    """Of what kind a provider is."""
    return {
        "trained_lmt": _("Massage therapist with a checked certificate"),
        "clinic_team": _("Works in a clinic or hospital"),
        "physical_therapist": _("Physical therapist"),
        "referral_lmt": _("Massage therapist who takes referrals"),
    }[code]


def where_words(code: str) -> str:
    """A setting inside a sentence: at the clinic, at your home."""
    known = {"clinic": _("at the clinic"), "home": _("at your home"), "office": _("at your office"), "hotel": _("at your hotel")}
    return known.get(code, _("by phone"))


def profession_words(code: str) -> str:
    """A profession's name."""
    known = {
        "lmt": _("Licensed massage therapist"),
        "pt": _("Physical therapist"),
        "chiropractor": _("Chiropractor"),
        "physician": _("Physician"),
        "ot": _("Occupational therapist"),
        "acupuncturist": _("Acupuncturist"),
        "nurse_practitioner": _("Nurse practitioner"),
        "physician_assistant": _("Physician assistant"),
        "podiatrist": _("Podiatrist"),
        "nurse": _("Nurse"),
    }
    return known.get(code, code.replace("_", " ").capitalize())


def kinds_line(profession: str, kinds: Iterable[str]) -> str:
    """Of what kinds a provider is, in one line; what only repeats the profession is left out."""
    words = [provider_kind_words(code) for code in kinds]
    return "; ".join(word for word in words if word != profession_words(profession))


def gender_words(code: str) -> str:
    """A gender as a choice."""
    known = {"female": _("Woman"), "male": _("Man"), "nonbinary": _("Nonbinary"), "undisclosed": _("Not said")}
    return known.get(code, code)


def part_words(code: str) -> str:
    """A part of the day with its hours."""
    return {
        "morning": _("Morning, before noon"),
        "afternoon": _("Afternoon, noon to 5\u00a0PM"),
        "evening": _("Evening, 5 to 9\u00a0PM"),
        "late": _("Late, from 9\u00a0PM"),
    }[code]


def language_words(code: str) -> str:
    """A language's name in the page's language."""
    locale = get_locale()
    return _language(code, locale.language if locale else "en")


@lru_cache(maxsize=512)
def _language(code: str, shown_in: str) -> str:
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(shown_in)
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def technique_words(code: str) -> str:
    """A technique's name."""
    technique = catalogue.techniques().get(code)
    return technique.name if technique else code.replace("_", " ").capitalize()


def condition_words(code: str) -> str:
    """A condition's name."""
    return catalogue.conditions()[code].name


def neighborhood_words(code: str) -> str:
    """A neighborhood's name."""
    return gazetteer.neighborhood(code).name


def carrier_words(code: str) -> str:
    """A carrier's own name."""
    return insurers.table().carriers[code].name


def plan_words(code: str) -> str:
    """A kind of plan."""
    return _(insurers.table().plans[code].name)


def initials(name: str) -> str:
    """Two letters for a portrait: of the first and the last name."""
    words = [word for word in name.replace("Dr. ", "").split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
