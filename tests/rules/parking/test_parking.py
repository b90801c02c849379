"""What is paid back of parking, said in rows: terms by their days, who may send in until when, how much, what staff may do."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.ledger.rules.entries import parking_paid_back
from booking.ledger.rules.sums import balances, sum_visit
from booking.parking.rules.claims import (
    ACCEPT,
    ACCEPTED,
    DECISIONS,
    MOST_CENTS,
    REFUSE,
    REFUSED,
    SENT,
    STATES,
    TAKE_BACK,
    TAKEN_BACK,
    Decision,
    Drive,
    accepted_cents,
    assess,
    check_asked,
    month_of,
    next_state,
    room_left,
)
from booking.parking.rules.terms import OFF, Terms, check_terms, in_force, words
from marketplace.kernel.errors import Conflict, Refused

TODAY = date(2027, 1, 12)
TERMS = Terms(date(2027, 1, 1), 2_500, 10_000, 14)
DRIVE = Drive("completed", "home", "car", TODAY)
MOBILE = frozenset({"home", "office", "hotel"})


def faults(wanted):
    try:
        check_terms(wanted, TODAY)
    except Refused as refusal:
        return [fault.field for fault in refusal.faults]
    return []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, []),
        ({"visit_cents": 0, "month_cents": 0}, []),
        ({"visit_cents": 2_500, "month_cents": 0}, []),
        ({"visit_cents": 2_500, "month_cents": 2_500}, []),
        ({"starts_on": TODAY}, ["starts_on"]),
        ({"visit_cents": 20_001, "month_cents": 30_000}, ["visit_cents"]),
        ({"month_cents": 2_499}, ["month_cents"]),
        ({"month_cents": 200_001}, ["month_cents"]),
        ({"days": 0}, ["days"]),
        ({"days": 61}, ["days"]),
    ],
)
def test_terms_are_announced_ahead_within_bounds(change, fields):
    ahead = replace(TERMS, starts_on=TODAY + timedelta(days=1))
    assert faults(replace(ahead, **change)) == fields


def test_terms_of_a_day_are_those_that_started_last_and_the_later_written_of_two():
    later, corrected = replace(TERMS, starts_on=date(2027, 2, 1), visit_cents=0), replace(TERMS, starts_on=date(2027, 2, 1), days=7)
    written = [later, TERMS, corrected]
    assert [in_force(written, day) for day in (date(2026, 12, 31), TODAY, date(2027, 2, 1))] == [OFF, TERMS, corrected]
    assert in_force([TERMS, later], date(2027, 2, 1)).on is False


def test_terms_in_words():
    assert words(TERMS) == (
        "We pay back parking at a visit you drove to, up to $25.00 a visit and $100.00 a month, "
        "if the receipt is sent in until 14 days after the visit."
    )
    assert "until the day after the visit" in words(replace(TERMS, days=1))
    assert words(OFF) == words(replace(TERMS, month_cents=0)) == "Parking is not paid back."


@pytest.mark.parametrize(
    ("drive", "days", "paid", "code"),
    [
        ({}, 0, 0, ""),
        ({}, 14, 0, ""),
        ({}, 15, 0, "too_late"),
        ({"status": "no_show"}, 0, 0, ""),  # whoever drove to a closed door has parked too
        ({"status": "confirmed"}, 0, 0, "not_over"),
        ({"status": "cancelled"}, 0, 0, "not_over"),
        ({"setting": "clinic"}, 0, 0, "not_mobile"),
        ({"mode": "subway"}, 0, 0, "not_by_car"),
        ({"mode": None}, 0, 0, "not_by_car"),
        ({}, 0, 9_999, ""),
        ({}, 0, 10_000, "month_used_up"),
        ({}, 0, 12_000, "month_used_up"),
    ],
)
def test_who_may_send_in_until_when(drive, days, paid, code):
    verdict = assess(replace(DRIVE, **drive), TERMS, paid, MOBILE, TODAY + timedelta(days=days))
    assert (verdict.code, verdict.allowed, bool(verdict.sentence)) == (code, not code, bool(code))


@pytest.mark.parametrize("off", [OFF, replace(TERMS, visit_cents=0), replace(TERMS, month_cents=0)])
def test_a_cap_of_nothing_is_off(off):
    assert assess(DRIVE, off, 0, MOBILE, TODAY).code == "parking_off"
    assert room_left(off, 0) == 0


@given(st.integers(0, 20_000), st.integers(0, 200_000), st.lists(st.integers(1, MOST_CENTS), max_size=12))
def test_a_month_of_visits_never_gets_more_than_either_cap(visit_cents, month_cents, asked):
    terms, paid = replace(TERMS, visit_cents=visit_cents, month_cents=month_cents), 0
    for cents in asked:
        room = room_left(terms, paid)
        if room:
            got = accepted_cents(Decision(ACCEPT), cents, room)
            assert 0 < got <= min(cents, visit_cents)
            paid += got
    assert paid <= month_cents
    if terms.on and asked:
        assert paid == min(month_cents, sum(min(cents, visit_cents) for cents in asked))


@pytest.mark.parametrize(
    ("wanted", "asked", "room", "cents"),
    [
        (Decision(ACCEPT), 1_800, 2_500, 1_800),
        (Decision(ACCEPT), 3_000, 2_500, 2_500),
        (Decision(ACCEPT, 1_800), 1_800, 2_500, 1_800),
        (Decision(ACCEPT, 1_000, "Two hours of it."), 1_800, 2_500, 1_000),
        (Decision(ACCEPT, 1_000), 1_800, 2_500, "reason"),
        (Decision(ACCEPT, 1_801), 1_800, 2_500, "cents"),
        (Decision(ACCEPT, 2_501), 3_000, 2_500, "cents"),
        (Decision(ACCEPT, 0), 1_800, 2_500, "cents"),
        (Decision(ACCEPT), 1_800, 0, "month_used_up"),
    ],
)
def test_how_much_an_acceptance_pays_back(wanted, asked, room, cents):
    try:
        found = accepted_cents(wanted, asked, room)
    except Refused as refusal:
        found = refusal.faults[0].field
    except Conflict as conflict:
        found = conflict.code
    assert found == cents


def test_what_staff_may_do_in_which_state():
    allowed = {(SENT, ACCEPT): ACCEPTED, (SENT, REFUSE): REFUSED, (ACCEPTED, TAKE_BACK): TAKEN_BACK}
    for state in STATES:
        for what in DECISIONS:
            if (state, what) in allowed:
                assert next_state(state, Decision(what, reason="So.")) == allowed[state, what]
            else:
                with pytest.raises(Conflict) as caught:
                    next_state(state, Decision(what, reason="So."))
                assert caught.value.code == ("not_accepted" if what == TAKE_BACK else "decided_already")


@pytest.mark.parametrize(("state", "what"), [(SENT, REFUSE), (ACCEPTED, TAKE_BACK)])
def test_a_no_has_a_reason(state, what):
    with pytest.raises(Refused) as caught:
        next_state(state, Decision(what))
    assert caught.value.faults[0].field == "reason"


def test_an_amount_is_what_a_receipt_can_say():
    check_asked(1)
    check_asked(MOST_CENTS)
    for cents in (0, -1, MOST_CENTS + 1):
        with pytest.raises(Refused):
            check_asked(cents)


def test_the_entry_is_between_the_house_and_the_therapist_and_none_of_the_clients():
    group = parking_paid_back("v", 1_800)
    assert dict(balances(group.entries)) == {"platform_spending": 1_800, "paid_back": -1_800}
    assert sum_visit(group.entries) == sum_visit([])
    assert group.key == "visit:v:parking"


def test_a_month_is_whole():
    assert month_of(date(2027, 12, 31)) == (date(2027, 12, 1), date(2028, 1, 1))
    assert month_of(date(2028, 2, 1)) == (date(2028, 2, 1), date(2028, 3, 1))
