"""The word lists: codes that exist, nobody promised anything, every neighborhood with doors."""

import re

import pytest
from babel import Locale

from booking.demo import catalogue
from booking.demo.rules.sheet import sample_sheet
from providers.places import gazetteer
from providers.services.catalogue import conditions, techniques

# Section 8.4 of the domain's facts: superlatives, promises and effects that nothing proves.
NEVER_SAID = re.compile(
    r"\b(best|leading|expert|top|proven|guarantee\w*|cure\w*|heal|heals|healing|detox\w*|toxins?|safe|trusted|relie\w+|fix(es|ed)?|eliminat\w+"
    r"|miracle-?working|boost\w*|circulation|immun\w+|cortisol|success rate|root cause)\b",
    re.IGNORECASE,
)


def every_sentence():
    words = catalogue.words()
    for focus in words.focuses:
        yield from (focus.service, *focus.headlines, *focus.sentences)
    for texts in (*words.texts.values(), *words.answers.values()):
        yield from (text for text in texts if text)


def test_no_text_promises_an_effect_or_praises_itself():
    assert [text for text in every_sentence() if NEVER_SAID.search(text)] == []


def test_what_is_forbidden_would_be_found():
    assert NEVER_SAID.search("The best hands in town")
    assert NEVER_SAID.search("Heals old injuries")


def test_every_focus_names_known_techniques_and_conditions():
    for focus in catalogue.words().focuses:
        assert set(focus.techniques) <= set(techniques())
        assert set(focus.conditions) <= set(conditions())


def test_services_and_headlines_fit_their_columns():
    for focus in catalogue.words().focuses:
        assert len(focus.code) <= 40
        assert all(len(text) <= 160 for text in focus.headlines)


def test_languages_are_ones_that_a_profile_may_name():
    named = Locale("en").languages
    words = catalogue.words()
    assert {code for origin in words.origins for code in origin.languages} | set(words.further_languages) <= set(named)


def test_every_neighborhood_has_doors_that_lie_in_it():
    doors = catalogue.sites()
    assert set(doors) == {hood.code for hood in gazetteer.neighborhoods()}
    for hood, found in doors.items():
        assert len(found) >= 5
        assert len({(door.latitude, door.longitude) for door in found}) == len(found)
        assert {door.zip for door in found} <= set(gazetteer.neighborhood(hood).zips)


@pytest.mark.parametrize("lines", [("SAMPLE", "A (bracketed) \\ line"), ("Ștefan Łukasz", "")])
def test_a_sample_sheet_is_a_pdf_whose_table_points_at_its_objects(lines):
    page = sample_sheet(lines)
    assert page.startswith(b"%PDF-1.4")
    assert page.endswith(b"%%EOF\n")
    start = int(page.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    offsets = [int(line[:10]) for line in page[start:].splitlines()[3:8]]
    assert [page[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % number for number in range(1, 6)]
