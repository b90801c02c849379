"""A fee that the card on file did not pay: told in a letter with a link, paid on Stripe's own page, by an account and by a guest."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.pay_due import tell_unpaid
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.payments.forms import HASTY, KEY
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.endings import finish, keep_card, kept_of
from tests.support.visits import book_hold, hold_visit

DOER = Doer("provider", "account:test")
BASE = "http://127.0.0.1"


@pytest.fixture
def till(app, clock):
    till = Till(clock)
    app.extensions[KEY] = app.extensions[HASTY] = till.port
    return till


@pytest.fixture
def world(app, clock, till):
    """A client and a guest did not come; both their banks want them to act."""
    with app.app_context():
        client, guest, other = AccountFactory(), PersonFactory(account=None), AccountFactory()
        PersonFactory(account=other)
        anna, start = bookable_provider(slug="anna"), START + timedelta(days=2)
        person = PersonFactory(account=client)
        own = book_hold(hold_visit(anna, person, start, START), person, START)
        theirs = book_hold(hold_visit(anna, guest, start + timedelta(hours=3), START), guest, START, guest=True)
        names = [made.booked.appointment.public_id for made in (own, theirs)]
        clock.set(start + timedelta(hours=6))
        for name in names:
            visit = db.session.scalar(select(Appointment).where(Appointment.public_id == name))
            keep_card(till, visit, "pm_card_authenticationRequired")
            mark_no_show(name, DOER, clock.now)
        finish(till)
        assert (tell_unpaid(clock.now, BASE), tell_unpaid(clock.now, BASE)) == (2, 0)
        accounts = {name: db.session.get_one(Account, one.id) for name, one in {"client": client, "other": other}.items()}
        db.session.expunge_all()
    return accounts | {"visit": names[0], "guest": names[1]}


def letter_of(app, visit):
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "visit_unpaid", Letter.about == visit)).one()
        return render_letter(letter.kind, letter.facts), letter.facts["pay_link"].removeprefix(BASE)


def pays(app, till, visit):
    """The client gives a good card on Stripe's page, comes back, and jobs do the rest."""
    with app.app_context():
        [page] = [thing for thing in till.double.things.values() if thing["object"] == "checkout.session" and thing["status"] == "open"]
        till.double.give_card(page["id"], "pm_card_visa")
        finish(till)
        finish(till)
        found = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        return found.paid_cents, found.due_cents, found.attention


@pytest.mark.parametrize("who", ["visit", "guest"])
def test_a_client_is_told_and_pays(app, till, world, visitor, who):
    told, link = letter_of(app, world[who])
    assert "Your card was not charged: $160.00" in told.subject
    assert "Your bank wants you to confirm this payment yourself." in told.text
    browser = visitor(world["client"] if who == "visit" else None)
    assert "Until you do, nothing is paid." in browser.open(link.removesuffix("/pay")).text
    page = browser.open(link)
    assert "$160.00" in page.text
    page = browser.submit(at="/pay")
    assert "Go to the card page" in page.text
    assert kept_of(till) == 0
    assert pays(app, till, world[who]) == (16_000, 0, [])
    assert kept_of(till) == 16_000
    assert "Nothing is due." in browser.open(link).text


def test_once_is_once(app, till, world, program):
    own = program(world["client"])
    path = f"/appointments/{world['visit']}/pay"
    once, again = own.post(path), own.post(path)
    assert once.json == again.json
    assert (once.status_code, once.json["state"], once.json["due_cents"]) == (200, "action_required", 16_000)
    assert pays(app, till, world["visit"])[:2] == (16_000, 0)
    over = own.post(path)
    assert (over.status_code, over.json["code"]) == (409, "nothing_due")


def test_nobody_else_pays_or_sees(world, visitor, program):
    assert program(world["other"]).post(f"/appointments/{world['visit']}/pay").status_code == 404
    assert visitor(world["other"]).open(f"/appointments/{world['visit']}/pay").status_code == 404


def test_without_cards_it_is_paid_to_the_therapist(app, world, program, visitor):
    for name in (KEY, HASTY):
        app.extensions.pop(name)
    refused = program(world["client"]).post(f"/appointments/{world['visit']}/pay")
    assert (refused.status_code, refused.json["code"]) == (422, "cards_off")
    assert "by card" not in visitor(world["client"]).open(f"/appointments/{world['visit']}/pay").text
