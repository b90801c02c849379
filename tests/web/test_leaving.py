"""Leaving late: the page says before the click what each reason waives and how many such waivers are left, and keeps its word."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.db import db
from tests.factories import AccountFactory, AppointmentFactory, PersonFactory, bookable_provider
from tests.support.visits import answered, book_visit


@pytest.fixture
def client_account(app):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


@pytest.fixture
def person(app, client_account):
    with app.app_context():
        return db.session.scalar(select(PersonFactory._meta.model).where(PersonFactory._meta.model.account_id == client_account.id))


@pytest.fixture
def visit(app, clock, person):
    """In two days at noon; asked about an hour before."""
    with app.app_context():
        made = book_visit(bookable_provider(), person, clock.now + timedelta(days=2), clock.now).booked.appointment
        public_id = made.public_id
    clock.advance(hours=47)
    return public_id


def used(app, person, clock, reason, times):
    with app.app_context():
        for _ in range(times):
            AppointmentFactory(
                person_id=person.id, status="cancelled", cancelled_by="client", cancel_reason=reason, cancelled_at=clock.now,
                waived_cents=16_000, claim__live=False,
            )  # fmt: skip


def labels(page):
    return [re.sub(r"<[^>]+>", "", label).strip() for label in re.findall(r'<label class="check">.*?</label>', page.text, re.DOTALL)]


def kept(app, public_id):
    with app.app_context():
        return db.session.scalars(select(Appointment).where(Appointment.public_id == public_id)).one()


def test_each_reason_says_what_it_waives_and_how_often_it_still_can(app, visitor, client_account, person, visit, clock):
    used(app, person, clock, "weather", 1)
    used(app, person, clock, "building_access", 2)
    page = visitor(client_account).open(f"/appointments/{visit}/cancel")
    assert labels(page) == [
        "I would rather not say",
        "Fever or something contagious: always free",
        "An emergency: $160.00 is waived (2 of 2 left in 2027)",
        "Severe weather: $160.00 is waived (1 of 2 left in 2027)",
        "My building lets nobody in: $160.00 is due, no waiver is left in 2027",
        "Something else",
    ]
    assert "Canceling now costs $160.00." in page.text


@pytest.mark.parametrize(
    ("reason", "fee"), [("", 16_000), ("other", 16_000), ("illness", 0), ("emergency", 0), ("weather", 0), ("building_access", 16_000)]
)
def test_what_the_page_said_is_what_is_charged(app, visitor, client_account, person, visit, clock, reason, fee):
    used(app, person, clock, "building_access", 2)
    alma = visitor(client_account)
    alma.open(f"/appointments/{visit}/cancel")
    assert "Canceled" in alma.submit(at="/cancel", reason=reason).text
    assert kept(app, visit).fee_cents == fee


def test_a_waiver_that_is_used_up_meanwhile_is_not_charged_silently(app, visitor, client_account, person, visit, clock):
    alma = visitor(client_account)
    alma.open(f"/appointments/{visit}/cancel")
    used(app, person, clock, "weather", 2)
    page = alma.submit(at="/cancel", reason="weather")
    assert "The fee is now $160.00. Look again" in page.text
    assert kept(app, visit).status == "confirmed"
    assert "no waiver is left in 2027" in page.text
    assert "Canceled" in alma.submit(at="/cancel", reason="weather").text
    assert kept(app, visit).fee_cents == 16_000


def test_a_waiver_nobody_mentioned_is_not_used_up_silently(app, visitor, client_account, clock, person):
    with app.app_context():
        visit = book_visit(bookable_provider(), person, clock.now + timedelta(days=2), clock.now).booked.appointment.public_id
    alma = visitor(client_account)
    page = alma.open(f"/appointments/{visit}/cancel")
    assert "An emergency: free, as any reason now" in labels(page)
    clock.advance(hours=47)
    page = alma.submit(at="/cancel", reason="emergency")
    assert "would now use up a waiver, for a fee of $160.00" in page.text
    assert "Canceled" in alma.submit(at="/cancel", reason="emergency").text
    assert (kept(app, visit).fee_cents, kept(app, visit).waived_cents) == (0, 16_000)


def test_answers_that_turn_bad_make_leaving_free(app, visitor, client_account, person, visit, clock):
    with app.app_context():
        answered(person, clock.now, fever=True)
    alma = visitor(client_account)
    page = alma.open(f"/appointments/{visit}/cancel")
    assert "Canceling now is free." in page.text
    assert "A visit would not be safe now." in page.text
    assert "Canceled" in alma.submit(at="/cancel").text
    assert kept(app, visit).fee_cents == 0


def test_programs_read_the_same(app, program, client_account, person, visit, clock):
    used(app, person, clock, "weather", 1)
    alma, path = program(client_account), f"/appointments/{visit}"
    shown = alma.get(f"{path}/cancellation", reason="weather").json
    assert (shown["fee_cents"], shown["waived_cents"], shown["tier"]) == (0, 16_000, "waived")
    assert {one["reason"]: one["left"] for one in shown["waivers"]} == {"emergency": 2, "weather": 1, "building_access": 2}
    assert {one["year"] for one in shown["waivers"]} == {2027}
    used(app, person, clock, "weather", 1)
    gone = alma.post(f"{path}/cancel", {"reason": "weather", "expected_fee_cents": 0})
    assert (gone.status_code, gone.json["code"], gone.json["fee_cents"]) == (409, "fee_changed", 16_000)
    assert kept(app, visit).status == "confirmed"
