"""Each request as it goes over the wire, and each error as it comes back: the port against an HTTP client of the test."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
import stripe

from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Declined, IntentOrder, Invalid, Missing, RefundOrder, Unknown

CARD = {"payment_method_types[0]": "card", "metadata[instance]": "here", "metadata[ours]": "p1"}
INTENT = {"id": "pi_1", "object": "payment_intent", "status": "requires_capture", "amount": 5_000, "amount_received": 0, "currency": "usd",
          "metadata": {"instance": "here", "ours": "p1"}, "client_secret": "pi_1_secret", "created": 1_799_773_200, "last_payment_error": None}  # fmt: skip
REFUND = {"id": "re_1", "object": "refund", "status": "succeeded", "amount": 700, "currency": "usd", "payment_intent": "pi_1",
          "metadata": {}, "created": 1_799_773_200}  # fmt: skip
SETUP = {"id": "seti_1", "object": "setup_intent", "status": "succeeded", "metadata": {}, "client_secret": "s", "customer": "cus_1",
         "payment_method": {"id": "pm_1", "object": "payment_method"}}  # fmt: skip
ORDER = IntentOrder("p1", "here", 5_000, "usd", "pm_1", "cus_1", capture_later=True, description="Visit LH-4711")


class Wire(stripe.HTTPClient):
    """Answers as told and keeps what was sent."""

    name = "wire"

    def __init__(self, status: int, answer: object) -> None:
        super().__init__()
        self.status, self.said, self.sent = status, answer, []

    def request(self, method, url, headers, post_data=None, *, _usage=None):
        if isinstance(self.said, Exception):
            raise self.said
        self.sent.append((method, url, headers.get("Idempotency-Key"), post_data, headers))
        return json.dumps(self.said) if not isinstance(self.said, str) else self.said, self.status, {}

    def close(self) -> None:
        pass


def asked(answer: object, ask, status: int = 200, **more):
    """What one call sends, as (method, address, words, key), and what it gives."""
    wire = Wire(status, answer)
    gave = ask(StripePort("sk_test_x", http=wire, **more))
    [(method, url, key, words, headers)] = wire.sent
    assert headers["Authorization"] == "Bearer sk_test_x"
    return method.upper(), url, words, key, gave


REQUESTS = {
    "an intent": (INTENT, lambda port: port.create_intent(ORDER), "POST /v1/payment_intents", "p1:create",
        {"amount": "5000", "currency": "usd", "payment_method": "pm_1", "capture_method": "manual", "description": "Visit LH-4711", "customer": "cus_1", **CARD}),
    "confirmed while the client is here": (INTENT, lambda port: port.confirm_intent("pi_1", "p1", off_session=False), "POST /v1/payment_intents/pi_1/confirm", "p1:confirm", {}),
    "confirmed while the client is away": (INTENT, lambda port: port.confirm_intent("pi_1", "p1", off_session=True), "POST /v1/payment_intents/pi_1/confirm", "p1:confirm", {"off_session": "true"}),
    "a part captured": (INTENT, lambda port: port.capture_intent("pi_1", "p1", 700), "POST /v1/payment_intents/pi_1/capture", "p1:capture", {"amount_to_capture": "700"}),
    "canceled": (INTENT, lambda port: port.cancel_intent("pi_1", "p1"), "POST /v1/payment_intents/pi_1/cancel", "p1:cancel", {}),
    "read": (INTENT, lambda port: port.read_intent("pi_1"), "GET /v1/payment_intents/pi_1", None, {}),
    "a refund": (REFUND, lambda port: port.create_refund(RefundOrder("r1", "here", "pi_1", 700)), "POST /v1/refunds", "r1:refund",
        {"payment_intent": "pi_1", "amount": "700", "metadata[instance]": "here", "metadata[ours]": "r1"}),
    "a person": ({"id": "cus_1", "object": "customer"}, lambda port: port.create_customer("p1", "here"), "POST /v1/customers", "p1:customer",
        {"metadata[instance]": "here", "metadata[ours]": "p1"}),
    "a card to be kept": (SETUP, lambda port: port.create_setup("p1", "here", "cus_1"), "POST /v1/setup_intents", "p1:setup",
        {"customer": "cus_1", "usage": "off_session", **CARD}),
    "a card let go": ({"id": "pm_1", "object": "payment_method"}, lambda port: port.forget_card("pm_1"), "POST /v1/payment_methods/pm_1/detach", None, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request(name):
    answer, ask, line, key, words = REQUESTS[name]
    method, url, sent, with_key, _ = asked(answer, ask)
    assert f"{method} {url}".replace("https://api.stripe.com", "") == line
    assert dict(parse_qsl(sent or "")) == words
    assert with_key == key or name == "a card let go"  # there the library makes one: letting go twice is letting go


def test_another_host_is_asked():
    _, url, *_ = asked(INTENT, lambda port: port.read_intent("pi_1"), api_base="http://127.0.0.1:12111")
    assert url == "http://127.0.0.1:12111/v1/payment_intents/pi_1"


def test_an_intent_is_read():
    seen = asked({**INTENT, "status": "succeeded", "amount_received": 4_000}, lambda port: port.read_intent("pi_1"))[-1]
    assert (seen.id, seen.status, seen.amount_cents, seen.captured_cents, seen.mark.ours) == ("pi_1", "succeeded", 5_000, 4_000, "p1")
    assert seen.created_at == datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


def test_an_intent_without_our_mark_is_read():
    seen = asked({**INTENT, "metadata": {}}, lambda port: port.read_intent("pi_1"))[-1]
    assert (seen.mark.instance, seen.mark.ours) == (None, None)


def test_a_link_that_comes_whole_is_its_id():
    assert asked(SETUP, lambda port: port.read_setup("seti_1"))[-1].payment_method == "pm_1"


def error(kind: str, code: str | None = None, **more: object) -> dict[str, object]:
    return {"error": {"type": kind, "code": code, "message": "No.", **more}}


ERRORS = [
    (402, error("card_error", "card_declined", decline_code="insufficient_funds"), Declined, "insufficient_funds"),
    (402, error("card_error", "authentication_required"), Declined, "authentication_required"),
    (402, error("card_error", "expired_card"), Declined, "expired_card"),
    (400, error("invalid_request_error", "payment_intent_unexpected_state"), Invalid, "payment_intent_unexpected_state"),
    (400, error("invalid_request_error", "resource_missing", param="payment_method"), Invalid, "resource_missing"),
    (404, error("invalid_request_error", "resource_missing"), Missing, "resource_missing"),
    (400, error("idempotency_error"), Invalid, "idempotency_error"),
    (409, error("idempotency_error", "idempotency_key_in_use"), Unknown, "APIError"),
    (429, error("rate_limit_error", "rate_limit"), Unknown, "RateLimitError"),
    (429, error("invalid_request_error", "lock_timeout"), Unknown, ""),
    (401, error("invalid_request_error"), Unknown, "AuthenticationError"),
    (403, error("invalid_request_error"), Unknown, "PermissionError"),
    (500, error("api_error"), Unknown, "APIError"),
    (503, "<html>down</html>", Unknown, "APIError"),
    (200, "<html>hello</html>", Unknown, "APIError"),
    (0, stripe.APIConnectionError("timed out"), Unknown, "APIConnectionError"),
]


@pytest.mark.parametrize("status, answer, kind, word", ERRORS)
def test_an_error(status, answer, kind, word):
    port = StripePort("sk_test_x", http=Wire(status, answer))
    with pytest.raises(kind) as told:
        port.confirm_intent("pi_1", "p1", off_session=False)
    assert word in str(told.value)
