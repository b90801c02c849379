"""Rows of the exclusion list, and who resembles one."""

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.verification.rules.exclusions import BadRow, Somebody, is_old, list_fault, read_row, resemblances, stands
from providers.verification.rules.names import resembles
from tests.support.exclusions import row

TODAY = date(2027, 1, 12)


def entry(*names, **more):
    return read_row(next(csv.reader([row(*names, **more)])))


def hits(people, *entries):
    return {(one.provider_id, one.entry.name_key, one.matched_by) for one in resemblances(people, entries, TODAY)}


def maria(*names, npi=()):
    return Somebody(1, names, frozenset(npi))


def test_a_row_is_read():
    found = entry("GARCÍA-LOPEZ JR", "MARIA", "A.", npi="1234567893", city="NEW YORK")
    assert (found.name_key, found.npi, found.city) == ("GARCIA LOPEZ|MARIA|A", "1234567893", "NEW YORK")
    assert (found.excluded_on, found.reinstated_on, found.born_on) == (date(2019, 1, 3), None, date(1970, 1, 2))
    assert found.printed == "GARCIA LOPEZ, MARIA A; NEW YORK NY; born 1970-01-02; excluded 2019-01-03; 1128a1; NPI 1234567893"


def test_a_firm_has_its_name_alone():
    assert entry(business="Best Hands, Inc.").name_key == "BEST HANDS INC"
    assert hits([maria("Best Hands")], entry(business="Hands, Best")) == set()


@pytest.mark.parametrize("words", [{"excluded": "20191301"}, {"excluded": "2019-1-3"}, {"born": "x"}, {"back": "20"}])
def test_a_day_that_is_none_spoils_the_row(words):
    with pytest.raises(BadRow):
        entry("DOE", "JANE", **words)


def test_nobody_at_all_spoils_the_row():
    with pytest.raises(BadRow):
        entry("", "", "")


def test_an_npi_that_is_none_is_left_out():
    assert entry("DOE", "JANE", npi="1234567890").npi is None


@pytest.mark.parametrize(
    ("names", "listed", "hit"),
    [
        (["Maria Garcia Lopez"], ("LOPEZ", "MARIA"), True),
        (["Maria Garcia Lopez"], ("GARCIA LOPEZ", "MARIA", "A"), True),
        (["Maria López, Jr."], ("LOPEZ", "MARIA"), True),
        (["Mary Lopez", "Maria Lopez"], ("LOPEZ", "MARIA"), True),
        (["Mary Lopez"], ("LOPEZ", "MARIA"), False),
        (["Maria Lopez"], ("LOPES", "MARIA"), False),
        (["Maria"], ("LOPEZ", "MARIA"), False),
    ],
)
def test_names(names, listed, hit):
    assert bool(hits([maria(*names)], entry(*listed))) is hit


def test_an_npi_goes_before_a_name_and_needs_none():
    listed = entry("LOPEZ", "MARIA", npi="1234567893")
    assert hits([maria("Maria Lopez", npi={"1234567893"})], listed) == {(1, "LOPEZ|MARIA|", "npi")}
    assert hits([maria("Quite Another", npi={"1234567893"})], listed) == {(1, "LOPEZ|MARIA|", "npi")}
    assert hits([maria("Quite Another", npi={"1881018208"})], listed) == set()


@pytest.mark.parametrize(("back", "hit"), [("20270112", False), ("20270113", True), ("00000000", True), ("20200101", False)])
def test_who_is_reinstated_does_not_hit(back, hit):
    listed = entry("LOPEZ", "MARIA", back=back)
    assert stands(listed, TODAY) is hit
    assert bool(hits([maria("Maria Lopez")], listed)) is hit


def test_a_key_stays_until_the_entry_changes():
    first = entry("LOPEZ", "MARIA")
    assert first.key == entry("LOPEZ", "MARIA").key
    changed = [{"city": "UTICA"}, {"kind": "1128b4"}, {"back": "20300101"}, {"npi": "1234567893"}, {"born": "19710102"}]
    assert len({first.key, *(entry("LOPEZ", "MARIA", **one).key for one in changed)}) == 6


@pytest.mark.parametrize(("days", "old"), [(0, False), (35, False), (36, True)])
def test_a_list_grows_old(days, old):
    assert is_old(TODAY - timedelta(days=days), TODAY) is old
    assert is_old(None, TODAY)


WORD = st.sampled_from(["ANA", "MARIA", "JOSE", "GARCIA", "LOPEZ", "DIAZ", "LEE"])
NAME = st.lists(WORD, min_size=1, max_size=4).map(" ".join)


@given(st.lists(NAME, max_size=6), st.lists(st.tuples(NAME, WORD), max_size=6))
def test_the_quick_way_finds_what_the_slow_way_finds(names, listed):
    people = [Somebody(number, (name,), frozenset()) for number, name in enumerate(names)]
    entries = [entry(last, first) for last, first in listed]
    slow = {
        (number, one.name_key, "name")
        for number, name in enumerate(names)
        for one in entries
        if resembles(name, *one.name_key.split("|")[:2])
    }
    assert hits(people, *entries) == slow


@pytest.mark.parametrize(
    ("days", "wanted", "says"),
    [(None, False, None), (None, True, "not been read in yet"), (35, True, None), (36, False, "36 days old"), (400, True, "400 days old")],
)
def test_what_is_wrong_with_the_list_is_said(days, wanted, says):
    sentence = list_fault(None if days is None else TODAY - timedelta(days=days), TODAY, wanted=wanted)
    assert (sentence is None) if says is None else (says in sentence)
