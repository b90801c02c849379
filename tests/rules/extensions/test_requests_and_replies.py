"""What a request for more visits, and its answer, have to say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.extensions.rules.asking import (
    APPROVED,
    CLOSED,
    LONGEST_REASON,
    LONGEST_WORDS,
    SENT,
    UNANSWERED,
    WRITTEN,
    Draft,
    Reply,
    draft_faults,
    reply_faults,
    status_of,
)

TODAY = date(2027, 1, 12)
NPI, OTHER = "1234567893", "1245319599"
NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (Draft(6, TODAY + timedelta(days=60), "Not yet free."), []),
        (Draft(1, TODAY, "Today is the last day."), []),
        (Draft(0, TODAY, "None."), ["visits"]),
        (Draft(100, TODAY, "As many as a paper may say."), []),
        (Draft(101, TODAY, "One too many."), ["visits"]),
        (Draft(6, TODAY - timedelta(days=1), "Yesterday."), ["until_on"]),
        (Draft(6, TODAY + timedelta(days=366), "A leap year from now."), []),
        (Draft(6, TODAY + timedelta(days=367), "Longer than a year."), ["until_on"]),
        (Draft(6, TODAY, " \n"), ["reason"]),
        (Draft(6, TODAY, "x" * LONGEST_REASON), []),
        (Draft(6, TODAY, "x" * (LONGEST_REASON + 1)), ["reason"]),
        (Draft(0, TODAY - timedelta(days=1), ""), ["visits", "until_on", "reason"]),
    ],
)
def test_a_request_says_how_many_until_when_and_why(draft, fields):
    assert [fault.field for fault in draft_faults(draft, TODAY)] == fields


def yes(**other):
    said = {"signer_name": "Dr. Dora Doe", "signer_npi": NPI, "visits": 6, "expires_on": TODAY + timedelta(days=60)}
    return Reply(True, **(said | other))


@pytest.mark.parametrize(
    ("reply", "fields"),
    [
        (yes(), []),
        (yes(visits=3), []),
        (yes(signer_npi=OTHER), ["signer_npi"]),
        (yes(signer_npi="1234567890"), ["signer_npi"]),
        (yes(signer_npi=""), ["signer_npi"]),
        (yes(signer_name=" "), ["signer_name"]),
        (yes(visits=None), ["visits"]),
        (yes(visits=0), ["visits"]),
        (yes(visits=101), ["visits"]),
        (yes(expires_on=None), ["expires_on"]),
        (yes(expires_on=TODAY), []),
        (yes(expires_on=TODAY - timedelta(days=1)), ["expires_on"]),
        (yes(expires_on=TODAY + timedelta(days=367)), ["expires_on"]),
        (yes(words="x" * (LONGEST_WORDS + 1)), ["words"]),
        (Reply(False, "Dr. Dora Doe", ""), []),
        (Reply(False, "Dr. Dora Doe", OTHER), []),
        (Reply(False, "Dr. Dora Doe", "12"), ["signer_npi"]),
        (Reply(False, "", ""), ["signer_name"]),
    ],
)
def test_a_yes_is_of_who_prescribed_and_a_no_has_a_name(reply, fields):
    assert [fault.field for fault in reply_faults(reply, NPI, TODAY)] == fields


@pytest.mark.parametrize(
    ("state", "seconds", "status"),
    [
        (WRITTEN, None, WRITTEN),
        (SENT, 1, SENT),
        (SENT, 0, UNANSWERED),
        (SENT, -1, UNANSWERED),
        (APPROVED, -1, APPROVED),
        (CLOSED, None, CLOSED),
    ],
)
def test_a_link_that_ran_out_leaves_it_unanswered(state, seconds, status):
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert status_of(state, until, NOW) == status
