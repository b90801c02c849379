"""Between the port and localstripe: what it does not know is left out or asked in another way, from closed lists with a reason each.

Nothing else is changed on the way there, and on the way back only what it leaves unsaid is added, from what it says elsewhere.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import stripe

Words = dict[str, str]


@dataclass(frozen=True)
class Unknown:
    """Words that it refuses at an address (a pattern of the path, for POST), and why that costs the comparison nothing."""

    at: str
    words: frozenset[str]
    why: str


LEFT_OUT = (
    Unknown(r"/payment_intents", frozenset({"description"}), "a line on a bank's statement: no state and no sum hangs on it"),
    Unknown(r"/payment_intents/\w+/confirm", frozenset({"off_session"}), "its cards answer alike whether the client is there or away"),
    Unknown(r"/payment_intents/\w+/confirm", frozenset({"return_url"}), "it has no bank's page from which a client would come back"),
    Unknown(r"/setup_intents", frozenset({"return_url"}), "it has no bank's page from which a client would come back"),
    Unknown(
        r"/setup_intents", frozenset({"payment_method", "confirm"}), "made and confirmed are two calls there: the second one is asked then"
    ),
)
# Stripe's names of test cards that it knows otherwise, by the numbers that it does know.
NUMBERS = {
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000341",
    "pm_card_threeDSecure2Required": "4000000000003220",
}


def left_out(path: str) -> frozenset[str]:
    """What is not said at this address."""
    return frozenset().union(*(one.words for one in LEFT_OUT if re.fullmatch(f"/v1{one.at}", path)))


class TranslatingHttp(stripe.HTTPClient):
    """An HTTP client that speaks with localstripe as the port speaks with Stripe."""

    name = "translating"

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self._wire = stripe.RequestsClient(timeout=30)
        self._cards: Words = {}

    def request(self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None, *, _usage: Any = None) -> Any:
        path = urlsplit(url).path
        words = {name: self._card(value) for name, value in parse_qsl(post_data or "")}
        sent = {name: value for name, value in words.items() if name not in left_out(path)} if method.upper() == "POST" else words
        answer = self._wire.request(method, url, headers, urlencode(sent) if post_data else post_data)
        if path == "/v1/setup_intents" and answer[1] == 200 and words.get("confirm", "").lower() == "true":
            path += f"/{json.loads(answer[0])['id']}/confirm"
            answer = self._wire.request("POST", self.base + path, headers, urlencode({"payment_method": words["payment_method"]}))
        return self._whole(answer)

    def close(self) -> None:
        self._wire.close()

    def ask(self, path: str, words: Words) -> tuple[int, dict[str, Any]]:
        """One POST of the tests' own, word for word: a card with a number, a client who acts at their bank. Gives status and answer."""
        headers = {"Authorization": "Bearer sk_test_of_the_tests", "Content-Type": "application/x-www-form-urlencoded"}
        body, status, _headers = self._wire.request("POST", f"{self.base}/v1{path}", headers, urlencode(words))
        return status, json.loads(body)

    def _card(self, name: str) -> str:
        if name in NUMBERS and name not in self._cards:
            card = {"type": "card", "card[number]": NUMBERS[name], "card[exp_month]": "8", "card[exp_year]": "2030", "card[cvc]": "123"}
            self._cards[name] = str(self.ask("/payment_methods", card)[1]["id"])
        return self._cards.get(name, name)

    @staticmethod
    def _whole(answer: tuple[Any, int, Any]) -> tuple[Any, int, Any]:
        """An intent says what was received of it: what its charge took."""
        body, status, headers = answer
        if status != 200:
            return answer
        said = json.loads(body)
        if said["object"] == "payment_intent" and "amount_received" not in said:
            said["amount_received"] = captured_of(said["latest_charge"])
        return json.dumps(said), status, headers


def captured_of(charge: dict[str, Any] | None) -> int:
    """What a charge took. It has the whole sum as its amount; what was let go at a part capture is a refund that no intent asked for."""
    if charge is None or not charge["captured"] or not charge["paid"]:
        return 0
    refunds = charge["refunds"]
    assert not refunds["has_more"], "more refunds than one page of localstripe's shows"
    return int(charge["amount"]) - sum(one["amount"] for one in refunds["data"] if one["payment_intent"] is None)
