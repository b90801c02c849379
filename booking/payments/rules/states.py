"""How a payment and a refund go on: one table each, from (state, what happened) to the next state.

What happened is either a status that was READ from Stripe (its own words, docs.stripe.com/payments/paymentintents/lifecycle and
docs.stripe.com/api/refunds/object) or an order of ours. A status may be read late and arrive after a newer one: the tables only go forward,
so that any order of the same news ends in the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# --- a payment ---------------------------------------------------------------------------------------------------------------

ASKED = "asked"  # written down; Stripe may or may not know of it yet
ACTION = "action_required"  # the client must act at their bank
AUTHORISED = "authorised"  # the bank keeps the sum for us, nothing is taken
CAPTURING = "capturing"  # we want the sum, or a part of it
CAPTURED = "captured"  # the money was taken
RELEASING = "releasing"  # we do not want it any more
CANCELLED = "cancelled"  # nothing was taken and nothing will be
FAILED = "failed"  # the card was declined, or Stripe refuses the request
PAYMENT_STATES = (ASKED, ACTION, AUTHORISED, CAPTURING, CAPTURED, RELEASING, CANCELLED, FAILED)

# What may be read from Stripe of an intent.
NEEDS_METHOD = "requires_payment_method"
NEEDS_CONFIRMATION = "requires_confirmation"
NEEDS_ACTION = "requires_action"
PROCESSING = "processing"
NEEDS_CAPTURE = "requires_capture"
SUCCEEDED = "succeeded"
CANCELED = "canceled"
INTENT_STATUSES = (NEEDS_METHOD, NEEDS_CONFIRMATION, NEEDS_ACTION, PROCESSING, NEEDS_CAPTURE, SUCCEEDED, CANCELED)

# Orders of ours, and a refusal that no repetition changes.
CAPTURE = "capture"
RELEASE = "release"
REFUSED = "refused"
PAYMENT_EVENTS = (*INTENT_STATUSES, CAPTURE, RELEASE, REFUSED)


def _staying(state: str) -> dict[str, str]:
    """Only an end at Stripe ends it here; everything else is older news."""
    return {**dict.fromkeys(INTENT_STATUSES, state), SUCCEEDED: CAPTURED, CANCELED: CANCELLED}


_PAYMENT: dict[str, dict[str, str]] = {
    ASKED: {
        NEEDS_METHOD: FAILED,
        NEEDS_CONFIRMATION: ASKED,
        NEEDS_ACTION: ACTION,
        PROCESSING: ASKED,
        NEEDS_CAPTURE: AUTHORISED,
        SUCCEEDED: CAPTURED,
        CANCELED: CANCELLED,
        RELEASE: RELEASING,
        REFUSED: FAILED,
    },
    # Declined at the bank: the client may try another card with the same intent until we let go of it.
    ACTION: {
        NEEDS_METHOD: ACTION,
        NEEDS_CONFIRMATION: ACTION,
        NEEDS_ACTION: ACTION,
        PROCESSING: ACTION,
        NEEDS_CAPTURE: AUTHORISED,
        SUCCEEDED: CAPTURED,
        CANCELED: CANCELLED,
        RELEASE: RELEASING,
        REFUSED: FAILED,
    },
    AUTHORISED: {**_staying(AUTHORISED), CAPTURE: CAPTURING, RELEASE: RELEASING},
    CAPTURING: {**_staying(CAPTURING), CAPTURE: CAPTURING, REFUSED: CAPTURING},
    CAPTURED: dict.fromkeys(INTENT_STATUSES, CAPTURED),
    RELEASING: {**_staying(RELEASING), RELEASE: RELEASING, REFUSED: RELEASING},
    # Money that arrives though we let go of it, or took it for failed, is captured all the same: and then given back.
    CANCELLED: {**dict.fromkeys(INTENT_STATUSES, CANCELLED), SUCCEEDED: CAPTURED, RELEASE: CANCELLED},
    FAILED: {
        **dict.fromkeys(INTENT_STATUSES, FAILED),
        NEEDS_CAPTURE: RELEASING,
        SUCCEEDED: CAPTURED,
        CANCELED: CANCELLED,
        RELEASE: RELEASING,
    },
}
PAYMENT: Mapping[tuple[str, str], str] = {(state, event): after for state, row in _PAYMENT.items() for event, after in row.items()}
"""The next state of a payment; a pair that is missing is an order that cannot be given in that state."""

# States in which something is still to be asked or awaited; the job looks at them again and again.
OPEN = (ASKED, ACTION, AUTHORISED, CAPTURING, RELEASING)
# From these on money that arrives has no purpose any more: it is given back.
UNWANTED = (RELEASING, FAILED, CANCELLED)
# A bank keeps an authorised sum so long (docs.stripe.com/payments/place-a-hold-on-a-payment-method).
AUTHORISATION_LIVES = timedelta(days=7)
# A client who was sent to the bank and did not come back.
ACTION_PATIENCE = timedelta(minutes=30)

# What to ask of Stripe next.
CREATE = "create"
CONFIRM = "confirm"
TAKE = "capture"
CANCEL = "cancel"
DROP = "drop"  # nothing is known at Stripe: it ends here
NOTHING = "nothing"
CANCELLABLE = (NEEDS_METHOD, NEEDS_CONFIRMATION, NEEDS_ACTION, PROCESSING, NEEDS_CAPTURE)


def next_state(state: str, event: str) -> str | None:
    """How a payment stands after `event`; None when that order cannot be given now."""
    return PAYMENT.get((state, event))


def next_step(state: str, status: str | None) -> str:
    """What to ask of Stripe for a payment in `state` whose intent there has `status` (None: there is none that we know).

    Money moves at CONFIRM and TAKE alone, on an intent that we know by name, and only when it was just read to be waiting for that: so a
    repetition long after Stripe has forgotten the idempotency key takes nothing twice.
    """
    if state == ASKED:
        return CREATE if status is None else CONFIRM if status == NEEDS_CONFIRMATION else NOTHING
    if state == CAPTURING:
        return TAKE if status == NEEDS_CAPTURE else NOTHING
    if state == RELEASING and status is None:
        return DROP
    if state in (RELEASING, CANCELLED):
        return CANCEL if status in CANCELLABLE else NOTHING
    return NOTHING


# --- a refund ----------------------------------------------------------------------------------------------------------------

PENDING = "pending"
REFUNDED = "succeeded"
REFUND_FAILED = "failed"
REFUND_STATES = (ASKED, PENDING, REFUNDED, REFUND_FAILED)
REFUND_STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
REFUND_EVENTS = (*REFUND_STATUSES, REFUSED)
_DONE = {"succeeded": REFUNDED, "failed": REFUND_FAILED, "canceled": REFUND_FAILED}
_REFUND: dict[str, dict[str, str]] = {
    ASKED: {"pending": PENDING, "requires_action": PENDING, **_DONE, REFUSED: REFUND_FAILED},
    PENDING: {"pending": PENDING, "requires_action": PENDING, **_DONE, REFUSED: PENDING},
    # A bank may send money back days after it was sent: the card no longer exists.
    REFUNDED: {"pending": REFUNDED, "requires_action": REFUNDED, **_DONE, REFUSED: REFUNDED},
    REFUND_FAILED: dict.fromkeys(REFUND_EVENTS, REFUND_FAILED),
}
REFUND: Mapping[tuple[str, str], str] = {(state, event): after for state, row in _REFUND.items() for event, after in row.items()}
REFUND_OPEN = (ASKED, PENDING)

# --- trying again ------------------------------------------------------------------------------------------------------------

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=30)
# Whoever writes an intention calls at once; the job takes it up when that has certainly ended.
GRACE = timedelta(minutes=1)


def wait_after(tries: int) -> timedelta:
    """How long after the nth try without an answer the next one is made."""
    return min(FIRST_WAIT * (1 << min(max(tries - 1, 0), 10)), LONGEST_WAIT)
