"""A plan goes from the therapist's page to the client's yes, and a pause from one side to the other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import AppointmentFactory
from tests.support.browsers import NARROW, WIDE

pytestmark = pytest.mark.browser
GOAL = "zz sit through a film zz"
WHY = "zz see your physician first zz"


@pytest.fixture
def visits(app, somebody):
    """A visit that somebody has had with the named therapist, at an hour at which nobody works, and the coming one; their ids."""
    with app.app_context():
        wanted = (
            select(Appointment)
            .join(Person, Person.id == Appointment.person_id)
            .join(Account, Account.id == Person.account_id)
            .join(Provider, Provider.id == Appointment.provider_id)
            .where(Account.email == somebody, Appointment.status == "confirmed", Appointment.setting != "phone")
        )
        owner = select(Account.id).where(Account.email == THERAPIST_EMAIL).scalar_subquery()
        coming = db.session.scalars(wanted.where(Provider.account_id == owner).order_by(Appointment.starts_at)).first()
        begins = coming.starts_at.replace(hour=8, minute=0) - timedelta(days=7)
        had = AppointmentFactory(
            provider=db.session.get_one(Provider, coming.provider_id), person=db.session.get_one(Person, coming.person_id),
            starts_at=begins, ends_at=begins + timedelta(hours=1), status="completed", service_code=coming.service_code,
            minutes=coming.minutes, setting=coming.setting, zip=coming.zip, quote=coming.quote, terms=coming.terms,
        )  # fmt: skip
        db.session.commit()
        return had.public_id, coming.public_id


def in_both_sizes(traveler, axe):
    """What is wrong with the open page on a phone and on a desk, light and dark."""
    page, wrong = traveler.page, []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            wrong.append(f"{page.url}: too wide at {size['width']}")
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += axe(page, *rules)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    return wrong


def test_a_plan_is_written_accepted_and_paused(traveler, axe, visits, somebody):
    me, (had, coming) = traveler, visits
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{had}").follow("Plan")
    me.fill({"Goal 1, in the client's words": GOAL, "Visits you expect": "8"}).press("Save and ask for a yes").sees("asked for a yes")
    me.sees("0 of 8 visits done, 1 booked.")
    wrong = in_both_sizes(me, axe)
    me.press("Sign out")
    me.sign_in(somebody, PASSWORD).go(f"/appointments/{had}").follow("Your therapist has written a plan").sees(GOAL)
    wrong += in_both_sizes(me, axe)
    me.press("Yes, this is our plan").sees("A plan promises nothing")
    me.go(f"/appointments/{coming}").sees("Visit 1 of 8 of your plan")
    me.press("Sign out")
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{coming}").sees("Visit 1 of 8 of the plan").follow("Plan")
    me.follow("Refer back and pause the visits")
    wrong += in_both_sizes(me, axe)
    me.fill({"To your client: why, and what to do now": WHY}).press("Pause the visits").sees("One visit is kept.")
    wrong += in_both_sizes(me, axe)
    me.press("Sign out")
    me.sign_in(somebody, PASSWORD).go(f"/appointments/{coming}").sees("Your therapist has paused this visit.")
    me.follow("Why, and what to do now").sees(WHY)
    wrong += in_both_sizes(me, axe)
    assert wrong == []
