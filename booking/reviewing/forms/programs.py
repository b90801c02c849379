"""What programs say about supervision and review, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.appointments.rules.naming import short_name
from booking.notes.forms.reading import note_json
from booking.reviewing.actions.offer_note import Opened
from booking.reviewing.actions.review_note import Read, Verdict
from booking.reviewing.queries import Pair, Review
from booking.reviewing.rules.steps import LONGEST_COMMENTS, VERDICTS
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.models import Provider


def read_name(body: Mapping[str, Any]) -> str:
    """`{provider}`: a colleague's public name."""
    fields = Fields(body)
    slug = fields.text("provider")
    fields.finish()
    return str(slug)


def read_offer(body: Mapping[str, Any]) -> str:
    """`{supervision}`."""
    fields = Fields(body)
    supervision = fields.text("supervision", longest=40)
    fields.finish()
    return str(supervision)


def read_verdict(body: Mapping[str, Any]) -> Verdict:
    """`{decision: returned|accepted, comments?}`."""
    fields = Fields(body)
    kind = fields.choice("decision", VERDICTS)
    comments = fields.text("comments", "", longest=LONGEST_COMMENTS, blank=True)
    fields.finish()
    return Verdict(str(kind), comments or "")


def pair_answer(pair: Pair, provider_id: int) -> dict[str, Any]:
    """A supervision as one of the two sees it; `side` is what they are in it."""
    row = pair.supervision
    return {
        "id": row.public_id, "state": pair.state, "side": "supervised" if pair.provider.id == provider_id else "supervising",
        "provider": _named(pair.provider), "supervisor": _named(pair.supervisor), "named_at": rfc3339(row.named_at),
        "accepted_at": _at(row.accepted_at), "ended_at": _at(row.ended_at),
    }  # fmt: skip


def review_line(review: Review) -> dict[str, Any]:
    """A review without a word of the note or of the comments."""
    return {
        "id": review.review.public_id, "status": review.status, "open": review.waits, "provider": _named(review.pair.provider),
        "supervisor": _named(review.pair.supervisor), "client": {"name": short_name(review.person.name)},
        "starts_at": rfc3339(review.visit.starts_at), "offered_at": rfc3339(review.offered_at),
    }  # fmt: skip


def review_answer(review: Review) -> dict[str, Any]:
    """A review with its steps."""
    steps = [
        {"number": step.number, "kind": step.kind, "at": rfc3339(step.at), "comments": step.content["comments"]} for step in review.steps
    ]
    return {**review_line(review), "steps": steps}


def opened_answer(opened: Opened) -> dict[str, Any]:
    """What the writer of a note reads of its reviews."""
    colleagues = [{"supervision": one.supervision.public_id, **_named(one.supervisor)} for one in opened.pairs]
    return {"signed": opened.signed, "items": [review_answer(one) for one in opened.reviews], "colleagues": colleagues, "next": None}


def read_json(read: Read) -> dict[str, Any]:
    """What a supervising colleague reads."""
    return {**review_answer(read.review), "note": note_json(read.kept)}


def _named(provider: Provider) -> dict[str, str]:
    return {"slug": provider.slug, "name": provider.name}


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)
