"""`/api/v1/provider/services`, `prices`, `terms` and `first-visits`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.services.actions import put_first_visits, put_prices, put_services, put_terms
from providers.services.forms import read_services
from providers.services.queries import first_visits_in_force, list_services, prices_in_force, terms_in_force
from providers.services.rules.drafts import services_to_dict
from providers.services.rules.first_visits import first_visits_from_dict, first_visits_to_dict
from providers.services.rules.prices import prices_from_dict, prices_to_dict
from providers.services.rules.terms import terms_from_dict, terms_to_dict

blueprint = Blueprint("services_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/services")
@access("provider")
def show_services() -> ResponseReturnValue:
    """The services this provider offers."""
    return jsonify(services_to_dict(list_services(db.session(), _own_id())))


@blueprint.put("/provider/services")
@access("provider")
def change_services() -> ResponseReturnValue:
    """Replace them."""
    put_services(desk_owner(), read_services(json_object(request)), clock.now())
    return show_services()


@blueprint.get("/provider/prices")
@access("provider")
def show_prices() -> ResponseReturnValue:
    """The price rules in force."""
    return jsonify(prices_to_dict(prices_in_force(db.session(), _own_id())))


@blueprint.put("/provider/prices")
@access("provider")
def change_prices() -> ResponseReturnValue:
    """A new version of them."""
    put_prices(desk_owner(), prices_from_dict(json_object(request)), clock.now())
    return show_prices()


@blueprint.get("/provider/terms")
@access("provider")
def show_terms() -> ResponseReturnValue:
    """The terms in force; the house's own where none were given."""
    return jsonify(terms_to_dict(terms_in_force(db.session(), _own_id())))


@blueprint.put("/provider/terms")
@access("provider")
def change_terms() -> ResponseReturnValue:
    """A new version of them."""
    put_terms(desk_owner(), terms_from_dict(json_object(request)), clock.now())
    return show_terms()


@blueprint.get("/provider/first-visits")
@access("provider")
def show_first_visits() -> ResponseReturnValue:
    """What is asked of new clients."""
    return jsonify(first_visits_to_dict(first_visits_in_force(db.session(), _own_id())))


@blueprint.put("/provider/first-visits")
@access("provider")
def change_first_visits() -> ResponseReturnValue:
    """Ask this of new clients from now on."""
    put_first_visits(desk_owner(), first_visits_from_dict(json_object(request)), clock.now())
    return show_first_visits()


def _own_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)
