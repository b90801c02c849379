"""Who sits at a provider's desk, taken from the request; what they may see of what is sold; and a provider in a line of a staff's list."""

from __future__ import annotations

from typing import TypedDict

from marketplace.db import db
from marketplace.kernel.errors import Unauthorized
from marketplace.webkit.identity import viewer
from providers.registry.models import Provider
from providers.registry.queries import find_own_id
from providers.registry.rules import Owner


def desk_owner() -> Owner:
    """The signed-in account as the owner of a desk. Views say `access("provider")`, so that nobody else comes here."""
    who = viewer()
    if who.account_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    return Owner(who.account_id, who.name, who.actor)


class Side(TypedDict):
    """Whose of what is bought of providers somebody may see: of one person, of one provider, or (both None) everybody's."""

    person_id: int | None
    provider_id: int | None


def own_side() -> Side:
    """What the viewer may see: what they bought as a client, what they sold as a provider; everybody's for the staff."""
    who = viewer()
    if who.role == "admin":
        return Side(person_id=None, provider_id=None)
    if who.role == "provider":
        return Side(person_id=None, provider_id=find_own_id(db.session(), desk_owner().account_id) or 0)
    return Side(person_id=who.person_id or 0, provider_id=None)


def provider_line(provider: Provider) -> dict[str, object]:
    """Whose a line of a staff's list is: public name, name, state."""
    return {"slug": provider.slug, "name": provider.name, "state": provider.state}
