"""What a provider states about insurers: what can be stated, what a search finds, and what never is said."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Malformed, Refused
from providers.insurers.catalogue import table
from providers.insurers.rules import (
    WAY_WORDS,
    WAYS,
    Entry,
    Stated,
    carriers_for,
    check_version,
    entries_to_list,
    fitting,
    insurance_from_list,
    plans_for,
    read_entries,
)

DAY = date(2026, 11, 3)
AETNA, CIGNA, OSCAR = Entry("aetna", "accepts", ("ppo", "hmo")), Entry("cigna", "superbill"), Entry("oscar", "out_of_network", ("epo",))
SAID = Stated((AETNA, CIGNA, OSCAR), DAY)


def line(carrier="aetna", way="accepts", **more):
    return {"carrier": carrier, "way": way, **more}


def faults(*lines):
    with pytest.raises(Refused) as refused:
        read_entries({"entries": list(lines)}, table())
    assert refused.value.code == "invalid_insurance"
    return [fault.field for fault in refused.value.faults]


def test_the_table_has_names_once_each_and_a_version():
    names = [one.name for one in table().carriers.values()]
    assert len(names) == len(set(names)) > 15
    assert names == sorted(names, key=str.lower)
    assert table().version
    assert set(WAY_WORDS) == set(WAYS)


@pytest.mark.parametrize(
    ("carriers", "plans", "found"),
    [
        ((), (), [AETNA, CIGNA, OSCAR]),
        (("aetna",), (), [AETNA]),
        (("aetna", "cigna"), (), [AETNA, CIGNA]),
        (("humana",), (), []),
        ((), ("ppo",), [AETNA]),
        (("aetna",), ("hmo",), [AETNA]),
        (("aetna",), ("epo",), []),  # the plan stands in another line
        (("cigna",), ("ppo",), []),  # which plans was not said
    ],
)
def test_a_line_answers_carrier_and_plan_together(carriers, plans, found):
    assert list(fitting(SAID, carriers, plans)) == found


def test_nobody_who_has_stated_nothing_is_found():
    assert fitting(None, ("aetna",)) == fitting(Stated((), DAY), ("aetna",)) == ()


ENTRIES = st.lists(
    st.builds(Entry, st.sampled_from(["aetna", "cigna"]), st.just("accepts"), st.sets(st.sampled_from(["ppo", "hmo"])).map(tuple)),
    max_size=3,
).map(lambda lines: Stated(tuple(lines), DAY))


@given(ENTRIES, st.sets(st.sampled_from(["aetna", "cigna"])), st.sets(st.sampled_from(["ppo", "hmo"])))
def test_the_counts_are_of_what_each_value_would_find(stated, carriers, plans):
    assert carriers_for(stated, plans) == {one for one in ("aetna", "cigna") if fitting(stated, {one}, plans)}
    assert plans_for(stated, carriers) == {one for one in ("ppo", "hmo") if fitting(stated, carriers, {one})}


def test_lines_are_read_in_the_order_of_the_table():
    sent = [line("oscar", "superbill"), line("aetna", "accepts", plans=["hmo", "ppo", "hmo"])]
    read = read_entries({"entries": sent}, table())
    assert read == (Entry("aetna", "accepts", ("ppo", "hmo")), Entry("oscar", "superbill"))
    assert read_entries({"entries": entries_to_list(read)}, table()) == read
    assert read_entries({"entries": []}, table()) == ()


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ([line("acme")], ["entries.0.carrier"]),
        ([line(way="covers")], ["entries.0.way"]),
        ([line(plans=["gold"])], ["entries.0.plans.0"]),
        ([line(plans="ppo")], ["entries.0.plans"]),
        ([{"way": "accepts"}], ["entries.0.carrier"]),
        (["aetna"], ["entries.0"]),
        ([line(), line(way="superbill")], ["entries.1.carrier"]),
        ([line(plans=["ppo"]), line("aetna", "superbill", plans=["hmo", "ppo"])], ["entries.1.carrier"]),
    ],
)
def test_what_cannot_stand_is_named(lines, fields):
    assert faults(*lines) == fields


def test_other_plans_of_a_carrier_may_have_another_way():
    lines = [line(plans=["ppo"]), line(way="superbill", plans=["hmo"])]
    assert len(read_entries({"entries": lines}, table())) == 2


def test_unknown_fields_come_first():
    with pytest.raises(Malformed):
        read_entries({"entries": [line("acme", copay_cents=1)]}, table())
    with pytest.raises(Refused):
        read_entries({}, table())


def test_the_day_is_new_yorks():
    kept = insurance_from_list([line(plans=[])], datetime(2026, 11, 4, 3, 0, tzinfo=UTC))
    assert kept == Stated((Entry("aetna", "accepts"),), DAY)
    assert insurance_from_list(None, None) is None


def test_a_name_of_an_earlier_table_can_still_be_read():
    assert table().carrier_name("old_mutual") == "Old mutual"
    assert table().plan_name("gold") == "Gold"


def test_a_page_that_was_overtaken_is_told_so():
    check_version(None, 3)
    check_version(3, 3)
    with pytest.raises(Refused) as refused:
        check_version(2, 3)
    assert refused.value.code == "stale_insurance"
