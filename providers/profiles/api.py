"""`/api/v1/provider/profile`, `submit`, and the admin's `/api/v1/admin/providers`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import json_object
from providers.places.forms import current_geocoder
from providers.profiles.actions.oversee import approve_provider, reinstate_provider, suspend_provider
from providers.profiles.actions.present import put_profile, submit_profile
from providers.profiles.forms import profile_answer, read_profile, read_reason, read_submit, read_suspension
from providers.profiles.queries import list_providers
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.rules import STATES

blueprint = Blueprint("profiles_api", __name__, url_prefix="/api/v1")
PAGE = 50


@blueprint.get("/provider/profile")
@access("provider")
def show_profile() -> ResponseReturnValue:
    """One's own profile, and what is missing before it may be sent in."""
    return jsonify(profile_answer(db.session(), desk_owner()))


@blueprint.put("/provider/profile")
@access("provider")
def change_profile() -> ResponseReturnValue:
    """Replace it. A place is known again by its id, or by kind and street line."""
    body = json_object(request)
    draft, places = read_profile(body, profile_answer(db.session(), desk_owner()))
    put_profile(desk_owner(), draft, places, current_geocoder(), clock.now())
    return show_profile()


@blueprint.post("/provider/submit")
@access("provider")
def submit() -> ResponseReturnValue:
    """Send the profile in, signed for or not."""
    submit_profile(desk_owner(), clock.now(), read_submit(json_object(request)))
    return show_profile()


@blueprint.get("/admin/providers")
@access("admin")
def list_all() -> ResponseReturnValue:
    """Providers in any state; `state` narrows."""
    state = request.args.get("state")
    if state is not None and state not in STATES:
        raise Malformed("bad_state", f"`state` is one of: {', '.join(STATES)}.")
    rows = list_providers(db.session(), state, read_cursor(request.args.get("cursor")), PAGE)
    following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
    return jsonify({"items": [_admin_answer(row) for row in rows[:PAGE]], "next": following})


@blueprint.post("/admin/providers/<slug>/approve")
@access("admin")
def approve(slug: str) -> ResponseReturnValue:
    """List a provider who sent in their profile and whose required credentials are in force."""
    return jsonify(_admin_answer(approve_provider(slug, viewer().actor, clock.now())))


@blueprint.post("/admin/providers/<slug>/suspend")
@access("admin")
def suspend(slug: str) -> ResponseReturnValue:
    """Take a provider out of search and booking at once, with a letter; a confidential reason they are not told."""
    reason, confidential = read_suspension(json_object(request))
    return jsonify(_admin_answer(suspend_provider(slug, reason, viewer().actor, clock.now(), confidential=confidential)))


@blueprint.post("/admin/providers/<slug>/reinstate")
@access("admin")
def reinstate(slug: str) -> ResponseReturnValue:
    """Undo a suspension, with a letter."""
    return jsonify(_admin_answer(reinstate_provider(slug, read_reason(json_object(request)), viewer().actor, clock.now())))


def _admin_answer(provider: Provider) -> dict[str, object]:
    return {
        "slug": provider.slug,
        "name": provider.name,
        "state": provider.state,
        "reason": provider.state_reason,
        "attested_at": rfc3339(provider.attested_at) if provider.attested_at else None,
        "attestation_version": provider.attestation_version,
    }
