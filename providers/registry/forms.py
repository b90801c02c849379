"""Who sits at a provider's desk, taken from the request; and a provider in a line of a staff's list."""

from __future__ import annotations

from marketplace.kernel.errors import Unauthorized
from marketplace.webkit.identity import viewer
from providers.registry.models import Provider
from providers.registry.rules import Owner


def desk_owner() -> Owner:
    """The signed-in account as the owner of a desk. Views say `access("provider")`, so that nobody else comes here."""
    who = viewer()
    if who.account_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    return Owner(who.account_id, who.name, who.actor)


def provider_line(provider: Provider) -> dict[str, object]:
    """Whose a line of a staff's list is: public name, name, state."""
    return {"slug": provider.slug, "name": provider.name, "state": provider.state}
