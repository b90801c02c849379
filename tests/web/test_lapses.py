"""What clients, therapists and admins see of a visit whose therapist has lost the standing for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.upkeep.actions import tell_lapses
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import BASE_URL, book_visit

KIND = "visit_provider_lapsed"


@pytest.fixture
def world(app):
    with app.app_context():
        client, provider = AccountFactory(), bookable_provider(slug="anna")
        person = PersonFactory(account=client)
        made = book_visit(provider, person, START + timedelta(hours=24, minutes=30), START - timedelta(days=2))
        ids = client.id, provider.account_id, AccountFactory(role="admin").id
        suspend_provider("anna", "A complaint is looked into.", "account:admin", START)
        tell_lapses(START, BASE_URL)
        client, owner, admin = (db.session.get_one(Account, one, populate_existing=True) for one in ids)
        return {"client": client, "owner": owner, "admin": admin, "visit": made.booked.appointment.public_id}


def test_the_client_reads_it_with_both_choices_and_leaves_for_free(world, visitor, program, clock):
    clock.advance(hours=24)
    caller = program(world["client"])
    preview = caller.get(f"/appointments/{world['visit']}/cancellation").json
    assert (preview["fee_cents"], preview["tier"]) == (0, "provider_lapsed")
    assert caller.get(f"/appointments/{world['visit']}").json["attention"] == ["provider_lapsed"]
    assert caller.get("/appointments").json["items"][0]["attention"] == ["provider_lapsed"]
    person = visitor(world["client"])
    page = person.open(f"/appointments/{world['visit']}")
    assert "Your therapist cannot give this visit as planned." in page.text
    assert "Move, free" in page.text
    assert "Cancel, free" in page.text
    assert "No other time is free" in person.open(f"/appointments/{world['visit']}/move").text
    person.open(f"/appointments/{world['visit']}/cancel")
    assert "There is no fee." in person.submit(at="/cancel").text


def test_therapist_and_admin_have_it_in_view(world, visitor, program):
    therapist = visitor(world["owner"])
    assert "One coming visit cannot take place as things stand." in therapist.open("/provider").text
    assert "You cannot give this visit as things stand." in therapist.open(f"/provider/appointments/{world['visit']}").text
    admin = visitor(world["admin"])
    assert "/admin/providers/anna" in admin.open("/admin/attention").text
    (row,) = program(world["admin"]).get("/admin/attention").json["items"]
    assert (row["id"], row["attention"], row["provider"]["state"]) == (world["visit"], ["provider_lapsed"], "suspended")


def test_everything_is_gone_once_all_is_well_again(world, visitor, program, app):
    with app.app_context():
        reinstate_provider("anna", "It was nothing.", "account:admin", START)
    assert program(world["admin"]).get("/admin/attention").json["items"] == []
    assert "None. Every coming visit" in visitor(world["admin"]).open("/admin/attention").text
    assert (
        "cannot give this visit" not in visitor(world["client"]).open(f"/appointments/{world['visit']}").text.partition("What happened")[0]
    )
    assert program(world["client"]).get(f"/appointments/{world['visit']}").json["attention"] == []


def test_the_letter_offers_both_ways_and_accuses_nobody(world, app):
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == KIND)).one()
        message = render_letter(letter.kind, letter.facts)
    assert message.subject.startswith("Please choose: ")
    assert f"{BASE_URL}/appointments/{world['visit']}/move" in message.text
    assert f"{BASE_URL}/appointments/{world['visit']}/cancel" in message.text
    assert "complaint" not in message.text
    assert "suspend" not in message.text
