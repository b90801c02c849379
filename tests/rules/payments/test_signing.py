"""Which webhooks are Stripe's."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe

from booking.payments.rules.matching import Sum, differences
from booking.payments.rules.signing import is_genuine, signature, signed_header

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = '{"id": "evt_1", "note": "é"}'.encode()
SECRET = "whsec_of_the_tests"
RIGHT = signature(BODY, SECRET, AT)


@pytest.mark.parametrize("seconds, genuine", [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_it_is_believed_for_three_hundred_seconds(seconds, genuine):
    assert is_genuine(BODY, signed_header(BODY, SECRET, NOW), SECRET, NOW + timedelta(seconds=seconds)) is genuine


@pytest.mark.parametrize(
    "header, genuine",
    [
        (f"t={AT},v1={RIGHT}", True),
        (f"v1={RIGHT},t={AT}", True),
        (f"t={AT}, v1={RIGHT}", True),
        (f"t={AT},v1=0000,v1={RIGHT}", True),  # while a secret is rolled there are two
        (f"t={AT},v0={RIGHT}", False),  # a scheme of tests only
        (f"t={AT},v1={RIGHT.upper()}", False),
        (f"t={AT},v1={RIGHT[:-1]}", False),
        (f"t={AT + 1},v1={RIGHT}", False),
        (f"t={AT + 1},t={AT},v1={RIGHT}", False),
        (f"t=-{AT},v1={RIGHT}", False),
        (f"t=٣,v1={RIGHT}", False),
        (f"t={AT},v1=é", False),
        (f"t={AT}", False),
        (f"v1={RIGHT}", False),
        ("", False),
        ("=", False),
        (",,,", False),
        ("t=" + "9" * 5000, False),
    ],
)
def test_headers(header, genuine):
    assert is_genuine(BODY, header, SECRET, NOW) is genuine


def test_another_body_or_secret_is_not_believed():
    assert not is_genuine(BODY + b" ", f"t={AT},v1={RIGHT}", SECRET, NOW)
    assert not is_genuine(BODY, f"t={AT},v1={RIGHT}", "whsec_another", NOW)


def test_stripes_own_library_agrees():
    assert stripe.WebhookSignature._compute_signature(f"{AT}.{BODY.decode()}", SECRET) == RIGHT


SAID = Sum(19_000, "usd", "here", "p1")


@pytest.mark.parametrize(
    "found, faults",
    [
        (SAID, []),
        (Sum(18_999, "usd", "here", "p1"), ["18999 cents instead of 19000"]),
        (Sum(19_000, "eur", "here", "p1"), ["currency eur instead of usd"]),
        (Sum(19_000, "usd", "there", "p1"), ["another instance"]),
        (Sum(19_000, "usd", None, None), ["another instance", "another id of ours"]),
    ],
)
def test_what_does_not_agree_is_named(found, faults):
    assert differences(SAID, found) == faults
