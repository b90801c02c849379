"""`/help/what-helps`: by complaint, by technique, by aim."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from booking.matching.catalogue import tables
from booking.matching.forms import typed_need
from booking.matching.queries import Counts, count_offering
from booking.matching.rules import NO_RESEARCH, Match, match, takes_certificate
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.services.rules.matching import NO_PROMISE

blueprint = Blueprint("matching", __name__)


@blueprint.get("/help/what-helps")
@access(ANYONE)
@limiter.limit("60 per minute", exempt_when=lambda: viewer().signed_in)
def what_helps() -> str:
    """What goes with what; the form is a plain GET."""
    known, need = tables(), typed_need(request.args)
    counts = count_offering(db.session(), clock.now())
    found = None if need.is_open else match(need, known)
    return render_template(
        "guide/what-helps.html",
        tables=known,
        need=need,
        found=found,
        counts=counts,
        cards=[] if found is None else [card(one, counts) for one in found.matches],
        besides=[] if found is None else [card(one, counts) for one in found.besides],
        search=url_for("openings.search", condition=need.condition) if need.condition else None,
        no_promise=NO_PROMISE,
        no_research=NO_RESEARCH,
    )


def card(one: Match, counts: Counts) -> dict[str, object]:
    """One pair for the page: its names, its reasons, who offers it, and the search for it."""
    technique = tables().techniques[one.technique]
    chosen: dict[str, Any] = {"condition": one.condition} if one.condition else {}
    return {
        "technique": technique,
        "condition": tables().conditions[one.condition] if one.condition else None,
        "match": one,
        "providers": counts.by_technique.get(one.technique, 0),
        "certified": counts.certified.get(one.technique, 0) if takes_certificate(technique) else None,
        "search": url_for("openings.search", technique=one.technique, **chosen),
    }
