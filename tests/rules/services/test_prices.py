"""Price rules: what may be written, what is refused and why, and that nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Malformed, Refused
from providers.services.rules.prices import (
    BandRule,
    HolidayRule,
    PriceRules,
    ShortNoticeRule,
    TravelRule,
    TravelZone,
    WeekendRule,
    prices_from_dict,
    prices_to_dict,
)

WHOLE = {
    "rules": [
        {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500},
        {"code": "late", "from": "21:00", "to": "23:00", "amount_cents": 3000},
        {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1000},
        {"code": "holiday", "percent": 25},
        {"code": "short_notice", "hours": 4, "amount_cents": 2000},
        {"code": "travel", "zones": [{"zips": ["10003", "10009"], "amount_cents": 2500}, {"zips": ["10025"], "amount_cents": 3500}]},
    ],
    "cap_percent": 50,
}


def test_every_kind_of_rule_is_read():
    prices = prices_from_dict(WHOLE, version=7)
    assert prices == PriceRules(
        (
            BandRule("evening", 1140, 1260, 1500),
            BandRule("late", 1260, 1380, 3000),
            WeekendRule((5, 6), 1000),
            HolidayRule(25),
            ShortNoticeRule(4, 2000),
            TravelRule((TravelZone(("10003", "10009"), 2500), TravelZone(("10025",), 3500))),
        ),
        50,
        7,
    )


def test_what_was_read_is_written_back_alike():
    assert prices_to_dict(prices_from_dict(WHOLE)) == WHOLE


def test_no_rules_and_no_cap_is_fine():
    assert prices_from_dict({"rules": []}) == PriceRules()
    assert prices_to_dict(PriceRules()) == {"rules": []}
    assert prices_from_dict({"rules": [], "cap_percent": None}).cap_percent is None
    assert prices_from_dict({"rules": [], "cap_percent": 0}).cap_percent == 0


@pytest.mark.parametrize(
    "rule, field",
    [
        ({"code": "sunrise"}, "rules.0.code"),
        ({}, "rules.0.code"),
        ("evening", "rules.0.code"),
        (None, "rules.0.code"),
        ({"code": ["evening"]}, "rules.0.code"),
        ({"code": "evening", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "19:00", "amount_cents": 1}, "rules.0.to"),
        ({"code": "evening", "from": "19:00", "to": "21:00"}, "rules.0.amount_cents"),
        ({"code": "evening", "from": "7 PM", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "25:00", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "24:01", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "19:60", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "24:00", "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": 1140, "to": "21:00", "amount_cents": 1}, "rules.0.from"),
        ({"code": "evening", "from": "19:00", "to": "19:00", "amount_cents": 1}, "rules.0.to"),
        ({"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": -1}, "rules.0.amount_cents"),
        ({"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 100_001}, "rules.0.amount_cents"),
        ({"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 15.0}, "rules.0.amount_cents"),
        ({"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": "15"}, "rules.0.amount_cents"),
        ({"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": True}, "rules.0.amount_cents"),
        ({"code": "weekend", "weekdays": [], "amount_cents": 1}, "rules.0.weekdays"),
        ({"code": "weekend", "weekdays": [7], "amount_cents": 1}, "rules.0.weekdays"),
        ({"code": "weekend", "weekdays": [5, 5], "amount_cents": 1}, "rules.0.weekdays"),
        ({"code": "weekend", "weekdays": 5, "amount_cents": 1}, "rules.0.weekdays"),
        ({"code": "holiday", "percent": 101}, "rules.0.percent"),
        ({"code": "holiday", "percent": -1}, "rules.0.percent"),
        ({"code": "holiday"}, "rules.0.percent"),
        ({"code": "short_notice", "hours": 0, "amount_cents": 1}, "rules.0.hours"),
        ({"code": "short_notice", "hours": 169, "amount_cents": 1}, "rules.0.hours"),
        ({"code": "travel", "zones": [{"zips": ["1000"], "amount_cents": 1}]}, "rules.0.zones.0.zips"),
        ({"code": "travel", "zones": [{"zips": ["10003"]}]}, "rules.0.zones.0.amount_cents"),
        ({"code": "travel", "zones": [{"amount_cents": 1}]}, "rules.0.zones.0.zips"),
        ({"code": "travel", "zones": ["10003"]}, "rules.0.zones.0"),
        ({"code": "travel", "zones": {"zips": []}}, "rules.0.zones"),
        (
            {"code": "travel", "zones": [{"zips": ["10003"], "amount_cents": 1}, {"zips": ["10003"], "amount_cents": 2}]},
            "rules.0.zones",
        ),
    ],
)
def test_each_fault_is_named_at_its_field(rule, field):
    with pytest.raises(Refused) as refusal:
        prices_from_dict({"rules": [rule]})
    assert refusal.value.code == "invalid_prices"
    assert field in {fault.field for fault in refusal.value.faults}


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "rules"),
        ({"rules": "none"}, "rules"),
        ({"rules": [], "cap_percent": -1}, "cap_percent"),
        ({"rules": [], "cap_percent": 301}, "cap_percent"),
        ({"rules": [{"code": "holiday", "percent": 1}] * 2}, "rules"),
        ({"rules": [{"code": "short_notice", "hours": 1, "amount_cents": 1}] * 2}, "rules"),
        ({"rules": [{"code": "travel", "zones": []}] * 2}, "rules"),
        ({"rules": [{"code": "weekend", "weekdays": [5], "amount_cents": 1}] * 41}, "rules"),
        ([], ""),
    ],
)
def test_faults_of_the_whole(body, field):
    with pytest.raises(Refused) as refusal:
        prices_from_dict(body)
    assert field in {fault.field for fault in refusal.value.faults}


def test_every_fault_is_told_at_once():
    with pytest.raises(Refused) as refusal:
        prices_from_dict({"rules": [{"code": "holiday", "percent": 500}, {"code": "sunset"}], "cap_percent": "much"})
    assert [fault.field for fault in refusal.value.faults] == ["rules.0.percent", "rules.1.code", "cap_percent"]


@pytest.mark.parametrize(
    "body, field",
    [
        ({"rules": [], "discount": 5}, "discount"),
        ({"rules": [{"code": "holiday", "percent": 5, "amount_cents": 5}]}, "rules.0.amount_cents"),
        ({"rules": [{"code": "travel", "zones": [{"zips": [], "amount_cents": 5, "name": "x"}]}]}, "rules.0.zones.0.name"),
    ],
)
def test_unknown_fields_are_told_before_anything_else(body, field):
    with pytest.raises(Malformed) as refusal:
        prices_from_dict(body)
    assert refusal.value.code == "unknown_field"
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_two_bands_of_one_kind_can_stand_side_by_side():
    morning = {"code": "evening", "from": "05:00", "to": "08:00", "amount_cents": 1500}
    evening = {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500}
    assert len(prices_from_dict({"rules": [morning, evening]}).rules) == 2


@pytest.mark.parametrize(
    "opens, closes, minute, inside",
    [
        ("19:00", "21:00", "18:59", False),
        ("19:00", "21:00", "19:00", True),
        ("19:00", "21:00", "20:59", True),
        ("19:00", "21:00", "21:00", False),
        ("21:00", "24:00", "23:59", True),
        ("21:00", "24:00", "00:00", False),
        ("21:00", "00:00", "23:59", True),
        ("21:00", "00:00", "00:00", False),
        ("22:00", "02:00", "21:59", False),
        ("22:00", "02:00", "22:00", True),
        ("22:00", "02:00", "00:00", True),
        ("22:00", "02:00", "01:59", True),
        ("22:00", "02:00", "02:00", False),
        ("00:00", "24:00", "00:00", True),
    ],
)
def test_a_band_is_half_open_and_may_run_past_midnight(opens, closes, minute, inside):
    (band,) = prices_from_dict({"rules": [{"code": "late", "from": opens, "to": closes, "amount_cents": 1}]}).rules
    assert band.holds(int(minute[:2]) * 60 + int(minute[3:])) is inside


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_a_band_holds_as_many_minutes_as_it_is_long(opens, closes):
    band = BandRule("late", opens, closes, 100)
    length = (closes - opens) % 1440 or 1440
    assert sum(band.holds(minute) for minute in range(1440)) == length


@pytest.mark.parametrize("zip_code, cents", [("10003", 2500), ("10009", 2500), ("10025", 3500), ("10128", 0)])
def test_travel_by_zone(zip_code, cents):
    travel = prices_from_dict(WHOLE).rules[-1]
    assert travel.cents_to(zip_code) == cents


amounts = st.integers(0, 100_000)
clocks = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
bands = st.builds(
    lambda code, opens, closes, cents: {"code": code, "from": opens, "to": closes if closes != opens else "24:00", "amount_cents": cents},
    st.sampled_from(["evening", "late"]),
    clocks,
    clocks,
    amounts,
)
weekends = st.builds(
    lambda days, cents: {"code": "weekend", "weekdays": sorted(days), "amount_cents": cents},
    st.sets(st.integers(0, 6), min_size=1),
    amounts,
)


@given(st.lists(bands | weekends, max_size=10), st.none() | st.integers(0, 300))
def test_any_valid_table_survives_the_round_trip(rules, cap):
    body = {"rules": rules} if cap is None else {"rules": rules, "cap_percent": cap}
    assert prices_to_dict(prices_from_dict(body)) == body


def test_a_rule_that_rests_is_kept_and_counts_for_nothing():
    holiday, short = {"code": "holiday", "percent": 25}, {"code": "short_notice", "hours": 4, "amount_cents": 2000}
    prices = prices_from_dict({"rules": [holiday | {"active": False}, short | {"active": True}]})
    assert (prices.rules, prices.resting) == ((ShortNoticeRule(4, 2000),), (HolidayRule(25),))
    assert prices_to_dict(prices) == {"rules": [short, holiday | {"active": False}]}
    assert prices_from_dict(prices_to_dict(prices)) == prices


def test_a_rule_is_on_or_off_and_there_is_one_of_each_kind():
    with pytest.raises(Refused) as refusal:
        prices_from_dict(
            {"rules": [{"code": "holiday", "percent": 25, "active": "no"}, {"code": "holiday", "percent": 5, "active": False}]}
        )
    assert [fault.field for fault in refusal.value.faults] == ["rules.0.active", "rules"]
