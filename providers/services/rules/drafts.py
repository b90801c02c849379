"""A service as its provider states it, and what changes when it is stated anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from providers.services.rules.requests import AT_ONCE, ByRequest, by_request_to_dict

SHORTEST_MINUTES, LONGEST_MINUTES = 10, 480
HIGHEST_CENTS = 500_000
LONGEST_PREPARATION = 600


@dataclass(frozen=True)
class AddOn:
    """Something on top of a visit, with its own minutes and price."""

    code: str
    name: str
    minutes: int
    price_cents: int


@dataclass(frozen=True)
class ServiceDraft:
    """One service; `prices` maps minutes to cents. Buffers are None where the schedule's own count.

    `preparation` is what clients read before such a visit, empty for nothing.
    """

    code: str
    name: str
    techniques: tuple[str, ...]
    conditions: tuple[str, ...]
    prices: Mapping[int, int]
    settings: tuple[str, ...]
    first_visit_only: bool
    buffer_before_minutes: int | None = None
    buffer_after_minutes: int | None = None
    add_ons: tuple[AddOn, ...] = ()
    by_request: ByRequest = AT_ONCE
    preparation: str = ""


def texts_of(drafts: Sequence[ServiceDraft]) -> dict[str, str]:
    """What clients read of services, by field."""
    names = {f"service:{draft.code}": draft.name for draft in drafts}
    return names | {f"preparation:{draft.code}": draft.preparation for draft in drafts if draft.preparation}


def priced(prices: Mapping[int, int], add_ons: Sequence[AddOn]) -> object:
    """What of a service has a price: its lengths, and what can be added to it."""
    return dict(prices), {one.code: (one.minutes, one.price_cents) for one in add_ons}


def version_after(version: int, old: object, new: object) -> int:
    """The version a service has once it is `priced` anew: one more where that differs, so that a shown price can be told from the next."""
    return version if old == new else version + 1


def services_to_dict(drafts: Sequence[ServiceDraft]) -> dict[str, list[dict[str, object]]]:
    """The contract's shape of `/provider/services`."""
    return {"services": [_to_dict(draft) for draft in drafts]}


def _to_dict(draft: ServiceDraft) -> dict[str, object]:
    return {
        "code": draft.code,
        "name": draft.name,
        "techniques": list(draft.techniques),
        "conditions": list(draft.conditions),
        "minutes": {str(minutes): draft.prices[minutes] for minutes in sorted(draft.prices)},
        "settings": list(draft.settings),
        "first_visit_only": draft.first_visit_only,
        "buffer_before_minutes": draft.buffer_before_minutes,
        "buffer_after_minutes": draft.buffer_after_minutes,
        "add_ons": [asdict(add_on) for add_on in draft.add_ons],
        "by_request": by_request_to_dict(draft.by_request) if draft.by_request.settings else None,
        "preparation": draft.preparation or None,
    }
