"""The description of the API says what the code does, no more and no less."""

import re

import pytest

from booking.openapi.api import api_document
from booking.openapi.catalogue import clients, desk
from booking.openapi.rules import document

OPERATIONS = (*clients.OPERATIONS, *desk.OPERATIONS)


def routes(app):
    """Method and path of every JSON endpoint but the description itself."""
    return {
        (method, re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and not rule.rule.endswith("/openapi.json")
    }


def described():
    """Method and path of everything in the document."""
    return {(method.upper(), path): made for path, methods in api_document()["paths"].items() for method, made in methods.items()}


def test_every_endpoint_is_described_and_nothing_else(app):
    assert set(routes(app)) == set(described())


def test_who_may_call_is_what_the_view_says(app):
    by_route = {(one.method, re.sub(r"<([a-z_]+)>", r"{\1}", one.path)): one for one in OPERATIONS}
    for route, endpoint in routes(app).items():
        said = frozenset(by_route[route].roles) or {"anyone"}
        assert app.view_functions[endpoint].access == said, route


def test_what_answers_created_honors_idempotency_keys():
    keyed = {route for route, made in described().items() if any(one["name"] == "Idempotency-Key" for one in made["parameters"])}
    assert keyed == {route for route, made in described().items() if "201" in made["responses"] and not route[1].endswith("/tokens")}


def test_the_document_is_served(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json["openapi"] == "3.1.0"
    assert client.head("/api/v1/openapi.json").status_code == 200


def test_names_are_unique():
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("reference", sorted(set(re.findall(r"#/components/schemas/(\w+)", str(api_document())))))
def test_every_reference_leads_somewhere(reference):
    assert reference in api_document()["components"]["schemas"]


def test_a_path_is_written_as_the_document_wants_it():
    made = document([clients.OPERATIONS[-1]], {}, title="t", version="1", words="w")
    assert list(made["paths"]) == ["/api/v1/appointments/{public_id}/no-show"]
