"""Standing on a day: required kinds in force, techniques with their proof, spans that agree with every single day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.credentials import catalogue
from providers.credentials.rules.kinds import insurance_faults
from providers.credentials.rules.standing import (
    CredentialFact,
    in_force,
    shown_state,
    standing_days,
    standing_on,
    techniques_in_standing,
)

TABLE, POLICY = catalogue.kinds(), catalogue.first_policy()
DAY = date(2026, 12, 4)
ONE = timedelta(days=1)


def fact(kind="license", status="verified", begins="2026-01-01", ends="2027-12-31", **more):
    first, last = (date.fromisoformat(text) if text else None for text in (begins, ends))
    return CredentialFact(kind, status, first, last, **more)


LICENSE = fact()
INSURANCE = fact("liability_insurance")
BOTH = [LICENSE, INSURANCE]


def standing(facts, day=DAY, techniques=None):
    return standing_on(day, facts, POLICY, techniques or {})


def test_the_kinds_and_what_is_required():
    assert list(TABLE.kinds) == ["license", "liability_insurance", "physician_collaboration", "certificate", "background_check", "npi"]
    assert TABLE.required == ("license", "liability_insurance")
    assert (TABLE.expiring_days, TABLE.reminder_days) == (30, (90, 60, 30, 14, 7, 1))


@pytest.mark.parametrize(
    "facts, missing, why",
    [
        (BOTH, [], "both in force"),
        ([], ["license", "liability_insurance"], "nothing was sent in"),
        ([LICENSE], ["liability_insurance"], "no insurance"),
        ([INSURANCE], ["license"], "no license"),
        ([LICENSE, fact("liability_insurance", "submitted")], ["liability_insurance"], "not checked yet"),
        ([LICENSE, fact("liability_insurance", "under_review")], ["liability_insurance"], "being checked"),
        ([LICENSE, fact("liability_insurance", "needs_info")], ["liability_insurance"], "a question is open"),
        ([LICENSE, fact("liability_insurance", "rejected")], ["liability_insurance"], "rejected"),
        ([LICENSE, fact("liability_insurance", "draft")], ["liability_insurance"], "a draft"),
        ([LICENSE, fact("liability_insurance", "withdrawn")], ["liability_insurance"], "withdrawn"),
        ([fact(status="suspended"), INSURANCE], ["license"], "suspended"),
        ([fact(status="revoked"), INSURANCE], ["license"], "revoked"),
        ([*BOTH, fact("npi", "rejected")], [], "what is not required does not count"),
        ([*BOTH, fact("background_check", "suspended")], [], "nor does this"),
    ],
)
def test_who_may_be_booked(facts, missing, why):
    found = standing(facts)
    assert [one.code for one in found.missing] == missing, why
    assert found.bookable is (not missing)


@pytest.mark.parametrize(
    "begins, ends, day, bookable",
    [
        ("2026-12-04", "2027-12-31", "2026-12-03", False),
        ("2026-12-04", "2027-12-31", "2026-12-04", True),
        ("2026-01-01", "2026-12-04", "2026-12-04", True),
        ("2026-01-01", "2026-12-04", "2026-12-05", False),
        ("2026-12-04", "2026-12-04", "2026-12-04", True),
        (None, "2026-12-04", "1999-01-01", True),
        ("2026-12-04", None, "2099-01-01", True),
        (None, None, "2026-12-04", True),
    ],
)
def test_the_first_and_the_last_day_belong_to_a_credential(begins, ends, day, bookable):
    assert (
        standing([fact(begins=begins, ends=ends), fact("liability_insurance", begins=None, ends=None)], date.fromisoformat(day)).bookable
        is bookable
    )


@pytest.mark.parametrize(
    "status, words",
    [
        ("submitted", "still to be checked"),
        ("under_review", "still to be checked"),
        ("needs_info", "asked you something"),
        ("suspended", "suspended or revoked"),
        ("revoked", "suspended or revoked"),
        ("rejected", "is missing"),
        ("draft", "is missing"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(status, words):
    (missing,) = standing([fact(status=status), INSURANCE]).missing
    assert words in missing.sentence
    assert missing.sentence.startswith("Your license") or "your license" in missing.sentence


def test_what_has_ended_names_the_day():
    (missing,) = standing([fact(ends="2026-12-03"), INSURANCE]).missing
    assert missing.sentence == "Your license is not in force on 2026-12-04."


@pytest.mark.parametrize(
    "facts, verified, why",
    [
        ([fact(ends="2026-12-31"), fact(status="submitted", begins="2026-12-01")], True, "a renewal under way does not end the old one"),
        ([fact(ends="2026-12-31"), fact(status="rejected", begins="2026-12-01")], True, "nor does a rejected one"),
        ([fact(ends="2026-12-31"), fact(begins="2026-12-01")], True, "both versions stand"),
        ([fact(ends="2026-12-31"), fact(status="suspended", begins="2026-12-01")], False, "the later version was suspended"),
        ([fact(status="suspended"), fact(begins="2026-12-01")], True, "a later version replaces a suspended one"),
        ([fact(status="revoked", begins=None, ends=None), fact(begins="2026-12-01")], True, "also one without dates"),
        ([fact(status="suspended"), fact()], False, "of two that begin alike the worse one counts"),
        ([fact(status="suspended", ends="2026-12-03"), fact(begins="2025-01-01")], True, "the suspended one does not cover the day"),
        ([fact(status="suspended", begins="2026-12-05"), fact(begins="2025-01-01")], True, "nor does one that begins later"),
    ],
)
def test_the_version_that_begins_last_decides(facts, verified, why):
    for order in (facts, facts[::-1]):
        assert (in_force(DAY, order, "license") is not None) is verified, why


@pytest.mark.parametrize(
    "level, facts, stands, why",
    [
        ("none", [], True, "no proof asked"),
        ("badge", [], True, "a badge is extra"),
        ("clearance", [], True, "a matter of the client's clearance"),
        ("required", [], False, "no certificate"),
        ("required", [fact("certificate", technique="x")], True, "a certificate"),
        ("required", [fact("certificate", details={"technique": "x"})], True, "the technique in the details"),
        ("required", [fact("certificate", technique="y")], False, "for another technique"),
        ("required", [fact("certificate")], False, "for no technique"),
        ("required", [fact("certificate", "submitted", technique="x")], False, "not checked yet"),
        ("required", [fact("certificate", ends="2026-12-03", technique="x")], False, "ended"),
        ("required", [fact("certificate", "suspended", technique="x")], False, "suspended"),
        ("required", [fact("license", technique="x")], False, "a license is no certificate"),
        ("insurer_must_cover", [], False, "no insurance"),
        ("insurer_must_cover", [INSURANCE], False, "the insurance names nothing"),
        ("insurer_must_cover", [fact("liability_insurance", details={"covers": ["x"]})], True, "named"),
        ("insurer_must_cover", [fact("liability_insurance", details={"covers": ["y"]})], False, "another is named"),
        ("insurer_must_cover", [fact("liability_insurance", details={"covers": "x"})], False, "no list"),
        ("insurer_must_cover", [fact("liability_insurance", "submitted", details={"covers": ["x"]})], False, "not checked"),
        ("none", [fact("liability_insurance", details={"excludes": ["x"]})], False, "excluded by the insurance"),
        ("none", [fact("liability_insurance", ends="2026-12-03", details={"excludes": ["x"]})], True, "excluded by an old one"),
        ("insurer_must_cover", [fact("liability_insurance", details={"covers": ["x"], "excludes": ["x"]})], False, "excluded wins"),
    ],
)
def test_techniques_and_their_proof(level, facts, stands, why):
    assert techniques_in_standing(DAY, facts, {"x": level}, POLICY) == (("x",) if stands else ()), why
    assert [one.code.split(":")[1] for one in standing(facts, techniques={"x": level}).barred] == ([] if stands else ["x"]), why


def test_a_technique_without_proof_bars_itself_and_not_the_person():
    found = standing(BOTH, techniques={"prenatal": "required", "swedish_clinical": "none", "cupping": "insurer_must_cover"})
    assert found.bookable
    assert found.techniques == ("swedish_clinical",)
    assert [one.code for one in found.barred] == ["certificate:prenatal", "liability_insurance:cupping"]


@pytest.mark.parametrize(
    "given_fact, day, state",
    [
        (fact(ends="2027-01-03"), "2026-12-03", "verified"),  # 31 days left
        (fact(ends="2027-01-02"), "2026-12-03", "expiring"),  # 30 days left
        (fact(ends="2026-12-03"), "2026-12-03", "expiring"),  # the last day
        (fact(ends="2026-12-02"), "2026-12-03", "expired"),
        (fact(ends=None), "2026-12-03", "verified"),
        (fact(begins="2026-12-04"), "2026-12-03", "pending"),
        (fact(begins=None), "2026-12-03", "verified"),
        (fact(status="draft"), "2026-12-03", "pending"),
        (fact(status="submitted"), "2026-12-03", "pending"),
        (fact(status="under_review"), "2026-12-03", "pending"),
        (fact(status="needs_info"), "2026-12-03", "pending"),
        (fact(status="rejected"), "2026-12-03", "rejected"),
        (fact(status="suspended"), "2026-12-03", "suspended"),
        (fact(status="revoked"), "2026-12-03", "revoked"),
        (fact(status="withdrawn"), "2026-12-03", "withdrawn"),
    ],
)
def test_the_state_that_is_shown_on_a_day(given_fact, day, state):
    assert shown_state(given_fact, date.fromisoformat(day)) == state


@pytest.mark.parametrize(
    "facts, expiring, why",
    [
        (BOTH, [], "far away"),
        ([fact(ends="2027-01-03"), INSURANCE], [("license", 30)], "thirty days left"),
        ([fact(ends="2027-01-04"), INSURANCE], [], "thirty-one"),
        ([fact(ends="2026-12-04"), INSURANCE], [("license", 0)], "today is the last day"),
        ([fact(ends="2026-12-10"), fact(begins="2026-12-11")], [], "the renewal follows on"),
        ([fact(ends="2026-12-10"), fact(begins="2026-12-12")], [("license", 6)], "a day lies between"),
        ([fact(ends="2026-12-10"), fact(begins="2026-12-01", ends="2026-12-20")], [("license", 16)], "the renewal ends soon too"),
        ([fact(ends="2026-12-10"), fact(status="submitted", begins="2026-12-11")], [("license", 6)], "the renewal is not checked"),
        ([fact(ends="2026-12-03")], [], "over already: it is missing, not expiring"),
        ([fact(ends=None)], [], "no end"),
        (
            [fact("certificate", ends="2026-12-20", technique="prenatal"), fact("certificate", technique="oncology")],
            [("certificate:prenatal", 16)],
            "each certificate by its technique",
        ),
        (
            [fact(ends="2026-12-24"), fact("liability_insurance", ends="2026-12-14")],
            [("liability_insurance", 10), ("license", 20)],
            "soonest first",
        ),
    ],
)
def test_what_ends_soon(facts, expiring, why):
    assert [(one.code, one.days_left) for one in standing(facts).expiring] == expiring, why


FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def days(*spans):
    return [(date.fromisoformat(f"2026-{begin}") if "-" in begin else begin, date.fromisoformat(f"2026-{end}")) for begin, end in spans]


@pytest.mark.parametrize(
    "facts, spans, why",
    [
        (BOTH, [(FIRST, date(2027, 1, 1))], "the whole time"),
        ([], [], "nothing"),
        ([LICENSE], [], "half is nothing"),
        ([fact(ends="2026-12-10"), INSURANCE], days(("12-01", "12-11")), "the last day belongs to it"),
        ([fact(begins="2026-12-10"), INSURANCE], [(date(2026, 12, 10), date(2027, 1, 1))], "so does the first"),
        ([fact(begins="2026-12-10", ends="2026-12-10"), INSURANCE], days(("12-10", "12-11")), "a single day"),
        (
            [fact(ends="2026-12-10"), fact(begins="2026-12-11"), INSURANCE],
            [(FIRST, date(2027, 1, 1))],
            "a renewal that follows on is one span",
        ),
        (
            [fact(ends="2026-12-10"), fact(begins="2026-12-15"), INSURANCE],
            [(FIRST, date(2026, 12, 11)), (date(2026, 12, 15), date(2027, 1, 1))],
            "a gap",
        ),
        ([LICENSE, fact("liability_insurance", ends="2026-12-05")], days(("12-01", "12-06")), "the shorter one counts"),
        ([fact(ends="2026-11-30"), INSURANCE], [], "over before"),
        ([fact(begins="2027-01-01"), INSURANCE], [], "begins after"),
        ([*BOTH, fact(status="suspended", begins="2026-12-20", ends=None)], days(("12-01", "12-20")), "suspended from a day on"),
        ([fact(ends=None), fact("liability_insurance", begins=None, ends=None)], [(FIRST, date(2027, 1, 1))], "without end"),
    ],
)
def test_the_days_in_standing(facts, spans, why):
    assert standing_days(facts, "listed", POLICY, FIRST, LAST) == spans, why


@pytest.mark.parametrize("state", ["draft", "submitted", "suspended", "", "LISTED"])
def test_who_is_not_listed_stands_on_no_day(state):
    assert standing_days(BOTH, state, POLICY, FIRST, LAST) == []


def test_a_single_day_and_no_day():
    assert standing_days(BOTH, "listed", POLICY, FIRST, FIRST) == [(FIRST, FIRST + ONE)]
    assert standing_days(BOTH, "listed", POLICY, FIRST, FIRST - ONE) == []


def test_the_last_day_of_the_calendar_is_no_trap():
    endless = [replace(one, valid_until=date.max) for one in BOTH]
    assert standing_days(endless, "listed", POLICY, FIRST, LAST) == [(FIRST, LAST + ONE)]
    assert standing(endless).expiring == ()


some_day = st.integers(-5, 40).map(lambda number: FIRST + number * ONE)
facts_lists = st.lists(
    st.builds(
        CredentialFact,
        kind=st.sampled_from(["license", "liability_insurance", "certificate"]),
        status=st.sampled_from(["verified", "verified", "verified", "suspended", "revoked", "submitted", "rejected"]),
        valid_from=st.none() | some_day,
        valid_until=st.none() | some_day,
        technique=st.none() | st.sampled_from(["prenatal", "oncology"]),
    ),
    max_size=8,
)


@given(facts_lists, some_day, some_day)
def test_spans_agree_with_every_single_day(facts, one, other):
    """A brute-force twin: ask for each day by itself and join what holds."""
    first, last = min(one, other), max(one, other)
    spans = standing_days(facts, "listed", POLICY, first, last)
    inside = {begin + number * ONE for begin, end in spans for number in range((end - begin).days)}
    every = [first + number * ONE for number in range((last - first).days + 1)]
    assert inside == {day for day in every if standing(facts, day).bookable}
    assert all(begin < end for begin, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans)), "touching spans are one"


@given(facts_lists, some_day)
def test_the_order_of_the_facts_plays_no_part(facts, day):
    assert standing(facts, day).bookable == standing(facts[::-1], day).bookable


@given(facts_lists, some_day)
def test_what_expires_is_in_force_today_and_has_an_end(facts, day):
    for one in standing(facts, day).expiring:
        kind, _, technique = one.code.partition(":")
        assert in_force(day, facts, kind, technique or None) is not None
        assert 0 <= one.days_left <= TABLE.expiring_days
        assert one.last_day == day + one.days_left * ONE


@pytest.mark.parametrize(
    "details, fields",
    [
        ({"per_occurrence_cents": 100_000_000, "aggregate_cents": 300_000_000}, []),
        ({"per_occurrence_cents": 200_000_000, "aggregate_cents": 600_000_000}, []),
        ({"per_occurrence_cents": 99_999_999, "aggregate_cents": 300_000_000}, ["details.per_occurrence_cents"]),
        ({"per_occurrence_cents": 100_000_000, "aggregate_cents": 299_999_999}, ["details.aggregate_cents"]),
        ({}, ["details.per_occurrence_cents", "details.aggregate_cents"]),
        ({"per_occurrence_cents": True, "aggregate_cents": "300000000"}, ["details.per_occurrence_cents", "details.aggregate_cents"]),
    ],
)
def test_what_an_insurance_falls_short_of(details, fields):
    assert [fault.field for fault in insurance_faults(details, TABLE)] == fields
