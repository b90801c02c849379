"""The editor of the terms: sets to begin with, every field, an example beside it, the versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.conditions.forms.previewing import TermsSeen, preview_terms
from booking.conditions.queries import list_terms_versions
from booking.conditions.rules.presets import PRESETS, find_preset, preset_like
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.identity import access
from marketplace.webkit.typed import placed_faults
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.services.actions import put_terms
from providers.services.forms import terms_page
from providers.services.queries import terms_in_force
from providers.services.rules.terms import Terms, terms_from_dict, terms_to_dict

blueprint = Blueprint("conditions", __name__)
Faults = Mapping[str, Sequence[str]]
# What a set says; the rest of the form stays as it was typed.
_OF_A_SET = ("grace_minutes", "no_show_percent", "late_minutes", "free_moves")
_PLACES = {f"steps.{at}": f"steps-{at}" for at in range(terms_page.MOST_STEPS)} | {"steps": "steps-0-hours"}


def own_id() -> int | None:
    """The row of whoever sits at this desk; None before they began."""
    return find_own_id(db.session(), desk_owner().account_id)


@blueprint.get("/provider/terms")
@access("provider")
def terms() -> ResponseReturnValue:
    """The terms beside an example as a client reads it."""
    stored = terms_in_force(db.session(), own_id())
    return _editor(terms_page.texts_of_terms(terms_to_dict(stored)), stored)


@blueprint.post("/provider/terms")
@access("provider")
def change_terms() -> ResponseReturnValue:
    """Store them; or look at them first, or begin with a set."""
    texts = terms_page.texts_of_form(request.form)
    if "preset" in request.form:
        texts = _with_set(texts, request.form["preset"])
    try:
        stated = terms_from_dict(terms_page.body_of_texts(texts))
    except (Refused, Malformed) as refusal:
        stored = terms_in_force(db.session(), own_id())
        return _editor(texts, stored, placed_faults(refusal.faults, _PLACES), refusal.sentence), 422
    if "preview" in request.form or "preset" in request.form:
        return _editor(texts, stated)
    put_terms(desk_owner(), stated, clock.now())
    flash(_("Your terms are stored. Visits already booked keep the terms they were booked with."), "good")
    return redirect(url_for("conditions.terms"))


@blueprint.post("/provider/terms/preview")
@access("provider")
def preview() -> ResponseReturnValue:
    """For scripts: what stands beside the form as it is typed. Nothing is stored."""
    texts = terms_page.texts_of_form(request.form)
    try:
        stated = terms_from_dict(terms_page.body_of_texts(texts))
    except (Refused, Malformed) as refusal:
        placed = placed_faults(refusal.faults, _PLACES)
        return render_template("provider/_unfinished.html", faults=placed, sentence=refusal.sentence), 422
    return render_template("provider/_terms_seen.html", **_beside(stated))


def _with_set(texts: Mapping[str, str], code: str) -> dict[str, str]:
    """The typed fields with a set's fees and waiting in them; an unknown set changes nothing."""
    found = find_preset(code)
    if found is None:
        return dict(texts)
    ours = terms_page.texts_of_terms(terms_to_dict(found.terms))
    kept = {name: text for name, text in texts.items() if not name.startswith("steps-") and name not in _OF_A_SET}
    return {**ours, **kept}


def _beside(stated: Terms) -> dict[str, TermsSeen]:
    return {"seen": preview_terms(db.session(), own_id(), stated, clock.now())}


def _editor(texts: Mapping[str, str], shown: Terms, faults: Faults | None = None, sentence: str = "") -> str:
    like = preset_like(shown)
    return render_template(
        "provider/terms.html", texts=texts, faults=faults or {}, sentence=sentence, most=terms_page.MOST_STEPS, presets=PRESETS,
        like=like.code if like else None, versions=list_terms_versions(db.session(), own_id(), clock.now()), actor=desk_owner().actor,
        **_beside(shown),
    )  # fmt: skip
