"""Letters before a credential ends: on the days that the policy names, once each, the nearest one after a pause."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.credentials.actions.remind import remind_of_ends
from providers.credentials.catalogue import first_policy
from providers.credentials.rules.reminding import due_reminders
from providers.credentials.rules.standing import CredentialFact
from tests.factories import AccountFactory, CredentialFactory, ProviderFactory

LAST = date(2027, 3, 14)  # the day on which the clocks go forward
LINK = "https://hands.test/provider/credentials"
NEW_YORK = ZoneInfo("America/New_York")
DAYS = (90, 60, 30, 14, 7, 1)


def noon(days_before, last=LAST):
    return datetime.combine(last - timedelta(days=days_before), datetime.min.time(), NEW_YORK).astimezone(UTC) + timedelta(hours=12)


def written():
    db.session.rollback()
    return [int(key.rpartition(":")[2]) for key in db.session.scalars(select(Letter.key).order_by(Letter.id))]


@pytest.fixture
def provider(ctx):
    return ProviderFactory(account=AccountFactory(role="provider", name="Rosa Lindqvist"))


@pytest.fixture
def license_(provider):
    return CredentialFactory(provider=provider, expires_on=LAST, verified_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_one_letter_on_each_of_the_days_and_no_other(license_):
    for before in range(120, -3, -1):
        for _ in range(2):
            remind_of_ends(noon(before), LINK)
    assert written() == list(DAYS)


@pytest.mark.parametrize("days", DAYS)
def test_the_day_begins_at_midnight_in_new_york(license_, days):
    midnight = noon(days) - timedelta(hours=12)
    remind_of_ends(noon(days + 1), LINK)
    before = len(written())
    assert remind_of_ends(midnight - timedelta(seconds=1), LINK) == 0
    assert remind_of_ends(midnight, LINK) == 1
    assert written()[before:] == [days]


def test_after_a_pause_the_nearest_one_alone_is_sent(license_):
    remind_of_ends(noon(90), LINK)
    remind_of_ends(noon(5), LINK)
    assert written() == [90, 7]
    remind_of_ends(noon(1), LINK)
    assert written() == [90, 7, 1]


def test_what_is_renewed_is_not_reminded_of_and_the_renewal_has_its_own_days(provider, license_):
    CredentialFactory(
        provider=provider, issued_on=LAST + timedelta(days=1), expires_on=date(2027, 12, 31), verified_at=datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert remind_of_ends(noon(30), LINK) == 0
    assert remind_of_ends(noon(60, date(2027, 12, 31)), LINK) == 1
    assert written() == [60]


@pytest.mark.parametrize(
    "change",
    [{"status": "submitted"}, {"status": "suspended"}, {"status": "revoked"}, {"verified_at": noon(30) + timedelta(days=1)}],
    ids=["still to be checked", "suspended", "revoked", "verified after the day"],
)
def test_who_is_not_reminded(provider, change):
    CredentialFactory(provider=provider, expires_on=LAST, **change)
    remind_of_ends(noon(20), LINK)
    assert written() == []


@pytest.mark.parametrize("state, letters", [("listed", [30]), ("submitted", [30]), ("draft", []), ("suspended", [])])
def test_only_those_at_work_are_reminded(license_, provider, state, letters):
    provider.state = state
    db.session.commit()
    remind_of_ends(noon(30), LINK)
    assert written() == letters


def test_each_technique_has_its_own_certificate(provider):
    for technique in ("prenatal", "oncology"):
        CredentialFactory(
            provider=provider, kind="certificate", technique=technique, expires_on=LAST, verified_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    assert remind_of_ends(noon(30), LINK) == 1
    assert written() == [30, 30]


def test_the_letter_says_what_ends_and_when(license_):
    remind_of_ends(noon(14), LINK)
    letter = db.session.scalars(select(Letter)).one()
    message = render_letter(letter.kind, letter.facts)
    assert message.subject == "Ends in 14 days: New York State license and registration"
    assert "Mar\u00a014, 2027" in message.text
    assert LINK in message.text
    assert license_.number not in message.text


some_day = st.integers(0, 300).map(lambda number: date(2027, 1, 1) + timedelta(days=number))


@given(st.lists(st.tuples(some_day, some_day), max_size=4), st.lists(st.integers(0, 320), min_size=1, max_size=60))
def test_whenever_the_job_runs_nobody_is_reminded_twice_or_of_a_day_that_has_not_come(spans, runs):
    """By hand: a run ends where no version covers the day after, and its reminders are those days before its end that have come."""
    facts = [CredentialFact("license", "verified", min(span), max(span)) for span in spans]
    for number in runs:
        today = date(2027, 1, 1) + timedelta(days=number)
        found = list(due_reminders(today, facts, first_policy()))
        end = today
        while any(fact.covers(end) for fact in facts):
            end += timedelta(days=1)
        left = (end - today).days - 1
        expected = [days for days in DAYS if left >= 0 and days >= left]
        assert [(one.days, one.last_day) for one in found] == ([(min(expected), today + timedelta(days=left))] if expected else [])


def test_the_days_go_down():
    assert all(before > after for before, after in pairwise(first_policy().newest.reminder_days))
