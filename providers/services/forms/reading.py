"""Reading services, price rules and terms as the contract has them; pages build the same bodies from their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marketplace.webkit.reading import Fields
from providers.services.catalogue import conditions, techniques
from providers.services.rules.calls import PHONE, call_faults
from providers.services.rules.drafts import HIGHEST_CENTS, LONGEST_MINUTES, LONGEST_PREPARATION, SHORTEST_MINUTES, AddOn, ServiceDraft
from providers.services.rules.requests import AT_ONCE, LONGEST_ANSWER_HOURS, USUAL_ANSWER_HOURS, ByRequest

SETTINGS = ("clinic", "home", "office", "hotel")
SERVICE_SETTINGS = (*SETTINGS, PHONE)
MOST_SERVICES = 40
LONGEST_BUFFER = 240
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def read_services(body: Mapping[str, Any]) -> tuple[ServiceDraft, ...]:
    """The contract's `/provider/services`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    drafts = tuple(_service(fields, row, at) for at, row in enumerate(fields.rows("services", most=MOST_SERVICES)))
    for fault in call_faults(drafts):
        fields.fault(fault.field, fault.message)
    codes = [draft.code for draft in drafts]
    for number, code in enumerate(codes):
        if code and code in codes[:number]:
            fields.fault(f"services[{number}].code", "Two services have this code.")
    fields.finish()
    return drafts


def _service(fields: Fields, row: Fields, at: int) -> ServiceDraft:
    draft = ServiceDraft(
        code=_code(row),
        name=row.text("name", longest=120),
        techniques=_words(row.choices("techniques", techniques(), ())),
        conditions=_words(row.choices("conditions", conditions(), ())),
        prices=_prices(row),
        settings=_words(row.choices("settings", SERVICE_SETTINGS)),
        first_visit_only=row.boolean("first_visit_only", default=False),
        buffer_before_minutes=row.integer("buffer_before_minutes", None, most=LONGEST_BUFFER),
        buffer_after_minutes=row.integer("buffer_after_minutes", None, most=LONGEST_BUFFER),
        add_ons=tuple(_add_on(row, add_on) for add_on in row.rows("add_ons", (), most=12)),
        by_request=_by_request(row, f"services[{at}].by_request."),
        preparation=row.text("preparation", "", longest=LONGEST_PREPARATION, blank=True),
    )
    if not draft.by_request.settings <= set(draft.settings):
        row.fault("by_request.settings", "Confirm bookings only where this service takes place.")
    codes = [add_on.code for add_on in draft.add_ons]
    for number, code in enumerate(codes):
        if code and code in codes[:number]:
            row.fault(f"add_ons[{number}].code", "Two add-ons have this code.")
    if row.has("settings") and not draft.settings:
        row.fault("settings", "Choose at least one setting.")
    fields.adopt(row)
    return draft


def _by_request(row: Fields, prefix: str) -> ByRequest:
    """Where each booking is confirmed by hand; absent or null: nowhere."""
    stated = row.table("by_request", None)
    if stated is None:
        return AT_ONCE
    inner = Fields(stated, prefix)
    rule = ByRequest(
        frozenset(_words(inner.choices("settings", SETTINGS))),
        inner.boolean("new_clients_only", default=False),
        inner.integer("answer_hours", USUAL_ANSWER_HOURS, least=1, most=LONGEST_ANSWER_HOURS) or USUAL_ANSWER_HOURS,
    )
    row.adopt(inner)
    return rule if rule.settings else AT_ONCE


def _code(row: Fields) -> str:
    code = row.text("code", longest=40)
    if isinstance(code, str) and code and not _CODE.fullmatch(code):
        row.fault("code", "A code is made of small letters, digits, dashes and underscores.")
    return code or ""


def _words(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in value or () if isinstance(word, str)))


def _prices(row: Fields) -> dict[int, int]:
    prices: dict[int, int] = {}
    for text, cents in (row.table("minutes") or {}).items():
        minutes = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
        if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
            row.fault("minutes", f"“{text[:12]}” is not a length from {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes.")
        elif isinstance(cents, bool) or not isinstance(cents, int) or not 0 <= cents <= HIGHEST_CENTS:
            row.fault(f"minutes.{minutes}", f"A price is a whole number of cents up to {HIGHEST_CENTS}.")
        else:
            prices[minutes] = cents
    if row.has("minutes") and not prices:
        row.fault("minutes", "Give at least one length with its price.")
    return prices


def _add_on(row: Fields, inner: Fields) -> AddOn:
    add_on = AddOn(
        code=_code(inner),
        name=inner.text("name", longest=120),
        minutes=inner.integer("minutes", most=LONGEST_MINUTES),
        price_cents=inner.integer("price_cents", most=HIGHEST_CENTS),
    )
    row.adopt(inner)
    return add_on
