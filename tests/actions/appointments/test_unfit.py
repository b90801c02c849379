"""Coming visits that no longer fit after a change of settings: shown, told once in one letter, gone when mended; nothing is called off."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.keep_by_hand import ForWhom, HandWish, keep_by_hand
from booking.appointments.actions.move import move
from booking.appointments.actions.tell_unfit import tell_unfit
from booking.appointments.changes.fitting import misfit_visits
from booking.appointments.changes.loading import attention_of
from booking.openings.rules.asking import Wish
from booking.upkeep.commands import Watch
from booking.upkeep.queries import findings
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.places.models import ServiceArea
from providers.registry.rules import Owner
from providers.schedule.models import ScheduleRule, WeeklyHours
from tests.factories import AppointmentFactory, ChangeFactory, PersonFactory
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, traveling_provider, visit_of

pytestmark = pytest.mark.usefixtures("ctx")

DAY = START + timedelta(days=2)  # noon in New York
KIND = "provider_visits_unfit"


@pytest.fixture
def provider():
    return traveling_provider(name="Rosa Lindqvist")


def book(provider, hours=0, zip_code="10024"):
    return visit_of(book_visit(provider, PersonFactory(), DAY + timedelta(hours=hours), START, setting="home", zip=zip_code))


def change(provider, table, **values):
    for row in db.session.scalars(select(table).where(table.provider_id == provider.id)):
        for name, value in values.items():
            setattr(row, name, value)
    db.session.commit()


def signs(visit, *, desk=True):
    db.session.rollback()
    return attention_of(db.session(), [db.session.get_one(type(visit), visit.id, populate_existing=True)], START, desk=desk)[visit.id]


def letters(*, waiting=False):
    db.session.rollback()
    rows = db.session.scalars(select(Letter).where(Letter.kind == KIND).order_by(Letter.id)).all()
    return [row for row in rows if not waiting or (row.sent_at is None and row.withdrawn_at is None)]


def told(letter):
    return {one["reference"]: one["codes"] for one in letter.facts["visits"]}


CHANGES = {
    "outside_hours": (WeeklyHours, {"opens_minute": 15 * 60}),
    "outside_area": (ServiceArea, {"covered_zips": ["10025"]}),
}


@pytest.mark.parametrize("code", CHANGES)
def test_each_change_has_its_sign_which_no_client_reads(provider, code):
    visit = book(provider)
    assert signs(visit) == []
    table, values = CHANGES[code]
    change(provider, table, **values)
    assert (signs(visit), signs(visit, desk=False)) == ([code], [])
    assert db.session.get_one(type(visit), visit.id, populate_existing=True).status == "confirmed"


def test_longer_pads_bring_visits_too_close_and_a_slower_way_out_of_reach(provider):
    first, second = book(provider), book(provider, hours=2)
    change(provider, ScheduleRule, buffer_after_minutes=90)
    assert (signs(first), signs(second)) == (["too_close"], ["too_close"])
    change(provider, ScheduleRule, buffer_after_minutes=0, buffer_before_minutes=25)
    assert (signs(first), signs(second)) == (["not_reachable"], ["not_reachable"])
    assert [codes for _, codes in misfit_visits(db.session(), START, provider.id)] == [("not_reachable",)] * 2
    change(provider, ScheduleRule, buffer_before_minutes=0)
    assert misfit_visits(db.session(), START, provider.id) == []


def test_what_comes_about_together_is_one_letter_and_once(provider, clock):
    first, second = book(provider), book(provider, hours=3)
    assert (tell_unfit(START, BASE_URL), list(findings(db.session(), START))) == (0, [])
    change(provider, ServiceArea, covered_zips=["10025"])
    assert sorted(findings(db.session(), START)) == sorted(
        f"appointment {visit.public_id} no longer fits (outside_area) and its therapist was not told" for visit in (first, second)
    )
    assert [tell_unfit(START, BASE_URL), tell_unfit(START, BASE_URL)] == [1, 0]
    assert list(findings(db.session(), START)) == []
    (letter,) = letters()
    assert told(letter) == {first.reference: ["outside_area"], second.reference: ["outside_area"]}
    text = render_letter(letter.kind, letter.facts)
    assert "They stay booked. Your clients have not been told." in text.text
    assert f"{BASE_URL}/provider/no-longer-fits" in text.text


def test_what_is_mended_before_the_letter_leaves_is_not_told(provider):
    visit = book(provider)
    change(provider, ServiceArea, covered_zips=["10025"])
    tell_unfit(START, BASE_URL)
    change(provider, ServiceArea, covered_zips=["10024", "10025"])
    assert [tell_unfit(START, BASE_URL), tell_unfit(START, BASE_URL)] == [1, 0]
    assert (letters(waiting=True), signs(visit)) == ([], [])


def test_what_comes_about_while_a_letter_waits_is_told_with_it_and_later_alone(provider):
    first, second = book(provider), book(provider, hours=3)
    change(provider, ServiceArea, latest_start_minute=13 * 60)
    tell_unfit(START, BASE_URL)
    change(provider, ServiceArea, covered_zips=["10025"])
    assert tell_unfit(START, BASE_URL) == 1
    (letter,) = letters(waiting=True)
    assert told(letter) == {first.reference: ["outside_area"], second.reference: ["outside_area", "outside_hours"]}
    letter.sent_at = START
    db.session.commit()
    assert tell_unfit(START, BASE_URL) == 0
    change(provider, ServiceArea, latest_start_minute=11 * 60)
    assert tell_unfit(START, BASE_URL) == 1
    (second_letter,) = letters(waiting=True)
    assert list(told(second_letter)) == [first.reference]


def test_moved_to_where_it_fits_it_is_well_again(provider, clock):
    visit = book(provider)
    change(provider, ServiceArea, latest_start_minute=11 * 60)
    assert signs(visit) == ["outside_hours"]
    move(visit.public_id, DAY + timedelta(days=1, hours=-2), CLIENT, BASE_URL, START)
    assert signs(visit) == []


def test_whom_the_provider_has_met_needs_no_more_minutes(provider):
    person = PersonFactory()
    before = AppointmentFactory(provider=provider, person=person, setting="home", zip="10024", starts_at=START - timedelta(days=9))
    db.session.commit()
    own = visit_of(book_visit(provider, person, DAY, START, setting="home", zip="10024"))
    change(provider, ServiceArea, first_visit_latest_minute=11 * 60)
    assert signs(own) == ["outside_hours"]
    before.status = "completed"
    db.session.commit()
    assert signs(own) == []


def test_what_was_passed_over_by_hand_is_nobodys_business_any_more(provider):
    wish = Wish("medical-massage", 60, "home", "10024")
    wanted = HandWish(wish, DAY.replace(hour=13), ForWhom(name="Ruth Weiss", email="ruth@example.com"), {"outside_hours": "She works"})
    held = keep_by_hand(Owner(provider.account_id, provider.name, "account:rosa"), wanted, CLIENT, BASE_URL, START)
    person = db.session.get_one(Person, held.person_id)
    person.email_confirmed_at = START
    db.session.commit()
    visit = visit_of(book_hold(held, person, START, guest=True))
    assert signs(visit) == []
    change(provider, ServiceArea, covered_zips=["10025"])
    assert signs(visit) == ["outside_area"]


def test_only_those_who_were_touched_are_looked_at_again(provider):
    visit = book(provider)
    watch = Watch(tell=tell_unfit, everywhere=timedelta(hours=1))
    assert watch.look(START) == 0
    change(provider, ServiceArea, covered_zips=["10025"])
    assert watch.look(START + timedelta(minutes=1)) == 0
    ChangeFactory(provider=provider)
    db.session.commit()
    assert watch.look(START + timedelta(minutes=2)) == 1
    assert list(told(letters()[0])) == [visit.reference]
