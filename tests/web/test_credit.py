"""Credit on pages and for programs: promised before booking, said before the provider cancels, seen by the client until it is used."""

from datetime import timedelta

import pytest

from marketplace.db import db
from providers.registry.models import Provider
from providers.services.rules.terms import DEFAULT_TERMS, terms_to_dict
from tests.factories import AccountFactory, TermsPolicyFactory, bookable_provider, person_of
from tests.support.visits import book_visit


@pytest.fixture
def accounts(app):
    with app.app_context():
        return AccountFactory(name="Alma Vega"), AccountFactory(role="provider", name="Rosa Lindqvist")


@pytest.fixture
def visits(app, clock, accounts):
    """Two visits of one client with one provider, whose terms promise credit."""
    alma, rosa = accounts
    with app.app_context():
        provider = bookable_provider(account=rosa, name="Rosa Lindqvist", slug="rosa")
        TermsPolicyFactory(provider=provider, terms={**terms_to_dict(DEFAULT_TERMS), "credit_percent": 25})
        row, person = db.session.get_one(Provider, provider.id), person_of(alma)
        return [book_visit(row, person, clock.now + timedelta(days=days), clock.now).booked.appointment.public_id for days in (2, 3)]


def test_what_is_said_is_given_and_seen_until_it_is_used(visitor, program, accounts, visits, clock):
    alma, rosa = accounts
    client, desk, api = visitor(alma), visitor(rosa), program(alma)
    first, second = visits
    assert "you pay nothing and you get $40.00 off a later visit with them." in client.open(f"/appointments/{first}").text
    page = desk.open(f"/provider/appointments/{first}/cancel")
    assert "the client also gets $40.00 of credit" in page.text
    desk.submit(at="/cancel")
    (credit,) = api.get("/me/credits").json["items"]
    assert (credit["left_cents"], credit["amount_cents"], credit["provider"]["slug"]) == (4_000, 4_000, "rosa")
    assert credit["expires_at"] == "2028-01-12T23:59:59-05:00"
    page = client.open("/account/payments")
    assert "$40.00" in page.text
    assert "through Jan\xa012, 2028" in page.text
    assert "You have $40.00 of credit with Rosa Lindqvist." in client.open(f"/appointments/{second}").text
    clock.advance(days=3)
    done = program(rosa).post(f"/appointments/{second}/complete", {}).json
    assert (done["paid_cents"], done["due_cents"]) == (4_000, done["quote"]["total_cents"] - 4_000)
    assert api.get("/me/credits").json["items"] == []
    assert "Credit" not in client.open("/account/payments").text.split("<main")[1]


def test_nobody_sees_the_credit_of_others(app, program, accounts, visits):
    program(accounts[1]).post(f"/appointments/{visits[0]}/cancel", {})
    with app.app_context():
        other = AccountFactory()
        person_of(other)
    assert program(other).get("/me/credits").json["items"] == []


def test_the_editor_keeps_the_credit_with_the_terms(program, visitor, accounts, visits):
    desk, pages = program(accounts[1]), visitor(accounts[1])
    pages.open("/provider/terms")
    page = pages.submit(at="/provider/terms", credit_percent="30", credit_hours="24")
    assert "Your terms are stored" in page.text
    stored = desk.get("/provider/terms").json
    assert (stored["credit_percent"], stored["credit_hours"]) == (30, 24)
    pages.open("/provider/terms")
    page = pages.submit(at="/provider/terms", credit_percent="", credit_hours="24")
    assert page.status_code == 422
    assert 'id="credit_percent-error"' in page.text
