"""What a guest does through the secret link of their visit: what they tell, how they want to be touched, the signed note."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from booking.appointments.models import Appointment
from booking.intake.models import ComfortVersion, IntakeVersion
from marketplace.accounts.models import Person
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider, signed_note
from tests.support.visits import book_hold, hold_visit

DAY = timedelta(days=1)
GOAL, STOP = "zzgoalzz again", "zzpineapplezz"


@pytest.fixture
def guest(app, clock):
    """A guest's key and the id of the visit."""
    with app.app_context():
        therapist = AccountFactory(role="provider")
        anna, somebody = bookable_provider(slug="anna", name="Anna Alder", account=therapist), PersonFactory(account=None)
        made = book_hold(hold_visit(anna, somebody, clock.now + 3 * DAY, clock.now), somebody, clock.now, guest=True)
        return {"key": made.guest_key, "visit": made.booked.appointment.public_id, "person": somebody.id, "therapist": therapist}


def test_a_guest_tells_once_and_the_therapist_reads_it(app, guest, visitor):
    anybody = visitor(None)
    page = anybody.open(f"/visits/{guest['key']}")
    assert f'href="/visits/{guest["key"]}/intake"' in page.text
    assert f'href="/visits/{guest["key"]}/comfort"' in page.text
    at = f"/visits/{guest['key']}/intake"
    anybody.open(at)
    assert anybody.submit(at=at, goal_0="").status_code == 422
    page = anybody.submit(at=at, goal_0=GOAL, pronouns="they")
    assert "Saved. Your therapist sees it before your visit." in page.text
    assert f'value="{GOAL}"' in page.text
    assert f'href="/visits/{guest["key"]}"' in page.text
    assert "/account/" not in page.text[page.text.index("<main") :]
    assert GOAL in visitor(guest["therapist"]).open(f"/provider/appointments/{guest['visit']}/intake").text
    with app.app_context():
        told = db.session.scalars(select(IntakeVersion)).one()
        assert (told.person_id, told.written_by) == (guest["person"], f"person:{guest['person']}")
        assert GOAL not in str([entry.details for entry in db.session.scalars(select(AuditEntry))])


def test_a_guest_writes_a_comfort_card(app, guest, visitor):
    anybody, at = visitor(None), f"/visits/{guest['key']}/comfort"
    anybody.open(at)
    page = anybody.submit(at=at, stop_words=STOP, clothing="underwear", areas_out="head")
    assert "Saved. Your therapist sees the card before your visit." in page.text
    assert STOP in visitor(guest["therapist"]).open(f"/provider/appointments/{guest['visit']}").text
    with app.app_context():
        assert db.session.scalars(select(ComfortVersion.person_id)).all() == [guest["person"]]


def test_a_year_later_one_tap_is_enough(guest, visitor, app, clock):
    anybody = visitor(None)
    for name, words in (("intake", {"goal_0": GOAL}), ("comfort", {"clothing": "underwear"})):
        at = f"/visits/{guest['key']}/{name}"
        anybody.open(at)
        anybody.submit(at=at, **words)
    with app.app_context():
        for model in (IntakeVersion, ComfortVersion):
            db.session.execute(update(model).values(written_at=clock.now - 400 * DAY))
        db.session.commit()
    for name in ("intake", "comfort"):
        anybody.open(f"/visits/{guest['key']}/{name}")
        assert "Thank you. We ask again in a year" in anybody.submit(at="/still-right").text


def set_visit(app, guest, **values):
    with app.app_context():
        db.session.execute(update(Appointment).where(Appointment.public_id == guest["visit"]).values(**values))
        db.session.commit()


@pytest.mark.parametrize("name", ["intake", "comfort"])
def test_the_link_closes_when_the_therapist_may_look_no_more(app, guest, visitor, clock, name):
    at = f"/visits/{guest['key']}/{name}"
    anybody = visitor(None)
    assert anybody.open(at).status_code == 200
    set_visit(app, guest, status="cancelled")
    assert anybody.open(at).status_code == 404
    set_visit(app, guest, status="completed")
    clock.advance(days=40)
    assert anybody.open(at).status_code == 404
    assert anybody.open(f"/visits/{'x' * 43}/{name}").status_code == 404


def test_the_signed_note_is_read_through_the_link(app, guest, visitor):
    at = f"/visits/{guest['key']}/note"
    anybody = visitor(None)
    assert anybody.open(at).status_code == 404
    set_visit(app, guest, status="completed")
    with app.app_context():
        signed_note(db.session.scalars(select(Appointment).where(Appointment.public_id == guest["visit"])).one())
    page = anybody.open(f"/visits/{guest['key']}").text
    assert f'href="{at}"' in page
    page = anybody.open(at)
    assert "Your therapist wrote and signed this." in page.text
    assert f'href="/visits/{guest["key"]}"' in page.text
    assert "/account/" not in page.text[page.text.index("<main") :]


@pytest.mark.parametrize("name", ["intake", "comfort", "note"])
def test_whoever_has_an_account_by_now_does_it_signed_in(app, guest, visitor, name):
    with app.app_context():
        account = AccountFactory()
        signed_note(db.session.scalars(select(Appointment).where(Appointment.public_id == guest["visit"])).one())
        db.session.execute(update(Person).where(Person.id == guest["person"]).values(account_id=account.id))
        db.session.commit()
    anybody = visitor(None)
    page = anybody.open(f"/visits/{guest['key']}")
    assert f"/visits/{guest['key']}/{name}" not in page.text
    assert anybody.open(f"/visits/{guest['key']}/{name}").status_code == 404
