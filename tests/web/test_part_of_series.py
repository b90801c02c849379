"""A visit that was planned with others says so: to its client, its therapist and to programs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Series, SeriesVisit
from marketplace.accounts.models import Person
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import book_visit


@pytest.fixture
def accounts(app):
    with app.app_context():
        both = {"client": AccountFactory(), "provider": AccountFactory(role="provider", name="Rosa Lindqvist")}
        PersonFactory(account=both["client"], name="Alma Vega")
        return both


@pytest.fixture
def visits(app, accounts):
    """Three visits of a series, and one that stands alone."""
    with app.app_context():
        provider = bookable_provider(account=accounts["provider"], slug="rosa", name="Rosa Lindqvist")
        person = db.session.scalars(select(Person).where(Person.name == "Alma Vega")).one()
        made = [book_visit(provider, person, START + timedelta(days=2 + 7 * n), START).booked.appointment.public_id for n in range(4)]
        series = Series(person_id=person.id, provider_id=provider.id, every_days=7, created_at=START)
        db.session.add(series)
        db.session.flush()
        holds = {row[0]: row[1] for row in db.session.execute(select(Appointment.public_id, Appointment.hold_id))}
        db.session.add_all([SeriesVisit(series_id=series.id, number=n, hold_id=holds[one]) for n, one in enumerate(made[:3], 1)])
        db.session.commit()
        return made


def test_programs_read_which_visit_of_how_many(program, accounts, visits):
    client = program(accounts["client"])
    found = [client.get(f"/appointments/{one}").json["series"] for one in visits]
    assert [one and (one["number"], one["of"]) for one in found] == [(1, 3), (2, 3), (3, 3), None]
    assert found[0]["id"] == client.get("/series").json["items"][0]["id"]


@pytest.mark.parametrize("role, path", [("client", "/appointments"), ("provider", "/provider/appointments")])
def test_both_sides_read_it_on_the_page(visitor, accounts, visits, role, path):
    pages = visitor(accounts[role])
    assert "Visit 2 of 3" in pages.open(f"{path}/{visits[1]}").text
    assert " of 3" not in pages.open(f"{path}/{visits[3]}").text


def test_a_list_asks_once_however_many(program, accounts, visits, statements):
    client = program(accounts["client"])
    with statements() as seen:
        assert len(client.get("/appointments").json["items"]) == 4
    assert sum("FROM series_visit" in statement and "SELECT" in statement for statement in seen) == 1
