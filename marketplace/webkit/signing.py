"""Names that open one thing only: a public id with a keyed signature, for links that calendars fetch without signing in."""

from __future__ import annotations

import hmac

from marketplace.kernel.errors import NotFound
from marketplace.vault import vault

SIGNATURE_DIGITS = 32


def sign_name(public_id: str, purpose: str) -> str:
    """`ID.SIGNATURE`; the signature (128 bits) is bound to the purpose."""
    return f"{public_id}.{vault().fingerprint(public_id, purpose)[:SIGNATURE_DIGITS]}"


def read_name(signed: str, purpose: str) -> str:
    """The public id of a signed name. Raises NotFound for anything else, so that nothing can be probed."""
    public_id, _, _ = signed.rpartition(".")
    if not hmac.compare_digest(sign_name(public_id, purpose).encode(), signed.encode()):
        raise NotFound("not_found", "There is nothing here.")
    return public_id
