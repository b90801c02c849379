"""Reading time off as programs and pages state it, and what their owner gets to see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, read_date, read_instant
from providers.registry.models import Provider
from providers.schedule.models import TimeOff
from providers.schedule.rules.time_off import LONGEST_MESSAGE, LONGEST_REASON, Away, TimeOffDraft, whole_days


def read_time_off(body: Mapping[str, Any]) -> TimeOffDraft:
    """`{from, until, reason?, message?, colleague?, keep_visits?}`: two days, both whole, or two instants, the end left out.

    Raises Malformed for a naive instant or unknown fields, Refused `invalid` for the rest.
    """
    fields = Fields(body)
    begin, end = fields.text("from", longest=40), fields.text("until", longest=40)
    reason = fields.text("reason", None, longest=LONGEST_REASON, blank=True)
    message = fields.text("message", None, longest=LONGEST_MESSAGE, blank=True)
    colleague = fields.text("colleague", None, longest=80, blank=True)
    keep = fields.boolean("keep_visits", default=False)
    days = [one for one in (begin, end) if one and "T" not in one]
    if begin and end and len(days) == 1:
        fields.fault("until", "Give two days or two instants.")
    fields.finish()
    starts_at, ends_at = _span(begin, end) if days else (read_instant(begin), read_instant(end))
    return TimeOffDraft(starts_at, ends_at, reason or None, message or None, colleague or None, keep_visits=keep)


def read_end(body: Mapping[str, Any]) -> datetime | None:
    """`{until?}`: when time off ends early; None for now."""
    fields = Fields(body)
    until: datetime | None = fields.instant("until", None)
    fields.finish()
    return until


def _span(begin: str, end: str) -> tuple[datetime, datetime]:
    first, last = read_date(begin), read_date(end)
    return whole_days(first, last) if last >= first else (whole_days(first, first)[0], whole_days(last, last)[0])


def time_off_answer(off: TimeOff, colleague: Provider | None, visits: Sequence[object]) -> dict[str, object]:
    """Time off for its owner: when, why, what everybody reads, who is named, and the visits that still stand in it."""
    named = None if colleague is None else {"slug": colleague.slug, "name": colleague.name, "named": off.colleague_out_at is None}
    return {
        "id": off.public_id,
        "from": rfc3339(from_minute(off.begin_minute)),
        "until": rfc3339(from_minute(off.end_minute)),
        "reason": off.reason,
        "message": off.message,
        "colleague": named,
        "appointments": list(visits),
    }


def away_answer(away: Away) -> dict[str, object]:
    """What everybody may know of it: when, the message, and who sees clients meanwhile."""
    colleague = None if away.colleague_slug is None else {"slug": away.colleague_slug, "name": away.colleague_name}
    return {
        "from": rfc3339(from_minute(away.begin_minute)),
        "until": rfc3339(from_minute(away.end_minute)),
        "message": away.message,
        "colleague": colleague,
    }
