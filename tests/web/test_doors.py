"""Getting in: said with the address, noted by the therapist after a visit, read by nobody else."""

from datetime import timedelta

import pytest

from booking.appointments.actions.progress import check_in
from booking.appointments.changes.history import Doer
from marketplace.accounts.models import Account
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory
from tests.support.clocks import START
from tests.support.visits import book_visit, traveling_provider

NOTE = "Minutes from the street to the door"


@pytest.fixture
def world(app, clock):
    with app.app_context():
        client = AccountFactory()
        anna = traveling_provider(slug="anna", name="Anna Alder")
        bert = traveling_provider(slug="bert")
        made = book_visit(anna, PersonFactory(account=client), START + timedelta(days=2), START, setting="home", zip="10024")
        visit = made.booked.appointment.public_id
        ids = {"client": client.id, "anna": anna.account_id, "bert": bert.account_id}
        db.session.commit()
        accounts = {name: db.session.get_one(Account, one) for name, one in ids.items()}
        db.session.expunge_all()
    return accounts | {"visit": visit}


def begin(app, world, clock):
    clock.advance(days=2)
    with app.app_context():
        check_in(world["visit"], Doer("provider", "account:anna"), START + timedelta(days=2))
        db.session.remove()


def test_the_therapist_notes_it_on_the_visits_page(app, world, clock, visitor):
    page = f"/provider/appointments/{world['visit']}"
    assert NOTE not in visitor(world["anna"]).open(page).text
    begin(app, world, clock)
    desk = visitor(world["anna"])
    assert NOTE in desk.open(page).text
    assert "Between 0 and 60 minutes." in desk.submit(at="/door", minutes="many").text
    assert "These minutes are kept free before your next visit there." in desk.submit(at="/door", minutes="10").text
    assert 'value="10"' in desk.open(page).text
    assert NOTE not in visitor(world["client"]).open(f"/appointments/{world['visit']}").text


def test_by_json(app, world, clock, program):
    begin(app, world, clock)
    anna, bert, client = (program(world[name]) for name in ("anna", "bert", "client"))
    door = f"/appointments/{world['visit']}/door"
    assert anna.put(door, {"minutes": 10}).json == {"minutes": 10}
    assert anna.put(door, {"minutes": 61}).status_code == 422
    assert bert.put(door, {"minutes": 10}).status_code == 404
    assert client.put(door, {"minutes": 10}).status_code == 403
    seen = client.get(f"/appointments/{world['visit']}").json
    assert "door_minutes" not in seen["place"]


def test_the_starts_that_a_client_sees_for_their_door_are_those_they_can_hold(app, world, clock, program):
    begin(app, world, clock)
    anna, client, nobody = program(world["anna"]), program(world["client"]), program(None)
    wish = {"service": "medical-massage", "minutes": 60, "setting": "home", "zip": "10024"}
    window = {"from_": "2027-01-14", "to": "2027-01-15"}
    anna.put(f"/appointments/{world['visit']}/door", {"minutes": 45})
    own, strangers = (set(who.get("/providers/anna/openings", **wish, **window).json["openings"]) for who in (client, nobody))
    assert own < strangers
    gone = min(strangers - own)
    refused = client.post("/holds", {"provider": "anna", "starts_at": gone, **wish})
    assert refused.status_code in {409, 422}
    assert client.post("/holds", {"provider": "anna", "starts_at": min(own), **wish}).status_code == 201
