"""Cursors as they may come back: forged, cut, of another release, signed by us with anything in them. Never a crash."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from booking.openings.forms.cursors import Kept, open_cursor, seal_cursor
from booking.openings.rules.wanted import Near, SearchQuery
from marketplace.kernel.errors import Malformed
from marketplace.kernel.walltime import to_minute
from tests.factories import bookable_provider
from tests.support.clocks import START

HERE = to_minute(START)
NEAR = Near("10003", 40.73, -73.99, "10003", "east_village")
QUERY = SearchQuery(HERE, HERE + 7 * 1440, NEAR, settings=frozenset({"clinic"}), parts=frozenset({"evening"}))
KEPT = Kept(QUERY, (HERE, 0, 16_000, "anna"), "0123456789abcdef")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
odd = st.sampled_from([None, True, -1, 2**70, 1e999, "", "x", [], ["x"], [None], {}, {"x": 1}, [[]]]) | json_values
calm = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def signer(ctx):
    """Signs anything as this product signs its cursors."""
    return URLSafeSerializer(str(ctx.secret_key), salt="search cursor")


@pytest.fixture
def ask(app, ctx):
    """The answer to a search that goes on from a cursor, with a provider to be found."""
    bookable_provider()
    client = app.test_client()
    return lambda cursor: client.get("/api/v1/providers", query_string={"cursor": cursor})


def payload(signer):
    return signer.loads(seal_cursor(KEPT))


def fields_of(kept):
    """Every place in a cursor at which something else can stand, as (of what, name)."""
    return [
        *(("query", name) for name in kept["query"]),
        *(("near", name) for name in kept["query"]["near"]),
        *(("", name) for name in kept),
    ]


def test_what_was_written_reads_back(ctx):
    assert open_cursor(seal_cursor(KEPT)) == KEPT


@calm
@given(text=st.text(max_size=60) | json_values.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()))
def test_a_forged_cursor_is_answered_400(ask, text):
    answer = ask(text)
    assert answer.status_code in ({200} if not text.strip() else {400, 422})
    if answer.status_code == 400:
        assert answer.json["code"] == "bad_cursor"


@calm
@given(value=json_values)
def test_anything_signed_that_is_no_cursor_is_answered_400(ask, signer, value):
    answer = ask(signer.dumps(value))
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")


@calm
@given(data=st.data())
def test_one_odd_thing_in_a_cursor_is_refused_or_searched_but_never_breaks(ask, signer, data):
    kept = payload(signer)
    where, name = data.draw(st.sampled_from(fields_of(kept)))
    target = {"query": kept["query"], "near": kept["query"]["near"], "": kept}[where]
    target[name] = data.draw(odd)
    answer = ask(signer.dumps(kept))
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json["code"] == "bad_cursor"


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept["query"].pop("languages"),
        lambda kept: kept["query"].update(staffing="full_time"),
        lambda kept: kept.pop("mark"),
        lambda kept: kept.update(after=kept["after"][1:]),
        lambda kept: kept.update(after=["anna", 1, 2, 3]),
        lambda kept: kept["query"].update(sort="newest"),
        lambda kept: kept["query"].update(sort="rating"),
        lambda kept: kept["query"].update(parts=["dawn"]),
        lambda kept: kept["query"].update(condition="gone"),
    ],
    ids=[
        "a field less",
        "a field more",
        "no mark",
        "a shorter position",
        "an old order",
        "a gone sort",
        "another sort",
        "a part",
        "a condition",
    ],
)
def test_a_cursor_of_another_release_is_answered_400(ask, signer, change):
    kept = payload(signer)
    change(kept)
    answer = ask(signer.dumps(kept))
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")


def test_what_is_signed_and_no_json_is_refused(ctx, signer):
    with pytest.raises(Malformed, match="bad_cursor"):
        open_cursor(signer.make_signer(signer.salt).sign(b"AA").decode())
