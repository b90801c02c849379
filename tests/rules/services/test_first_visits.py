"""What is asked of new clients, as rows; and that it is read as it is written."""

from dataclasses import replace

import pytest

from marketplace.kernel.errors import Malformed, Refused
from providers.services.rules.first_visits import (
    AS_ANY_VISIT,
    FirstVisits,
    first_visits_from_dict,
    first_visits_to_dict,
    kept_first_visits,
)
from providers.services.rules.terms import DEFAULT_TERMS


@pytest.mark.parametrize(
    ("rules", "minutes", "code"),
    [
        (AS_ANY_VISIT, 60, None),
        (FirstVisits(online=False), 60, "first_visit_by_contact"),
        (FirstVisits(least_minutes=60), 59, "first_visit_length"),
        (FirstVisits(least_minutes=60), 60, None),
        (FirstVisits(most_minutes=60), 60, None),
        (FirstVisits(most_minutes=60), 61, "first_visit_length"),
        (FirstVisits(least_minutes=45, most_minutes=60), 90, "first_visit_length"),
        (FirstVisits(payment="prepaid"), 90, None),
    ],
)
def test_who_is_new_may_book_what_is_asked_for(rules, minutes, code):
    assert rules.allows(minutes) is (code is None)
    if code is None:
        rules.check(minutes)
        return
    with pytest.raises(Refused) as refusal:
        rules.check(minutes)
    assert refusal.value.code == code


def test_payment_alone_is_another_in_the_terms():
    assert FirstVisits().terms(DEFAULT_TERMS) == DEFAULT_TERMS
    assert FirstVisits(payment="prepaid").terms(DEFAULT_TERMS) == replace(DEFAULT_TERMS, payment="prepaid")
    deposit = FirstVisits(payment="deposit", deposit_percent=30).terms(DEFAULT_TERMS)
    assert (deposit.payment, deposit.deposit_percent) == ("deposit", 30)
    own = replace(DEFAULT_TERMS, payment="deposit", deposit_percent=50)
    assert FirstVisits(payment="prepaid").terms(own).deposit_percent is None


@pytest.mark.parametrize("rules", [AS_ANY_VISIT, FirstVisits(online=False), FirstVisits(True, "deposit", 20, 30, 90)])
def test_it_is_read_as_it_is_written(rules):
    assert first_visits_from_dict(first_visits_to_dict(rules)) == kept_first_visits(first_visits_to_dict(rules)) == rules


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "online"),
        ({"online": 1}, "online"),
        ({"online": True, "payment": "gift"}, "payment"),
        ({"online": True, "payment": "deposit"}, "deposit_percent"),
        ({"online": True, "payment": "prepaid", "deposit_percent": 5}, "deposit_percent"),
        ({"online": True, "least_minutes": 0}, "least_minutes"),
        ({"online": True, "least_minutes": 60, "most_minutes": 30}, "most_minutes"),
    ],
)
def test_what_cannot_stand_is_named(body, field):
    with pytest.raises(Refused) as refusal:
        first_visits_from_dict(body)
    assert field in [fault.field for fault in refusal.value.faults]


def test_other_fields_are_not_known():
    with pytest.raises(Malformed):
        first_visits_from_dict({"online": True, "price_cents": 5})
