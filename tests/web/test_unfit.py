"""Visits that no longer fit, as their therapist reads of them: on the day, on the visit, in the list and by JSON; no client does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.db import db
from providers.places.models import ServiceArea
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_visit, traveling_provider


@pytest.fixture
def world(app, clock):
    with app.app_context():
        client = AccountFactory()
        anna = traveling_provider(slug="anna", name="Anna Alder")
        bert = bookable_provider(slug="bert")
        made = book_visit(anna, PersonFactory(account=client), START + timedelta(days=2), START, setting="home", zip="10024")
        visit = made.booked.appointment.public_id
        ids = {"client": client.id, "anna": anna.account_id, "bert": bert.account_id, "admin": AccountFactory(role="admin").id}
        area = db.session.scalars(select(ServiceArea).where(ServiceArea.provider_id == anna.id)).one()
        area.covered_zips = ["10025"]
        db.session.commit()
        accounts = {name: db.session.get_one(Account, one) for name, one in ids.items()}
        db.session.expunge_all()
    return accounts | {"visit": visit}


def test_the_therapist_reads_why_and_what_to_do(world, visitor):
    desk = visitor(world["anna"])
    page = desk.open("/provider").text
    assert "One coming visit no longer fits what you keep now." in page
    assert "/provider/no-longer-fits" in page
    assert "outside the area you come to now" in desk.open(f"/provider/appointments/{world['visit']}").text
    listed = desk.open("/provider/no-longer-fits").text
    assert f"/provider/appointments/{world['visit']}" in listed
    assert "It stays booked, and the client has not been told of anything." in listed


def test_once_it_fits_again_nothing_is_said(app, world, visitor, program):
    with app.app_context():
        db.session.scalars(select(ServiceArea)).one().covered_zips = ["10024"]
        db.session.commit()
    desk = visitor(world["anna"])
    assert "no longer fits" not in desk.open("/provider").text
    assert "None. Every coming visit fits" in desk.open("/provider/no-longer-fits").text
    assert program(world["anna"]).get("/provider/attention").json["items"] == []


def test_by_json_for_the_therapist_and_the_staff_alone(world, program):
    anna, admin, client, bert = (program(world[name]) for name in ("anna", "admin", "client", "bert"))
    (row,) = anna.get("/provider/attention").json["items"]
    assert (row["id"], row["attention"]) == (world["visit"], ["outside_area"])
    one = f"/appointments/{world['visit']}"
    assert [who.get(one).json["attention"] for who in (anna, admin, client)] == [["outside_area"], ["outside_area"], []]
    assert bert.get("/provider/attention").json["items"] == []
    assert client.get("/provider/attention").status_code == 403


def test_the_client_sees_nothing_of_it(world, visitor):
    assert "no longer fits" not in visitor(world["client"]).open(f"/appointments/{world['visit']}").text
