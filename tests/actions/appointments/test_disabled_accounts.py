"""A provider whose account is disabled is found by nobody and booked by nobody, at once; enabled again, all is as before."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from marketplace.accounts.actions import disable_account, enable_account
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.profiles.queries import get_listed_facts
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import book_hold, hold_visit

WHY = {"actor": "account:boss", "reason": "asked for it"}
SEARCH = "/api/v1/providers?near=10024&from=2027-01-13&to=2027-01-14"
PAGES = ("/providers/anna", "/api/v1/providers/anna", "/api/v1/providers/anna/openings?service=medical-massage&minutes=60&setting=clinic")


@pytest.fixture
def anna(app):
    with app.app_context():
        made = bookable_provider(slug="anna")
        db.session.expunge_all()
    return made


@pytest.fixture
def person(app):
    with app.app_context():
        made = PersonFactory()
        db.session.expunge_all()
    return made


def seen(client):
    """How many search finds, and how the pages answer."""
    found = client.get(SEARCH).json["total"]
    return found, {client.get(path).status_code for path in PAGES}


def test_nobody_finds_a_disabled_provider_and_everybody_one_who_is_back(app, client, anna, clock):
    assert seen(client) == (1, {200})
    for switch, expected in ((disable_account, (0, {404})), (enable_account, (1, {200}))):
        with app.app_context():
            switch(anna.account_id, clock.now, **WHY)
        assert seen(client) == expected


def test_a_start_is_refused_and_then_held(ctx, anna, person, clock):
    start = clock.now + timedelta(days=2)
    disable_account(anna.account_id, clock.now, **WHY)
    with pytest.raises(Refused, match="not_bookable"):
        hold_visit(anna, person, start, clock.now)
    enable_account(anna.account_id, clock.now, **WHY)
    assert hold_visit(anna, person, start, clock.now).state == "live"


def test_a_taken_start_is_refused_for_the_same_reason(ctx, anna, person, clock):
    start = clock.now + timedelta(days=2)
    hold_visit(anna, person, start, clock.now)
    disable_account(anna.account_id, clock.now, **WHY)
    with pytest.raises(Refused, match="not_bookable"):
        hold_visit(anna, PersonFactory(), start, clock.now)


def test_what_was_held_before_is_not_booked_any_more(ctx, anna, person, clock):
    hold = hold_visit(anna, person, clock.now + timedelta(days=2), clock.now)
    disable_account(anna.account_id, clock.now, **WHY)
    with pytest.raises(Refused, match="not_bookable"):
        book_hold(hold, person, clock.now)


def test_reinstating_does_not_show_whose_account_is_disabled_nor_enabling_who_is_suspended(ctx, anna, clock):
    disable_account(anna.account_id, clock.now, **WHY)
    suspend_provider("anna", "complaint", WHY["actor"], clock.now)
    reinstate_provider("anna", "cleared", WHY["actor"], clock.now)
    with pytest.raises(NotFound):
        get_listed_facts(db.session(), "anna")
    suspend_provider("anna", "another", WHY["actor"], clock.now)
    enable_account(anna.account_id, clock.now, **WHY)
    with pytest.raises(NotFound):
        get_listed_facts(db.session(), "anna")


def test_holding_and_disabling_at_once_end_in_an_order(app, anna, person, clock):
    """Whichever is first: the other waits for it, and both find each other's rows as they are."""
    start = clock.now + timedelta(days=2)
    ended = race(
        app,
        [partial(hold_visit, anna, person, start, clock.now), partial(disable_account, anna.account_id, clock.now, **WHY)],
    )
    assert ended in ({"done": 2}, {"done": 1, "not_bookable": 1})


def test_both_stand_in_the_audit_and_a_client_s_account_has_no_provider(ctx, anna, person, clock):
    for account_id in (anna.account_id, person.account_id):
        disable_account(account_id, clock.now, **WHY)
        enable_account(account_id, clock.now, **WHY)
    entries = db.session.execute(select(AuditEntry.verb, AuditEntry.actor, AuditEntry.details).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in entries] == [
        ("account_disabled", WHY["actor"], {"reason": WHY["reason"]}),
        ("account_enabled", WHY["actor"], {"reason": WHY["reason"]}),
    ] * 2


def test_the_commands(app, client, anna):
    with app.app_context():
        provider = db.session.merge(anna, load=False)
        email = db.session.connection().exec_driver_sql(f"SELECT email FROM account WHERE id = {provider.account_id}").scalar_one()
    run = app.test_cli_runner().invoke
    for verb, total in (("disable", 0), ("enable", 1)):
        done = run(args=["accounts", verb, email, "--reason", "asked"])
        assert done.exit_code == 0, done.output
        assert seen(client)[0] == total
    nobody = run(args=["accounts", "disable", "nobody@example.com", "--reason", "asked"])
    assert (nobody.exit_code, "Nobody has an account" in nobody.output) == (1, True)
