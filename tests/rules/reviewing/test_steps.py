"""What may follow what in a review of a signed note."""

from datetime import UTC, datetime
from itertools import product

import pytest

from booking.reviewing.rules.steps import (
    ACCEPTED,
    ENDED,
    KINDS,
    LIVE,
    LONGEST_COMMENTS,
    NAMED,
    OFFERED,
    RETURNED,
    TAKEN_BACK,
    comment_faults,
    may_follow,
    state_of,
)

AT = datetime(2027, 1, 12, 17, tzinfo=UTC)
ALLOWED = {
    (None, OFFERED): "it begins with an offer",
    (OFFERED, TAKEN_BACK): "its writer takes it back",
    (OFFERED, RETURNED): "it comes back with comments",
    (OFFERED, ACCEPTED): "it is accepted",
    (TAKEN_BACK, OFFERED): "it is offered after all",
    (RETURNED, OFFERED): "something was added, it is offered again",
}


@pytest.mark.parametrize(("last", "kind"), list(product((None, *KINDS), KINDS)))
def test_what_follows_what(last, kind):
    assert may_follow(last, kind) == ((last, kind) in ALLOWED)


@pytest.mark.parametrize(("accepted_at", "ended_at", "state"), [(None, None, NAMED), (AT, None, LIVE), (AT, AT, ENDED), (None, AT, ENDED)])
def test_it_counts_from_a_yes_until_either_ends_it(accepted_at, ended_at, state):
    assert state_of(accepted_at, ended_at) == state


@pytest.mark.parametrize(
    ("kind", "comments", "right"),
    [
        (RETURNED, "Say for how long.", True),
        (RETURNED, " \n", False),
        (ACCEPTED, "", True),
        (ACCEPTED, "Well written.", True),
        (ACCEPTED, "x" * LONGEST_COMMENTS, True),
        (ACCEPTED, "x" * (LONGEST_COMMENTS + 1), False),
    ],
)
def test_whoever_returns_a_note_says_what_is_missing(kind, comments, right):
    assert [fault.field for fault in comment_faults(kind, comments)] == ([] if right else ["comments"])
