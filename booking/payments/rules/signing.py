"""Whether a webhook is Stripe's: HMAC-SHA256 over its instant and its body as they came (docs.stripe.com/webhooks/signature)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=300)
SCHEME = "v1"
LONGEST_HEADER = 1000
LONGEST_INSTANT = 12


def is_genuine(body: bytes, header: str, secret: str, now: datetime) -> bool:
    """Whether `header` (`t=SECONDS,v1=HEX,…`) signs `body` with `secret`, not more than 300 s before or after `now`."""
    said_at, signatures = _read(header)
    if said_at is None or abs(now.timestamp() - said_at) > TOLERANCE.total_seconds():
        return False
    wanted = signature(body, secret, said_at).encode()
    return any([hmac.compare_digest(wanted, given.encode("utf-8", "replace")) for given in signatures])  # noqa: C419 (all are compared)


def signature(body: bytes, secret: str, said_at: int) -> str:
    """The hex digest for a body said at a Unix second."""
    return hmac.new(secret.encode(), b"%d." % said_at + body, hashlib.sha256).hexdigest()


def signed_header(body: bytes, secret: str, now: datetime) -> str:
    """The header with which Stripe would send `body`; for doubles and tests."""
    said_at = int(now.timestamp())
    return f"t={said_at},{SCHEME}={signature(body, secret, said_at)}"


def _read(header: str) -> tuple[int | None, list[str]]:
    said_at: int | None = None
    signatures = []
    for part in header[:LONGEST_HEADER].split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and said_at is None and len(value) <= LONGEST_INSTANT and value.isascii() and value.isdecimal():
            said_at = int(value)
        elif name == SCHEME:
            signatures.append(value)
    return said_at, signatures
