"""Credit of a client whose provider canceled: when it is owed, how long it lasts, what of it a visit uses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation
from booking.appointments.rules.credit import Pot, ends_at, take
from booking.quotes.rules.agreed import AgreedTerms, agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from marketplace.kernel.errors import Refused
from providers.services.rules.terms import DEFAULT_TERMS, terms_from_dict, terms_to_dict

START = datetime(2027, 1, 14, 17, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
GIVING = replace(DEFAULT_TERMS, credit_percent=25, credit_hours=24)


def leave(now, *, terms=GIVING, actor="provider", status="confirmed"):
    visit = VisitFacts(AgreedTerms(terms, 16_001, START, START - 90 * HOUR), status)
    return assess_cancellation(visit, actor=actor, now=now)


@pytest.mark.parametrize(("seconds", "cents"), [(-1, 0), (0, 0), (1, 4_000)])
def test_credit_is_owed_from_the_second_in_which_the_agreed_hours_are_no_longer_left(seconds, cents):
    verdict = leave(START - 24 * HOUR + seconds * SECOND)
    assert (verdict.fee_cents, verdict.credit_cents) == (0, cents)


def test_without_hours_it_is_owed_whenever_the_provider_cancels():
    assert leave(START - 80 * HOUR, terms=replace(GIVING, credit_hours=None)).credit_cents == 4_000


@pytest.mark.parametrize(("actor", "status"), [("client", "confirmed"), ("admin", "confirmed"), ("provider", "requested")])
def test_nobody_else_owes_credit_and_nobody_does_before_a_yes(actor, status):
    assert leave(START - HOUR, actor=actor, status=status).credit_cents == 0


def test_terms_without_credit_give_none():
    assert leave(START - HOUR, terms=DEFAULT_TERMS).credit_cents == 0


def test_the_promise_is_said_with_its_moment_and_kept_with_the_visit():
    agreed = AgreedTerms(GIVING, 16_001, START, START - 90 * HOUR)
    promise = "If your therapist cancels, you pay nothing; after Wed Jan 13, 12:00 PM you get $40.00 off a later visit with them."
    assert clock_words(agreed, START - 80 * HOUR).promises[-1] == promise
    assert agreed_from_dict(agreed_to_dict(agreed, "")) == agreed
    whenever = replace(agreed, terms=replace(GIVING, credit_hours=None))
    assert (
        clock_words(whenever, START).promises[-1]
        == "If your therapist cancels, you pay nothing and you get $40.00 off a later visit with them."
    )


@pytest.mark.parametrize(("stated", "field"), [({"credit_percent": 101}, "credit_percent"), ({"credit_percent": 0}, "credit_percent"),
    ({"credit_hours": 24}, "credit_percent"), ({"credit_percent": 5, "credit_hours": 0}, "credit_hours")])  # fmt: skip
def test_what_says_nothing_is_refused(stated, field):
    with pytest.raises(Refused) as refusal:
        terms_from_dict({**terms_to_dict(DEFAULT_TERMS), **stated})
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_it_lasts_the_whole_new_york_day_a_year_later():
    assert ends_at(datetime(2027, 1, 13, 4, 59, tzinfo=UTC)) == datetime(2028, 1, 13, 4, 59, 59, tzinfo=UTC)
    assert ends_at(datetime(2027, 3, 10, 17, tzinfo=UTC)) == datetime(2028, 3, 10, 4, 59, 59, tzinfo=UTC)


def test_what_ends_first_is_used_first_to_its_last_second():
    pots = [Pot(1, 500, START + 2 * HOUR), Pot(2, 300, START), Pot(3, 900, START - SECOND)]
    assert take(pots, 1_000, START) == [(2, 300), (1, 500)]
    assert take(pots, 350, START) == [(2, 300), (1, 50)]
    assert take(pots, 0, START) == take(pots, -5, START) == []


@given(
    lefts=st.lists(st.tuples(st.integers(0, 5_000), st.integers(-3, 3)), max_size=6),
    due=st.integers(0, 20_000),
)
def test_never_more_is_used_than_is_left_or_due(lefts, due):
    pots = [Pot(number, left, START + hours * HOUR) for number, (left, hours) in enumerate(lefts)]
    used = dict(take(pots, due, START))
    usable = {pot.id: pot.left_cents for pot in pots if pot.expires_at >= START}
    assert all(0 < cents <= usable[number] for number, cents in used.items())
    assert sum(used.values()) == min(due, sum(usable.values()))
