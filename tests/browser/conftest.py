"""What a browser shows is not about the database's kind: SQLite alone, with demo Manhattan in it, loaded once and copied for each test."""

import shutil

import pytest
from sqlalchemy import func, select

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CONFIRMED
from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from marketplace.settings import Settings
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE
from tests.support.applications import let_go
from tests.support.clocks import Clock
from tests.support.databases import Database, environment_of
from tests.support.journeys import Traveler
from wsgi import create_app


@pytest.fixture(scope="session")
def town(sqlite_template, tmp_path_factory):
    """A file with demo Manhattan as it stands at the clock's START."""
    folder = tmp_path_factory.mktemp("town")
    path = shutil.copyfile(sqlite_template, folder / "town.db")
    clock = Clock(folder / "clock")
    app = create_app(Settings.from_environment(environment_of(f"sqlite:///{path}") | {"CLOCK_FILE": str(clock.path)}))
    loaded = app.test_cli_runner().invoke(args=["demo", "load", "--providers", "60", "--seed", "1"])
    assert loaded.exit_code == 0, loaded.output
    let_go(app)
    return path


@pytest.fixture
def database(town, tmp_path):
    """A town of this test's own."""
    path = shutil.copyfile(town, tmp_path / "town.db")
    return Database("sqlite", f"sqlite:///{path}")


@pytest.fixture
def traveler(app, page):
    """Somebody with scripts. Script errors and refusals by the content policy fail the test."""
    return Traveler(page, app)


@pytest.fixture
def plain_traveler(app, plain_page):
    """Somebody whose browser runs no scripts."""
    return Traveler(plain_page, app)


@pytest.fixture(params=["scripts", "no scripts"])
def either_traveler(request):
    """The same way with scripts and without."""
    return request.getfixturevalue("traveler" if request.param == "scripts" else "plain_traveler")


@pytest.fixture
def as_client(traveler):
    """The demo's client, signed in."""
    return traveler.sign_in(CLIENT_EMAIL, PASSWORD)


@pytest.fixture
def somebody(app):
    """The e-mail of a client who has one visit to come with the demo's therapist, and of whom nothing is drawn or planned yet."""
    with app.app_context():
        theirs = select(Provider.id).join(Account, Account.id == Provider.account_id).where(Account.email == THERAPIST_EMAIL)
        coming = (
            select(Account.email)
            .join(Person, Person.account_id == Account.id)
            .join(Appointment, Appointment.person_id == Person.id)
            .where(Appointment.provider_id.in_(theirs), Appointment.status == CONFIRMED, Appointment.setting != PHONE)
            .where(Account.email != CLIENT_EMAIL)
        )
        return db.session.scalars(coming.group_by(Account.email).having(func.count() == 1).order_by(Account.email)).first()


@pytest.fixture
def as_therapist(traveler):
    """The demo's therapist, signed in."""
    return traveler.sign_in(THERAPIST_EMAIL, PASSWORD)
