"""From draft to verified and beyond: every pair of status and verb."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict
from providers.credentials.rules.states import DECISIONS, GRAPH, STATUSES, next_state, path, refusal_sentence

VERBS = ("submit", "take", "verify", "needs_info", "reject", "suspend", "reinstate", "revoke", "withdraw", "supersede", "recheck")

PUBLISHED = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "take"): "under_review",
    ("submitted", "verify"): "verified",
    ("submitted", "needs_info"): "needs_info",
    ("submitted", "reject"): "rejected",
    ("submitted", "withdraw"): "withdrawn",
    ("under_review", "verify"): "verified",
    ("under_review", "needs_info"): "needs_info",
    ("under_review", "reject"): "rejected",
    ("needs_info", "submit"): "submitted",
    ("needs_info", "withdraw"): "withdrawn",
    ("verified", "recheck"): "verified",
    ("verified", "suspend"): "suspended",
    ("verified", "revoke"): "revoked",
    ("suspended", "reinstate"): "verified",
    ("suspended", "revoke"): "revoked",
    ("draft", "supersede"): "withdrawn",
    ("submitted", "supersede"): "withdrawn",
    ("under_review", "supersede"): "withdrawn",
    ("needs_info", "supersede"): "withdrawn",
}
REFUSED = [pair for pair in product(STATUSES, VERBS) if pair not in PUBLISHED]


@pytest.mark.parametrize("status, verb", list(product(STATUSES, VERBS)))
def test_every_pair(status, verb):
    if (status, verb) in PUBLISHED:
        assert next_state(status, verb) == PUBLISHED[(status, verb)]
    else:
        assert path(status, verb) == ()
        with pytest.raises(Conflict) as refusal:
            next_state(status, verb)
        assert refusal.value.code == "wrong_state"


def test_every_refusal_has_a_sentence_of_its_own():
    sentences = {refusal_sentence(status, verb) for status, verb in REFUSED}
    assert len(sentences) == len(REFUSED)


@pytest.mark.parametrize("status, verb", REFUSED)
def test_a_refusal_says_what_could_be_done_and_that_can_be_done(status, verb):
    """What a sentence offers of the checkers' verbs is exactly what the graph allows."""
    could = refusal_sentence(status, verb).partition(". ")[2]
    words = {
        "verify": "verified",
        "needs_info": "asked about",
        "reject": "rejected",
        "suspend": "suspended",
        "reinstate": "reinstated",
        "revoke": "revoked",
    }
    assert {one for one, word in words.items() if word in could} == {one for one in words if path(status, one)}
    assert could


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_on_what_was_only_submitted_is_a_review_too(decision):
    assert path("submitted", decision)[0] == "under_review"
    assert len(path("submitted", decision)) == 2
    assert len(path("under_review", decision)) == 1


@pytest.mark.parametrize("status", ["rejected", "revoked", "withdrawn"])
def test_the_ends(status):
    assert not [verb for verb in VERBS if path(status, verb)]


def test_expiry_is_never_stored():
    assert not {"expired", "expiring"} & set(STATUSES)


@given(st.lists(st.sampled_from(VERBS), max_size=12))
def test_nobody_gets_verified_without_a_review(verbs):
    status, walked = "draft", ["draft"]
    for verb in verbs:
        for following in path(status, verb):
            assert (status, following) in {(begin, end) for (begin, _), end in GRAPH.items()}
            status = following
            walked.append(status)
    if "verified" in walked:
        assert "under_review" in walked[: walked.index("verified")]
