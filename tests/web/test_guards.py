"""Deny by default: every route names who may enter, and nobody else gets in, whatever the method."""

import pytest

from marketplace.webkit.identity import ANYONE, access_of
from tests.factories import AccountFactory
from tests.support.callers import SIGN_IN

ROLES = ("anonymous", "client", "provider", "admin")
KNOWN = {ANYONE, *ROLES}
FILLERS = {
    "int": "999999",
    "float": "9.9",
    "string": "nobody-has-this",
    "path": "nobody/has/this",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def routes(app):
    """Every rule with an address in which each variable names something that does not exist."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            fills = {name: FILLERS[getattr(converter, "regex", "") and _kind(converter)] for name, converter in rule._converters.items()}
            built = rule.build(fills, append_unknown=False)
            assert built is not None, rule
            yield rule, built[1]


def _kind(converter) -> str:
    return {"IntegerConverter": "int", "FloatConverter": "float", "PathConverter": "path", "UUIDConverter": "uuid"}.get(
        type(converter).__name__, "string"
    )


def test_every_route_says_who_may_enter(app):
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if not access_of(app, rule.endpoint)]
    assert silent == []


def test_no_route_names_a_role_that_does_not_exist(app):
    odd = {rule.endpoint: access_of(app, rule.endpoint) - KNOWN for rule in app.url_map.iter_rules()}
    assert {endpoint: roles for endpoint, roles in odd.items() if roles} == {}


def test_nothing_changes_by_get(app):
    """GET and HEAD go together; a route that changes something offers neither."""
    odd = [rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and "HEAD" not in rule.methods]
    assert odd == []


@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_not_named_stays_outside(app, program, role):
    """Every route × method, with objects that do not exist: not named means refused before anything is looked up."""
    app.config["WTF_CSRF_ENABLED"] = False  # the guard alone must hold
    account = None
    if role != "anonymous":
        with app.app_context():
            account = AccountFactory(role=role)
    caller = program(account)
    leaks = []
    for rule, address in routes(app):
        allowed = access_of(app, rule.endpoint)
        if ANYONE in allowed or role in allowed:
            continue
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            answer = app.test_client(use_cookies=False).open(
                address, method=method, headers={**caller.headers, "Accept": "application/json"}
            )
            if answer.status_code not in (401, 403) and not (answer.status_code == 302 and SIGN_IN in answer.location):
                leaks.append((method, address, answer.status_code))
    assert leaks == []
