"""From draft to listed and back: every pair of a provider's state and a verb."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict
from providers.registry.rules import STATES, next_state, state_after_reinstating, state_shown

VERBS = ("submit", "approve", "suspend")
PUBLISHED = {
    ("draft", "submit"): "submitted",
    ("submitted", "approve"): "listed",
    ("draft", "suspend"): "suspended",
    ("submitted", "suspend"): "suspended",
    ("listed", "suspend"): "suspended",
}


@pytest.mark.parametrize("state, verb", list(product(STATES, VERBS)))
def test_every_pair(state, verb):
    if (state, verb) in PUBLISHED:
        assert next_state(state, verb) == PUBLISHED[(state, verb)]
        return
    with pytest.raises(Conflict) as refusal:
        next_state(state, verb)
    assert refusal.value.code == "wrong_state"
    assert state in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")


@pytest.mark.parametrize("was_listed", [True, False])
@pytest.mark.parametrize("state", STATES)
def test_only_a_suspension_is_undone_and_it_leads_to_where_one_was(state, was_listed):
    if state == "suspended":
        assert state_after_reinstating(state, was_listed=was_listed) == ("listed" if was_listed else "draft")
        return
    with pytest.raises(Conflict) as refusal:
        state_after_reinstating(state, was_listed=was_listed)
    assert refusal.value.code == "wrong_state"
    assert refusal.value.sentence


@pytest.mark.parametrize("state, active", list(product(STATES, (True, False))))
def test_behind_a_closed_account_nobody_is_listed(state, active):
    assert state_shown(state, account_active=active) == ("suspended" if state == "listed" and not active else state)


@given(st.lists(st.sampled_from((*VERBS, "reinstate")), max_size=15))
def test_nobody_is_listed_without_having_been_approved(verbs):
    state, approved = "draft", False
    for verb in verbs:
        try:
            state = state_after_reinstating(state, was_listed=approved) if verb == "reinstate" else next_state(state, verb)
        except Conflict:
            continue
        approved |= verb == "approve"
        assert state != "listed" or approved
        assert state in STATES
