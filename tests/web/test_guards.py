"""Deny by default: every route names who may enter, and nobody else gets in, whatever the method."""

import re
from collections import Counter

import pytest
from werkzeug.routing import AnyConverter, FloatConverter, IntegerConverter, PathConverter, UUIDConverter

from marketplace.webkit.identity import ANYONE, access_of
from tests.factories import AccountFactory
from tests.support.callers import SIGN_IN

ROLES = ("anonymous", "client", "provider", "admin")
KNOWN = {ANYONE, *ROLES}
FILLERS = {
    IntegerConverter: "999999",
    FloatConverter: "9.9",
    PathConverter: "nobody/has/this",
    UUIDConverter: "00000000-0000-0000-0000-000000000000",
}


def filler(converter):
    """Something that a variable of an address accepts and that does not exist."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return FILLERS.get(type(converter), "nobody-has-this")


def values(converter, known):
    """What to ask a variable of an address with: each word where it takes only some words, else what is `known` of its name."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    return known or [filler(converter)]


def routes(app):
    """Every rule with an address in which each variable names something that does not exist."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            built = rule.build({name: filler(converter) for name, converter in rule._converters.items()}, append_unknown=False)
            assert built is not None, rule
            yield rule, built[1]


def test_every_route_says_who_may_enter(app):
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if not access_of(app, rule.endpoint)]
    assert silent == []


def test_no_route_names_a_role_that_does_not_exist(app):
    odd = {rule.endpoint: access_of(app, rule.endpoint) - KNOWN for rule in app.url_map.iter_rules()}
    assert {endpoint: roles for endpoint, roles in odd.items() if roles} == {}


def test_no_two_routes_share_an_address_and_a_method(app):
    """Of two, one would never be reached, and which one is chance."""
    taken = Counter(
        (re.sub("<[^>]*>", "<>", rule.rule), method) for rule in app.url_map.iter_rules() for method in rule.methods - {"OPTIONS"}
    )
    assert [place for place, routes in taken.items() if routes > 1] == []


def test_nothing_changes_by_get(app):
    """GET and HEAD go together; a route that changes something offers neither."""
    odd = [rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and "HEAD" not in rule.methods]
    assert odd == []


@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_not_named_stays_outside(app, program, visitor, role):
    """Every route × method, with objects that do not exist: not named means refused before anything is looked up.

    Pages know a person by the browser's session, the API by a token.
    """
    with app.app_context():
        account = None if role == "anonymous" else AccountFactory(role=role)
    headers, browser = program(account).headers, visitor(account).client
    app.config["WTF_CSRF_ENABLED"] = False  # the guard alone must hold
    leaks = []
    for rule, address in routes(app):
        allowed = access_of(app, rule.endpoint)
        if ANYONE in allowed or role in allowed:
            continue
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            if address.startswith("/api/"):
                answer = app.test_client(use_cookies=False).open(address, method=method, headers=headers)
            else:
                answer = browser.open(address, method=method)
            if answer.status_code not in (401, 403) and not (answer.status_code == 302 and SIGN_IN in answer.location):
                leaks.append((method, address, answer.status_code))
    assert leaks == []
