"""Reading decisions on flags, and flags as the contract writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.forms import provider_line
from providers.wording.queries import FlagRow
from providers.wording.rules import DECISIONS, KEPT

LONGEST_NOTE = 300


def read_decision(body: Mapping[str, Any]) -> tuple[str, str]:
    """`{decision: cleared|kept, note?}`; whoever keeps a flag says why. Raises Malformed for unknown fields, Refused `invalid`."""
    fields = Fields(body)
    decision = fields.choice("decision", DECISIONS)
    note = fields.text("note", "", longest=LONGEST_NOTE, blank=True)
    if decision == KEPT and not note:
        fields.fault("note", "Say what should follow.")
    fields.finish()
    return decision, note


def flag_answer(row: FlagRow) -> dict[str, object]:
    """One flag."""
    flag = row.flag
    return {
        "id": flag.public_id,
        "code": flag.code,
        "field": flag.field,
        "excerpt": flag.excerpt,
        "status": flag.status,
        "found_at": rfc3339(flag.found_at),
        "decided_at": rfc3339(flag.decided_at) if flag.decided_at else None,
        "note": flag.note,
        "provider": provider_line(row.provider),
    }
