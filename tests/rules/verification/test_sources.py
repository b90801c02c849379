"""What a register says beside what was typed."""

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.verification.rules.sources import (
    Rubbish,
    Typed,
    compare_nppes,
    compare_state,
    read_day,
    read_nppes,
    read_state,
)
from tests.support.sources import NOBODY, NPPES_ANSWER, STATE_ANSWER

TODAY = date(2027, 1, 12)
LICENSE = Typed("license", "Alex Example", "012345", "lmt", "027", date(2028, 5, 31))
DOCTOR = Typed("physician_collaboration", "Dr. Mei Ostrander", "1234567893", "physician")


def state(**change):
    return compare_state(LICENSE, read_state({**STATE_ANSWER, **change}), TODAY)


def nppes(basic=None, **change):
    row = {**NPPES_ANSWER["results"][0], **change}
    row["basic"] = {**row["basic"], **(basic or {})}
    return compare_nppes(DOCTOR, read_nppes({"result_count": 1, "results": [row]}))


def test_the_recorded_answers_match():
    assert (state().outcome, state().fields) == ("match", ())
    assert (nppes().outcome, nppes().fields) == ("match", ())
    assert read_nppes(NOBODY) is None


@pytest.mark.parametrize(
    ("change", "fields", "state_word"),
    [
        ({"name": "OTHER SAM"}, ("name",), "registered"),
        ({"license_number": "012346"}, ("number",), "registered"),
        ({"profession_code": "062"}, ("profession_code",), "registered"),
        ({"status": "Not Registered"}, ("status",), "not_registered"),
        ({"status": "REGISTERED"}, (), "registered"),
        ({"status": "Registered (limited)"}, ("status",), "unknown"),
        ({"registered_through": "May 31, 2027"}, ("registered_through",), "registered"),
        ({"registered_through": None}, ("registered_through",), "registered"),
        ({"registered_through": "January 11, 2027"}, ("registered_through",), "registered"),
        ({"enforcement_actions": [{"action": "censure"}]}, ("enforcement_actions",), "registered"),
        ({"status": "Revoked", "name": "OTHER SAM"}, ("name", "status"), "revoked"),
    ],
)
def test_what_differs_is_named(change, fields, state_word):
    verdict = state(**change)
    assert (verdict.fields, verdict.outcome) == (fields, "mismatch" if fields else "match")
    assert verdict.seen["state"] == state_word
    assert verdict.seen["status"] == change.get("status", "Registered")


def test_numbers_are_compared_without_prefix_and_suffix():
    assert state(license_number="T012345-1").outcome == "match"


def test_a_registration_that_is_over_is_no_match_though_it_was_typed_so():
    over = Typed("license", "Alex Example", "012345", "lmt", None, date(2027, 1, 11))
    found = read_state({**STATE_ANSWER, "registered_through": "January 11, 2027"})
    assert compare_state(over, found, TODAY).fields == ("registered_through",)
    assert compare_state(over, found, date(2027, 1, 11)).outcome == "match"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"basic": {"last_name": "OTHER"}}, ("name",)),
        ({"basic": {"status": "D"}}, ("status",)),
        ({"enumeration_type": "NPI-2"}, ("enumeration_type",)),
        ({"number": "1881018208"}, ("number",)),
        ({"number": 1234567893}, ()),
        ({"taxonomies": [{"code": "225700000X"}]}, ("taxonomy",)),
        ({"taxonomies": []}, ("taxonomy",)),
        ({"taxonomies": [{"code": "225700000X"}, {"code": "207Q00000X"}]}, ()),
    ],
)
def test_what_differs_in_nppes_is_named(change, fields):
    assert nppes(**change).fields == fields


@pytest.mark.parametrize(
    ("profession", "code", "fits"),
    [("lmt", "225700000X", True), ("physical therapist", "225100000X", True), ("pt", "225700000X", False), ("DC", "111N00000X", True),
     ("chiropractor", "111NR0400X", True), ("physician", "208100000X", True), ("herbalist", "171100000X", True), ("", "225700000X", True)],
)  # fmt: skip
def test_a_profession_has_its_taxonomies(profession, code, fits):
    typed = Typed("npi", "Mei Ostrander", "1234567893", profession)
    row = {**NPPES_ANSWER["results"][0], "taxonomies": [{"code": code}]}
    assert (compare_nppes(typed, read_nppes({"result_count": 1, "results": [row]})).outcome == "match") is fits


@pytest.mark.parametrize("text", ["May 31, 2028", "may 31 2028", "2028-05-31"])
def test_a_day_is_read(text):
    assert read_day(text) == date(2028, 5, 31)


@pytest.mark.parametrize("text", ["", "May 32, 2028", "31 May 2028", "soon", "0000-00-00", "Mai 31, 2028", "May 31, 99999"])
def test_what_is_no_day_is_rubbish(text):
    with pytest.raises(Rubbish):
        read_day(text)


@pytest.mark.parametrize("missing", sorted(set(STATE_ANSWER) - {"date_of_licensure", "registered_through", "enforcement_actions"}))
@pytest.mark.parametrize("value", ["gone", None, 7, "", [], {}])
def test_a_missing_or_odd_key_is_rubbish(missing, value):
    body = {**STATE_ANSWER, missing: value}
    if value == "gone":
        del body[missing]
    with pytest.raises(Rubbish):
        read_state(body)


@pytest.mark.parametrize(
    "body",
    [
        {}, [], None, "x", {"results": []}, {"result_count": 1, "results": []}, {"result_count": True, "results": [{}]},
        {"Errors": [{"description": "bad"}]}, {"result_count": 1, "results": [{}]}, {"result_count": 1, "results": ["x"]},
        {"result_count": 2, "results": NPPES_ANSWER["results"] * 2},
    ],
)  # fmt: skip
def test_what_has_no_such_shape_is_rubbish(body):
    with pytest.raises(Rubbish):
        read_nppes(body)
    with pytest.raises(Rubbish):
        read_state(body)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2))


@given(st.sampled_from([*STATE_ANSWER]), JSON, st.sampled_from(["number", "basic", "taxonomies", "enumeration_type"]))
def test_no_value_breaks_the_reading(key, value, nppes_key):
    for read, body in (
        (read_state, {**STATE_ANSWER, key: value}),
        (read_nppes, {"result_count": 1, "results": [{**NPPES_ANSWER["results"][0], nppes_key: value}]}),
    ):
        with contextlib.suppress(Rubbish):
            read(json.loads(json.dumps(body)))
