"""Who sits at a provider's desk, taken from the request."""

from __future__ import annotations

from marketplace.kernel.errors import Unauthorized
from marketplace.webkit.identity import viewer
from providers.registry.rules import Owner


def desk_owner() -> Owner:
    """The signed-in account as the owner of a desk. Views say `access("provider")`, so that nobody else comes here."""
    who = viewer()
    if who.account_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    return Owner(who.account_id, who.name, who.actor)
