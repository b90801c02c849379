"""A stand-in for Stripe: it keeps what it is asked, speaks Stripe's wire format, and fails when told to.

It follows Stripe's documents: payment intents and their life (docs.stripe.com/payments/paymentintents/lifecycle), sums kept at a bank for
seven days, idempotent requests (docs.stripe.com/api/idempotent_requests: the same key and words give the same answer, other words are
refused, keys are forgotten after a day), test cards by their names (docs.stripe.com/testing), signed events.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import stripe

from booking.payments.rules.signing import signed_header

KEYS_LIVE = timedelta(hours=24)
AUTHORISATION_LIVES = timedelta(days=7)
# Test cards by what they do. Any other name that begins so is no card.
CARDS = {
    "pm_card_visa": "good",
    "pm_card_mastercard": "good",
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_authenticationRequired": "action",
    "pm_card_threeDSecure2Required": "action_once",
    "pm_card_pendingRefund": "pending_refund",
    "pm_card_refundFail": "failing_refund",
}
# What a card shows of itself where it is not 4242.
ENDINGS = {
    "pm_card_mastercard": "4444",
    "pm_card_chargeDeclined": "0002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "9995",
    "pm_card_authenticationRequired": "3184",
    "pm_card_threeDSecure2Required": "3220",
}
# Where the stand-in's pages are, beside the product's own (`payments.views.stand_in`).
PAGE, BANK = "/test-cards/page/", "/test-cards/bank/"
Thing = dict[str, Any]
Answer = tuple[int, Thing]


@dataclass(frozen=True)
class Fault:
    """What goes wrong at the next call whose path contains `at`.

    `lost` never arrives, `dropped` is done but its answer is lost, `busy` is 429, `broken` is 500 before anything is done.
    """

    kind: str
    at: str = ""


@dataclass(frozen=True)
class Call:
    """One request as it came over the wire."""

    method: str
    path: str
    words: dict[str, str]
    key: str | None


@dataclass
class _Kept:
    at: datetime
    call: tuple[str, str, tuple[tuple[str, str], ...]]
    answer: Answer


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, kind: str, code: str | None, message: str, **more: object) -> None:
        super().__init__(message)
        self.answer: Answer = (status, {"error": {"type": kind, "code": code, "message": message, **more}})


def _invalid(code: str | None, message: str, status: int = 400, **more: object) -> Refusal:
    return Refusal(status, "invalid_request_error", code, message, **more)


@dataclass
class StripeDouble:
    """Stripe, as far as this product asks it. `now` tells the time; one instance may be asked by many threads."""

    now: Callable[[], datetime]
    things: dict[str, Thing] = field(default_factory=dict)
    events: list[Thing] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _keys: dict[str, _Kept] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # --- the wire ---

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        """The status and the JSON of an answer. Raises ConnectionError where a fault says that none arrives."""
        with self._lock:
            path = urlsplit(url).path.removeprefix("/v1")
            words = dict(parse_qsl(body or urlsplit(url).query, keep_blank_values=True))
            key = next((value for name, value in headers.items() if name.lower() == "idempotency-key"), None)
            self.calls.append(Call(method.upper(), path, words, key))
            self._let_lapse()
            fault = self._fault(path)
            if fault == "lost":
                raise ConnectionError("the request was lost")
            if fault == "busy":
                return 429, {"error": {"type": "rate_limit_error", "code": "rate_limit", "message": "Too many requests."}}
            if fault == "broken":
                return 500, {"error": {"type": "api_error", "message": "Something went wrong."}}
            answer = self._once(method.upper(), path, words, key)
            if fault == "dropped":
                raise ConnectionError("the answer was lost")
            return json.loads(json.dumps(answer))

    def _fault(self, path: str) -> str | None:
        if self.faults and self.faults[0].at in path:
            return self.faults.pop(0).kind
        return None

    def _once(self, method: str, path: str, words: dict[str, str], key: str | None) -> Answer:
        call = (method, path, tuple(sorted(words.items())))
        kept = self._keys.get(key) if key else None
        if kept is not None and self.now() - kept.at < KEYS_LIVE:
            if kept.call != call:
                message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                return 400, {"error": {"type": "idempotency_error", "message": message}}
            return kept.answer
        try:
            answer: Answer = 200, self._do(method, path.strip("/").split("/"), words)
        except Refusal as refusal:
            answer = refusal.answer
        if key and method == "POST":
            self._keys[key] = _Kept(self.now(), call, json.loads(json.dumps(answer)))
        return answer

    def _do(self, method: str, parts: list[str], words: dict[str, str]) -> Thing:
        parts = ["pages", *parts[2:]] if parts[:2] == ["checkout", "sessions"] else parts
        kind, rest = parts[0], parts[1:]
        doer = getattr(self, "_".join((f"_{method.lower()}", kind, *rest[1:])) + ("_one" if rest and len(rest) == 1 else ""), None)
        if doer is None:
            raise _invalid(None, f"Unrecognized request URL ({method}: /v1/{'/'.join(parts)}).", status=404)
        made: Thing = doer(*rest[:1], words)
        return made

    # --- customers and cards ---

    def _post_customers(self, words: dict[str, str]) -> Thing:
        return self._make("cus", "customer", words, {})

    def _get_payment_methods_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._card(name)

    def _post_payment_methods_detach(self, name: str, _words: dict[str, str]) -> Thing:
        return self._card(name) | {"customer": None}

    def _post_setup_intents(self, words: dict[str, str]) -> Thing:
        self._find(words.get("customer", ""), "customer")
        facts = {"status": "requires_payment_method", "customer": words["customer"], "usage": words.get("usage"), "last_setup_error": None}
        made = self._make("seti", "setup_intent", words, facts | {"payment_method": None})
        made["client_secret"] = f"{made['id']}_secret_{len(made['id'])}"
        if "payment_method" in words:
            self._card(words["payment_method"])
            made |= {"payment_method": words["payment_method"], "status": "requires_confirmation"}
            if words.get("confirm", "").lower() == "true":
                self._set_up(made, words.get("return_url"))
        return made

    def _set_up(self, setup: Thing, back: str | None = None) -> None:
        what = CARDS[setup["payment_method"]]
        if what in {"action", "action_once"}:
            setup |= {"status": "requires_action", **self._at_bank(setup["id"], back)}
            self._tell("setup_intent.requires_action", setup)
        elif what in {"generic_decline", "insufficient_funds"}:
            setup |= {"status": "requires_payment_method", "last_setup_error": _declined(what)}
            self._tell("setup_intent.setup_failed", setup)
            raise Refusal(402, "card_error", "card_declined", "Your card was declined.", decline_code=what, setup_intent=dict(setup))
        else:
            setup["status"] = "succeeded"
            self._tell("setup_intent.succeeded", setup)

    def _get_setup_intents_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "setup_intent")

    # --- intents ---

    def _post_payment_intents(self, words: dict[str, str]) -> Thing:
        amount = words.get("amount", "")
        if not amount.isdecimal() or int(amount) < 50:
            raise _invalid("amount_too_small", "Amount must be at least $0.50 usd.", param="amount")
        if words.get("customer"):
            self._find(words["customer"], "customer")
        if "payment_method" in words:
            self._card(words["payment_method"])
        facts = {
            "status": "requires_confirmation" if "payment_method" in words else "requires_payment_method",
            "amount": int(amount),
            "amount_received": 0,
            "amount_capturable": 0,
            "currency": words.get("currency"),
            "customer": words.get("customer"),
            "payment_method": words.get("payment_method"),
            "capture_method": words.get("capture_method", "automatic"),
            "description": words.get("description"),
            "last_payment_error": None,
            "authorised": None,
            "charges": 0,
        }
        made = self._make("pi", "payment_intent", words, facts)
        made["client_secret"] = f"{made['id']}_secret_{len(made['id'])}"
        self._tell("payment_intent.created", made)
        return made

    def _get_payment_intents_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "payment_intent")

    def _get_payment_intents(self, words: dict[str, str]) -> Thing:
        return self._list("payment_intent", words)

    def _post_payment_intents_confirm(self, name: str, words: dict[str, str]) -> Thing:
        intent = self._find(name, "payment_intent")
        self._must_be(intent, "requires_confirmation")
        what, away = CARDS[intent["payment_method"]], words.get("off_session", "").lower() == "true"
        if what in {"action", "action_once"} and not away:
            intent |= {"status": "requires_action", **self._at_bank(intent["id"], words.get("return_url"))}
            self._tell("payment_intent.requires_action", intent)
        elif what in {"action", "generic_decline", "insufficient_funds"}:
            code, why = ("authentication_required", "authentication_required") if what == "action" else ("card_declined", what)
            self._decline(intent, why)
            raise Refusal(402, "card_error", code, "Your card was declined.", decline_code=why, payment_intent=dict(intent))
        else:
            self._approve(intent)
        return intent

    def _approve(self, intent: Thing) -> None:
        intent["charges"] += 1
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"], "authorised": int(self.now().timestamp())}
            self._tell("payment_intent.amount_capturable_updated", intent)
        else:
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
            self._tell("payment_intent.succeeded", intent)

    def _decline(self, intent: Thing, why: str) -> None:
        """The bank said no: the card is let go, and only another one may be tried."""
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": _declined(why)}
        self._tell("payment_intent.payment_failed", intent)

    def _post_payment_intents_capture(self, name: str, words: dict[str, str]) -> Thing:
        intent = self._find(name, "payment_intent")
        self._must_be(intent, "requires_capture")
        wanted = int(words.get("amount_to_capture") or str(intent["amount"]))
        if not 0 < wanted <= intent["amount"]:
            raise _invalid(
                "amount_too_large", "The payment intent could not be captured because the amount is greater than was authorized."
            )
        intent |= {"status": "succeeded", "amount_received": wanted, "amount_capturable": 0}
        self._tell("payment_intent.succeeded", intent)
        if wanted < intent["amount"]:
            self._give_back_the_rest(intent, intent["amount"] - wanted)
        return intent

    def _give_back_the_rest(self, intent: Thing, rest: int) -> None:
        """What was authorised and not taken shows up as a refund of nobody's order, as Stripe has shown partial captures."""
        facts = {"status": "succeeded", "amount": rest, "currency": intent["currency"], "payment_intent": intent["id"], "rest": True}
        self._tell("refund.created", self._make("re", "refund", {}, facts))

    def _post_payment_intents_cancel(self, name: str, _words: dict[str, str]) -> Thing:
        intent = self._find(name, "payment_intent")
        self._must_be(intent, "requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture")
        self._cancel(intent)
        return intent

    def _cancel(self, intent: Thing) -> None:
        intent |= {"status": "canceled", "amount_capturable": 0}
        self._tell("payment_intent.canceled", intent)

    def _must_be(self, intent: Thing, *statuses: str) -> None:
        if intent["status"] not in statuses:
            message = f"This PaymentIntent could not be changed because it has a status of {intent['status']}."
            raise _invalid("payment_intent_unexpected_state", message, payment_intent=dict(intent))

    # --- refunds, events ---

    def _post_refunds(self, words: dict[str, str]) -> Thing:
        intent = self._find(words.get("payment_intent", ""), "payment_intent")
        left = intent["amount_received"] - self.refunded(intent["id"])
        amount = int(words["amount"]) if "amount" in words else left
        if left <= 0:
            raise _invalid("charge_already_refunded", "The charge has already been refunded.")
        if not 0 < amount <= left:
            raise _invalid(None, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", param="amount")
        what = CARDS[intent["payment_method"]]
        status = "pending" if what == "pending_refund" else "succeeded"
        facts: Thing = {
            "status": status,
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "failure_reason": None,
        }
        made = self._make("re", "refund", words, facts)
        self._tell("refund.created", made)
        self._tell("charge.refunded", {"id": f"ch_{intent['id']}", "object": "charge", "payment_intent": intent["id"]})
        return made

    def _get_refunds_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "refund")

    def _get_refunds(self, words: dict[str, str]) -> Thing:
        return self._list("refund", words)

    def _get_events(self, words: dict[str, str]) -> Thing:
        return self._page(
            [event for event in reversed(self.events) if event["created"] >= int(words.get("created[gte]", 0))], words, "events"
        )

    # --- what happens at the banks: for tests ---

    def act(self, intent_id: str, *, approved: bool = True) -> str | None:
        """The client acts at their bank, for a sum or for a card that is kept; gives where they go then."""
        with self._lock:
            intent = self._find(intent_id, "setup_intent" if intent_id.startswith("seti") else "payment_intent")
            self._must_be(intent, "requires_action")
            back = intent.pop("back", None)
            intent.pop("next_action", None)
            if intent["object"] == "setup_intent":
                self._end_setup(intent, approved=approved)
            elif approved:
                self._approve(intent)
            else:
                self._decline(intent, "authentication_required")
            for page in self._all("checkout.session"):
                if approved and intent_id in (page["payment_intent"], page["setup_intent"]):
                    page |= {"status": "complete", "url": None}
            return back

    def _end_setup(self, setup: Thing, *, approved: bool) -> None:
        if approved:
            setup["status"] = "succeeded"
            self._tell("setup_intent.succeeded", setup)
        else:
            setup |= {"status": "requires_payment_method", "last_setup_error": _declined("authentication_required")}
            self._tell("setup_intent.setup_failed", setup)

    def _at_bank(self, intent_id: str, back: str | None) -> Thing:
        """Where the client confirms: a page of ours that stands in for a bank, on the host to which they come back."""
        host = urlsplit(back or "")
        url = f"{host.scheme}://{host.netloc}{BANK}{intent_id}"
        if not back:
            return {}
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": back}}
        return {"next_action": action, "back": back}

    # --- Stripe's own page for a card ---

    def _post_pages(self, words: dict[str, str]) -> Thing:
        host = urlsplit(words["success_url"])
        facts: Thing = {"status": "open", "mode": words["mode"], "payment_intent": None, "setup_intent": None, "back": words["success_url"]}
        facts |= {"customer": words.get("customer"), "amount": int(words.get("line_items[0][price_data][unit_amount]", 0))}
        facts |= {"label": words.get("payment_intent_data[description]", "")}
        made = self._make("cs", "checkout.session", words, facts)
        made["url"] = f"{host.scheme}://{host.netloc}{PAGE}{made['id']}"
        return made

    def _get_pages_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "checkout.session")

    def _post_pages_expire(self, name: str, _words: dict[str, str]) -> Thing:
        page = self._find(name, "checkout.session")
        page |= {"status": "expired", "url": None}
        return page

    def give_card(self, page_id: str, card: str) -> str | None:
        """The client gives a card on Stripe's page; gives where they go next, None where the card was declined. Raises Refusal."""
        with self._lock:
            page = self._find(page_id, "checkout.session")
            if page["status"] != "open":
                raise _invalid("page_closed", "This page is no longer open.")
            intent = self._intent_of_page(page, card)
            try:
                if page["mode"] == "setup":
                    self._set_up(intent, page["back"])
                else:
                    self._post_payment_intents_confirm(intent["id"], {"return_url": page["back"]})
            except Refusal:
                return None
            if intent["status"] == "requires_action":
                return str(intent["next_action"]["redirect_to_url"]["url"])
            page |= {"status": "complete", "url": None}
            return str(page["back"])

    def _intent_of_page(self, page: Thing, card: str) -> Thing:
        """The page's intent, the same one for each try, with this card."""
        self._card(card)
        kind, name = ("setup_intent", "seti") if page["mode"] == "setup" else ("payment_intent", "pi")
        intent = self.things.get(page[kind] or "")
        if intent is None:
            facts: Thing = {"customer": page["customer"], "amount": page["amount"], "amount_received": 0, "charges": 0}
            facts |= {
                "currency": "usd",
                "capture_method": "manual",
                "authorised": None,
                "last_payment_error": None,
                "last_setup_error": None,
            }
            intent = self._make(name, kind, {}, facts)
            intent |= {"metadata": dict(page["metadata"]), "client_secret": f"{intent['id']}_secret_page"}
            page[kind] = intent["id"]
        intent |= {"payment_method": card, "status": "requires_confirmation"}
        return intent

    def settle_refund(self, refund_id: str, status: str) -> None:
        """A bank takes a refund (`succeeded`) or sends it back (`failed`)."""
        with self._lock:
            refund = self._find(refund_id, "refund")
            refund |= {"status": status, "failure_reason": "lost_or_stolen_card" if status == "failed" else None}
            self._tell("refund.failed" if status == "failed" else "refund.updated", refund)

    def by_hand(self, intent_id: str, amount_cents: int) -> Thing:
        """Somebody gives money back on Stripe's own pages, without a word of ours on it."""
        with self._lock:
            return self._post_refunds({"payment_intent": intent_id, "amount": str(amount_cents)})

    def captured(self) -> int:
        """All cents that were ever taken."""
        return sum(thing["amount_received"] for thing in self._all("payment_intent"))

    def refunded(self, intent_id: str | None = None) -> int:
        """All cents that were given back, of one intent or of all."""
        given = (one for one in self._all("refund") if one["status"] != "failed" and not one.get("rest"))
        return sum(refund["amount"] for refund in given if intent_id in (None, refund["payment_intent"]))

    def webhook(self, event: Thing, secret: str) -> tuple[bytes, str]:
        """An event as it is sent: body and signature."""
        body = json.dumps(event).encode()
        return body, signed_header(body, secret, self.now())

    # --- keeping ---

    def kept(self) -> Thing:
        """All of it in plain JSON; calls and events are for tests alone."""
        keys = {key: [kept.at.isoformat(), kept.call, kept.answer] for key, kept in self._keys.items()}
        return {"things": self.things, "keys": keys, "count": self._count}

    def restore(self, kept: Thing) -> None:
        """Be again what `kept` gave."""
        self.things, self._count = dict(kept["things"]), int(kept["count"])
        for key, (at, call, answer) in kept["keys"].items():
            words = tuple((name, value) for name, value in call[2])
            self._keys[key] = _Kept(datetime.fromisoformat(at), (call[0], call[1], words), (answer[0], answer[1]))

    def _let_lapse(self) -> None:
        for intent in self._all("payment_intent"):
            if (
                intent["status"] == "requires_capture"
                and intent["authorised"] + AUTHORISATION_LIVES.total_seconds() <= self.now().timestamp()
            ):
                self._cancel(intent)

    def _make(self, prefix: str, kind: str, words: Mapping[str, str], facts: Thing) -> Thing:
        self._count += 1
        metadata = {name[9:-1]: value for name, value in words.items() if name.startswith("metadata[")}
        thing = {"id": f"{prefix}_{self._count:06d}", "object": kind, "created": int(self.now().timestamp()), "metadata": metadata, **facts}
        self.things[thing["id"]] = thing
        return thing

    def _card(self, name: str) -> Thing:
        if name not in CARDS:
            raise _invalid("resource_missing", f"No such PaymentMethod: '{name}'", param="payment_method")
        brand = "mastercard" if "mastercard" in name else "visa"
        card = {"brand": brand, "last4": ENDINGS.get(name, "4242"), "exp_month": 8, "exp_year": self.now().year + 3}
        return {"id": name, "object": "payment_method", "type": "card", "customer": None, "card": card}

    def _find(self, name: str, kind: str) -> Thing:
        found = self.things.get(name)
        if found is None or found["object"] != kind:
            raise _invalid("resource_missing", f"No such {kind}: '{name}'", status=404, param="id")
        return found

    def _all(self, kind: str) -> list[Thing]:
        return [thing for thing in list(self.things.values()) if thing["object"] == kind]

    def _list(self, kind: str, words: dict[str, str]) -> Thing:
        since, of = int(words.get("created[gte]", 0)), words.get("payment_intent")
        found = [one for one in reversed(self._all(kind)) if one["created"] >= since and of in (None, one.get("payment_intent"))]
        return self._page(found, words, f"{kind}s")

    @staticmethod
    def _page(found: list[Thing], words: dict[str, str], url: str) -> Thing:
        ids = [one["id"] for one in found]
        start = ids.index(words["starting_after"]) + 1 if words.get("starting_after") in ids else 0
        limit = int(words.get("limit", 10))
        return {"object": "list", "url": f"/v1/{url}", "data": found[start : start + limit], "has_more": len(found) > start + limit}

    def _tell(self, kind: str, about: Thing) -> None:
        self._count += 1
        at = int(self.now().timestamp())
        event = {"id": f"evt_{self._count:06d}", "object": "event", "type": kind, "created": at, "data": {"object": about}}
        self.events.append(json.loads(json.dumps(event)))


def _declined(why: str) -> Thing:
    code = why if why == "authentication_required" else "card_declined"
    return {"type": "card_error", "code": code, "decline_code": why, "message": "Your card was declined."}


class Answering(Protocol):
    """What answers as Stripe does."""

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        """The status and the JSON of an answer."""


class DoubleHttp(stripe.HTTPClient):
    """An HTTP client whose every request goes to a double in this process. `around` may look at, or end, each call before and after it."""

    name = "double"

    def __init__(self, double: Answering, around: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.double = double
        self.around = around or (lambda _moment: None)

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, *, _usage: Any = None) -> Any:
        """One request and its answer, as text. Raises stripe's connection error where no answer arrives."""
        self.around("before")
        try:
            status, body = self.double.answer(method, url, headers or {}, post_data)
        except ConnectionError as error:
            raise stripe.APIConnectionError(str(error)) from error
        self.around("after")
        return json.dumps(body), status, {}

    def close(self) -> None:
        """Nothing is open."""
