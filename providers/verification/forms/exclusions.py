"""Reading a judgment on a hit, and hits as the contract writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.kernel.errors import Malformed
from marketplace.webkit.filters import ny_date, rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.forms import provider_line
from providers.verification.models import ExclusionImport
from providers.verification.queries.exclusions import HitRow
from providers.verification.rules.exclusions import CONFIRMED, DECIDED, DISMISSED, OPEN, is_old

STATUSES = (OPEN, CONFIRMED, DISMISSED)


def read_status(text: str | None) -> str | None:
    """Which hits are asked for; None for all. Raises Malformed `bad_status`."""
    if text and text not in STATUSES:
        raise Malformed("bad_status", f"`status` is one of: {', '.join(STATUSES)}.")
    return text or None


def read_judgment(body: Mapping[str, Any]) -> tuple[str, str]:
    """The body of `POST …/decision`: confirm or dismiss, and why."""
    fields = Fields(body)
    decision, note = fields.choice("decision", DECIDED), fields.text("note", longest=1000)
    fields.finish()
    return decision, note


def list_state(newest: ExclusionImport | None, now: datetime) -> dict[str, object]:
    """When the list was read in, how long it is, and whether a newer one should have come."""
    return {
        "imported_at": rfc3339(newest.imported_at) if newest else None,
        "entries": newest.rows if newest else 0,
        "skipped": newest.skipped if newest else 0,
        "stale": is_old(ny_date(newest.imported_at) if newest else None, ny_date(now)),
    }


def hit_answer(row: HitRow) -> dict[str, object]:
    """A hit, for those who judge."""
    hit = row.hit
    return {
        "id": hit.public_id,
        "status": hit.status,
        "matched_by": hit.matched_by,
        "entry": hit.printed,
        "found_at": rfc3339(hit.found_at),
        "provider": provider_line(row.provider),
        "decided_at": rfc3339(hit.decided_at) if hit.decided_at else None,
        "decided_by": hit.decided_by,
        "note": hit.note,
    }
