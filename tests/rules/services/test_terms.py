"""Cancellation terms: what may be written, what is refused, and which step holds to the second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Malformed, Refused
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms, terms_from_dict, terms_to_dict

HOUR = 3600
DEFAULT = {
    "steps": [{"hours": 24, "fee_percent": 0}, {"hours": 12, "fee_percent": 50}, {"hours": 0, "fee_percent": 100}],
    "grace_minutes": 10,
    "no_show_percent": 100,
    "late_minutes": 15,
    "free_moves": 1,
    "payment": "at_visit",
}


def steps(*rows):
    return [{"hours": hours, "fee_percent": percent} for hours, percent in rows]


def test_the_default_terms():
    assert terms_to_dict(DEFAULT_TERMS) == DEFAULT
    assert terms_from_dict(DEFAULT) == DEFAULT_TERMS


def test_the_version_is_kept_where_it_is_wanted():
    assert terms_from_dict(DEFAULT, version=4).version == 4
    kept = terms_to_dict(terms_from_dict(DEFAULT, version=4), with_version=True)
    assert kept["version"] == 4
    assert terms_from_dict(kept).version == 4
    assert "version" not in terms_to_dict(DEFAULT_TERMS)


@pytest.mark.parametrize(
    "notice, percent",
    [
        (48 * HOUR, 0),
        (24 * HOUR + 1, 0),
        (24 * HOUR, 0),
        (24 * HOUR - 1, 50),
        (12 * HOUR + 1, 50),
        (12 * HOUR, 50),
        (12 * HOUR - 1, 100),
        (1, 100),
        (0, 100),
        (-1, 100),
    ],
)
def test_a_step_holds_with_at_least_that_much_notice(notice, percent):
    assert DEFAULT_TERMS.percent_at(notice) == percent


@pytest.mark.parametrize(
    "change, field",
    [
        ({"steps": []}, "steps"),
        ({"steps": steps((24, 0))}, "steps"),
        ({"steps": steps((24, 0), (12, 50), (1, 100))}, "steps"),
        ({"steps": steps((12, 0), (24, 50), (0, 100))}, "steps.1.hours"),
        ({"steps": steps((24, 0), (24, 50), (0, 100))}, "steps.1.hours"),
        ({"steps": steps((24, 50), (12, 0), (0, 100))}, "steps.1.fee_percent"),
        ({"steps": steps((24, 0), (12, 100), (0, 50))}, "steps.2.fee_percent"),
        ({"steps": steps((24, -1), (0, 100))}, "steps.0.fee_percent"),
        ({"steps": steps((24, 0), (0, 101))}, "steps.1.fee_percent"),
        ({"steps": steps((-1, 0), (0, 100))}, "steps.0.hours"),
        ({"steps": steps((1441, 0), (0, 100))}, "steps.0.hours"),
        ({"steps": steps(("24", 0), (0, 100))}, "steps.0.hours"),
        ({"steps": [{"hours": 0}]}, "steps.0.fee_percent"),
        ({"steps": [{"fee_percent": 0}]}, "steps.0.hours"),
        ({"steps": [24]}, "steps.0"),
        ({"steps": {"hours": 24}}, "steps"),
        ({"steps": steps(*((20 - n, 0) for n in range(10)), (0, 100))}, "steps"),
        ({"grace_minutes": -1}, "grace_minutes"),
        ({"grace_minutes": 121}, "grace_minutes"),
        ({"grace_minutes": 10.5}, "grace_minutes"),
        ({"no_show_percent": 101}, "no_show_percent"),
        ({"late_minutes": 121}, "late_minutes"),
        ({"late_minutes": None}, "late_minutes"),
        ({"free_moves": 11}, "free_moves"),
        ({"payment": "cash"}, "payment"),
        ({"payment": None}, "payment"),
        ({"payment": "deposit"}, "deposit_percent"),
        ({"payment": "deposit", "deposit_percent": 0}, "deposit_percent"),
        ({"payment": "deposit", "deposit_percent": 101}, "deposit_percent"),
        ({"deposit_percent": 20}, "deposit_percent"),
    ],
)
def test_each_fault_is_named_at_its_field(change, field):
    with pytest.raises(Refused) as refusal:
        terms_from_dict({**DEFAULT, **change})
    assert refusal.value.code == "invalid_terms"
    assert field in {fault.field for fault in refusal.value.faults}


@pytest.mark.parametrize("name", sorted(DEFAULT))
def test_nothing_may_be_left_out(name):
    with pytest.raises(Refused) as refusal:
        terms_from_dict({key: value for key, value in DEFAULT.items() if key != name})
    assert name in {fault.field for fault in refusal.value.faults}


@pytest.mark.parametrize(
    "body, field",
    [
        ({**DEFAULT, "refund": "never"}, "refund"),
        ({**DEFAULT, "steps": [{"hours": 0, "fee_percent": 0, "until": "noon"}]}, "steps.0.until"),
    ],
)
def test_unknown_fields(body, field):
    with pytest.raises(Malformed) as refusal:
        terms_from_dict(body)
    assert [fault.field for fault in refusal.value.faults] == [field]


@pytest.mark.parametrize("payment", ["at_visit", "card_on_file", "prepaid"])
def test_ways_to_pay_without_a_deposit(payment):
    assert terms_from_dict({**DEFAULT, "payment": payment}).deposit_percent is None


def test_a_deposit_is_kept():
    body = {**DEFAULT, "payment": "deposit", "deposit_percent": 30}
    assert terms_from_dict(body).deposit_percent == 30
    assert terms_to_dict(terms_from_dict(body)) == body


def test_a_single_step_can_make_everything_free_or_nothing():
    assert terms_from_dict({**DEFAULT, "steps": steps((0, 0))}).percent_at(0) == 0
    assert terms_from_dict({**DEFAULT, "steps": steps((0, 100))}).percent_at(999 * HOUR) == 100


@st.composite
def valid_terms(draw):
    hours = sorted(draw(st.sets(st.integers(1, 1440), max_size=6)), reverse=True)
    percents = sorted(draw(st.lists(st.integers(0, 100), min_size=len(hours) + 1, max_size=len(hours) + 1)))
    return Terms(
        steps=tuple(Step(hour, percent) for hour, percent in zip([*hours, 0], percents, strict=True)),
        grace_minutes=draw(st.integers(0, 120)),
        no_show_percent=draw(st.integers(0, 100)),
        late_minutes=draw(st.integers(0, 120)),
        free_moves=draw(st.integers(0, 10)),
        payment=draw(st.sampled_from(["at_visit", "card_on_file", "prepaid"])),
    )


@given(valid_terms())
def test_any_valid_terms_survive_the_round_trip(terms):
    assert terms_from_dict(terms_to_dict(terms)) == terms


@given(valid_terms(), st.integers(0, 2000 * HOUR), st.integers(0, 2000 * HOUR))
def test_more_notice_never_costs_more(terms, one, other):
    assert terms.percent_at(max(one, other)) <= terms.percent_at(min(one, other))


@given(valid_terms(), st.integers(0, 2000 * HOUR))
def test_the_step_in_force_is_the_first_whose_hours_are_reached(terms, notice):
    twin = None
    for step in terms.steps:
        if twin is None and notice / HOUR >= step.hours:
            twin = step.fee_percent
    assert terms.percent_at(notice) == twin


def test_notices_to_move_and_to_cancel_are_kept_where_they_are_said():
    said = DEFAULT | {"move_notice_hours": 6, "cancel_notice_hours": 0}
    terms = terms_from_dict(said)
    assert (terms.move_notice_hours, terms.cancel_notice_hours) == (6, 0)
    assert terms_to_dict(terms) == said
    assert terms_from_dict(DEFAULT | {"move_notice_hours": None}).move_notice_hours is None


@pytest.mark.parametrize("hours", [-1, 721, 1.5, "6"])
def test_a_notice_is_a_month_at_most(hours):
    with pytest.raises(Refused) as refused:
        terms_from_dict(DEFAULT | {"cancel_notice_hours": hours})
    assert [fault.field for fault in refused.value.faults] == ["cancel_notice_hours"]
