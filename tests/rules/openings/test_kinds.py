"""Of what kind a provider is: by what is true today, one row a reason."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from booking.openings.rules.kinds import PROVIDER_KINDS, provider_kinds
from providers.credentials.rules.standing import CredentialFact
from tests.support.worlds import TODAY, random_provider

PLAIN = replace(random_provider(Random(3), 3), profession="lmt", credentials=(), places=())
ROOM = random_provider(Random(3), 3).places[0]
LONG_AGO, YEARS_AHEAD = date(2020, 1, 1), date(2030, 1, 1)


def proof(kind, status="verified", ends=YEARS_AHEAD, begins=LONG_AGO, technique=None, **details):
    return CredentialFact(kind, status, begins, ends, details, technique)


def certificate(**more):
    return proof("certificate", **{"technique": "prenatal"} | more)


def partner(relation="referral", **more):
    return proof("physician_collaboration", relation=relation, **more)


@pytest.mark.parametrize(
    "sentence, changes, kinds",
    [
        ("a license alone is no kind", {"credentials": (proof("license"),)}, ()),
        ("a checked certificate", {"credentials": (certificate(),)}, ("trained_lmt",)),
        ("one that was only handed in", {"credentials": (certificate(status="submitted"),)}, ()),
        ("one that ended yesterday", {"credentials": (certificate(ends=TODAY - timedelta(days=1)),)}, ()),
        ("one that ends today", {"credentials": (certificate(ends=TODAY),)}, ("trained_lmt",)),
        ("one that is suspended beside another", {"credentials": (certificate(), certificate(status="suspended", technique="oncology", begins=date(2025, 1, 1)))}, ("trained_lmt",)),
        ("a physical therapist's is no massage therapist's", {"profession": "pt", "credentials": (certificate(), partner())}, ("physical_therapist",)),
        ("a room in a hospital", {"places": (replace(ROOM, setting_kind="hospital"),)}, ("clinic_team",)),
        ("a room of one's own", {"places": (replace(ROOM, setting_kind="private_practice"),)}, ()),
        ("one room of two", {"places": (replace(ROOM, setting_kind="private_practice"), replace(ROOM, setting_kind="sports_clinic"))}, ("clinic_team",)),
        ("referrals", {"credentials": (partner(),)}, ("referral_lmt",)),
        ("another way of working together", {"credentials": (partner("co_treatment"),)}, ()),
        ("nothing said of the way", {"credentials": (proof("physician_collaboration"),)}, ()),
        ("a partner who is only named", {"credentials": (partner(status="submitted"),)}, ()),
        ("everything", {"places": (replace(ROOM, setting_kind="pt_clinic"),), "credentials": (certificate(), partner())}, ("trained_lmt", "clinic_team", "referral_lmt")),
    ],
)  # fmt: skip
def test_kinds(sentence, changes, kinds):
    assert provider_kinds(replace(PLAIN, **changes), TODAY) == kinds


@pytest.mark.parametrize("profession", ["chiropractor", "physician", "ot"])
def test_other_professions_have_no_kind_of_a_massage_therapist(profession):
    assert provider_kinds(replace(PLAIN, profession=profession, credentials=(certificate(), partner())), TODAY) == ()


def test_the_kinds_are_those_of_the_filter():
    assert PROVIDER_KINDS == ("trained_lmt", "clinic_team", "physical_therapist", "referral_lmt")
