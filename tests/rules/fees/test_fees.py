"""What the platform takes, said in rows."""

from datetime import date

import pytest

from booking.fees.rules import FREE, Agreement, SignOff, check_agreement, fee_of_booking, in_force, subscribed, taken, words
from booking.ledger.rules.sums import balances, sum_visit
from marketplace.kernel.errors import Refused

TODAY, NEXT = date(2027, 1, 12), date(2027, 2, 1)
COUNSEL = SignOff("R. Counsel, Esq.", date(2027, 1, 5), "I have read 8 NYCRR 29.1 and advise that this is permitted.")


@pytest.mark.parametrize(
    ("agreement", "first", "cents"),
    [
        (Agreement("none", NEXT), True, 0),
        (Agreement("per_booking", NEXT, 500), True, 500),
        (Agreement("per_booking", NEXT, 500), False, 500),
        (Agreement("first_booking", NEXT, 1_500), True, 1_500),
        (Agreement("first_booking", NEXT, 1_500), False, 0),  # the second booking with the same therapist costs nothing
        (Agreement("monthly", NEXT, 4_900), True, 0),
        (Agreement("percent", NEXT, 0, 10, COUNSEL), False, 1_672),
    ],
)
def test_what_a_booking_of_167_dollars_and_20_cents_costs(agreement, first, cents):
    assert fee_of_booking(agreement, 16_720, first=first) == cents


@pytest.mark.parametrize(
    ("agreement", "field"),
    [
        (Agreement("per_booking", NEXT, 500), None),
        (Agreement("none", NEXT), None),
        (Agreement("percent", NEXT, 0, 10, COUNSEL), None),
        (Agreement("per_booking", TODAY, 500), "starts_on"),  # what was booked today keeps what was agreed
        (Agreement("per_booking", NEXT, 0), "cents"),
        (Agreement("none", NEXT, 500), "cents"),
        (Agreement("percent", NEXT, 0, 10), "signed_by"),  # a share of the price without a sign-off is refused
        (Agreement("percent", NEXT, 0, 31, COUNSEL), "percent"),
        (Agreement("percent", NEXT, 0, 10, SignOff("R. Counsel", NEXT, COUNSEL.text)), "signed_on"),
        (Agreement("percent", NEXT, 0, 10, SignOff("R. Counsel", TODAY, "yes")), "sign_text"),
        (Agreement("per_booking", NEXT, 500, 0, COUNSEL), "percent"),
    ],
)
def test_what_may_be_announced_on_january_12(agreement, field):
    if field is None:
        check_agreement(agreement, TODAY)
        return
    with pytest.raises(Refused) as refused:
        check_agreement(agreement, TODAY)
    assert field in [fault.field for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("day", "kind", "cents"),
    [(date(2027, 1, 12), "none", 0), (date(2027, 1, 31), "none", 0), (NEXT, "per_booking", 500), (date(2027, 3, 1), "per_booking", 700)],
)
def test_which_agreement_a_day_has(day, kind, cents):
    rows = [Agreement("per_booking", NEXT, 400), Agreement("per_booking", NEXT, 500), Agreement("per_booking", date(2027, 3, 1), 700)]
    assert (in_force(rows, day).kind, in_force(rows, day).cents) == (kind, cents)
    assert in_force([], day) == FREE


def test_the_fee_is_none_of_the_clients_business():
    entries = taken("v1", 500).entries
    assert sum_visit(entries) == sum_visit(())
    assert balances(entries) == {"platform_costs": 500, "platform_fee": -500}
    assert subscribed("anna", NEXT, 4_900).key == "subscription:anna:2027-02"


def test_everybody_reads_the_same_sentence():
    assert words(Agreement("first_booking", NEXT, 1_500)) == (
        "The therapist pays us $15.00 for a client's first booking with them, and nothing for later ones."
    )
