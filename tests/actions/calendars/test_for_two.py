"""A visit of two side by side says so in every calendar that may know it, in the same words; and our own feed, read again, takes no time."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from booking.appointments.actions.answer_half import HalfGiven, answer_half
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import HoldWish
from booking.appointments.actions.hold_couple import CoupleWanted, hold_couple
from booking.appointments.changes.history import Doer
from booking.appointments.forms.reading import calendar_url
from booking.appointments.models import Appointment
from booking.calendars.actions import rotate_feeds
from booking.calendars.changes import Whose
from booking.calendars.ics import event_of_facts
from booking.calendars.models import CalendarFeed
from booking.openings.rules.asking import Wish
from booking.screening import catalogue
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.calendars.forms import TRANSPORT
from providers.places.models import ProviderPlace
from providers.schedule.models import Claim, OutsideBusy
from tests.factories import AccountFactory, ClinicFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.feeds import SmallNet, shelf
from tests.support.ical import Rising, lint, read
from tests.support.visits import BASE_URL, CLIENT, answered, book_hold

AT = START + timedelta(days=2)
SAID = {
    "anna": "For two: Bea Ortiz gives a visit at the same time, in the same place.",
    "bea": "For two: Anna Solano gives a visit at the same time, in the same place.",
}


@pytest.fixture
def town(app):
    """Anna and Bea in rooms of one clinic, a client with an account and somebody whom they bring; everybody's feeds by whose and detail."""
    with app.app_context():
        clinic, providers = ClinicFactory(), {}
        for slug, name in (("anna", "Anna Solano"), ("bea", "Bea Ortiz")):
            providers[slug] = bookable_provider(slug=slug, name=name, account=AccountFactory(role="provider"))
            db.session.scalar(select(ProviderPlace).where(ProviderPlace.provider_id == providers[slug].id)).clinic_id = clinic.id
        db.session.commit()
        client, admin = AccountFactory(role="client", name="Ada Booker"), AccountFactory(role="admin")
        whose = {slug: Whose(one.account_id, "provider", slug) for slug, one in providers.items()}
        whose |= {"client": Whose(client.id, "client", client.public_id), "clinic": Whose(admin.id, "clinic", clinic.slug, clinic.id)}
        for one in whose.values():
            rotate_feeds(one, None, "test", START)
        names = {(one.account_id, one.audience): name for name, one in whose.items()}
        urls = {
            (names[feed.account_id, feed.audience], feed.detail): f"/calendar/{feed.token}.ics"
            for feed in db.session.scalars(select(CalendarFeed))
            if (feed.account_id, feed.audience) in names
        }
        book_both(person_of(client))
        owners = {slug: one.account_id for slug, one in providers.items()}
        db.session.remove()
    return SimpleNamespace(urls=urls, owners=owners)


def book_both(booker):
    own, other = (HoldWish(slug, Wish("medical-massage", 60, "clinic"), AT) for slug in ("anna", "bea"))
    held = hold_couple(CoupleWanted(own, other, "Bo Guest", "guest@example.org"), booker.id, CLIENT, START)
    book_hold(held.first, booker, START)
    second = visits()["bea"]
    screening = answered(db.session.get_one(Person, second.person_id), START)
    given = HalfGiven(screening, catalogue.form().consent.version, consent_accepted=True)
    answer_half(second.public_id, given, Doer("client", f"person:{second.person_id}"), BASE_URL, START)


def visits():
    db.session.rollback()
    found = db.session.scalars(select(Appointment).order_by(Appointment.hold_id).execution_options(populate_existing=True))
    return dict(zip(("anna", "bea"), found, strict=True))


def words_in(content):
    """By UID what two strangers read as the description; they must agree, and the linter finds nothing."""
    assert lint(content) == []
    one = {str(event["uid"]): str(event.get("description", "")) for event in Calendar.from_ical(content).events}
    events = vobject.readOne(content.decode()).contents.get("vevent", ())
    assert one == {event.uid.value: getattr(event, "description", SimpleNamespace(value="")).value for event in events}
    return list(one.values())


def test_feeds_file_and_letters_say_it_alike_and_busy_says_nothing(app, client, town):
    feeds = {key: words_in(client.get(url).data) for key, url in town.urls.items()}
    for slug in ("anna", "bea"):
        first = SAID[slug].replace(" Ortiz", "").replace(" Solano", "")
        assert [feeds[slug, detail] for detail in ("busy", "brief")] == [[""], [first]]
        [full] = feeds[slug, "full"]
        assert full.endswith(f" {SAID[slug]}")
        assert "Bo" not in full
        assert "Ada" not in full
    assert (feeds["client", "busy"], feeds["clinic", "busy"]) == ([""], ["", ""])
    assert feeds["client", "brief"] == ["For two: Bea gives a visit at the same time, in the same place."]
    assert feeds["client", "full"][0].endswith(SAID["anna"])
    with app.app_context(), app.test_request_context():
        addresses = {slug: calendar_url(visit.public_id) for slug, visit in visits().items()}
        invited = [letter.facts for letter in db.session.scalars(select(Letter).where(Letter.kind.like("visit_%")))]
        told = {event_of_facts(facts, for_provider=facts["for_provider"]).words for facts in invited if "beside_provider" in facts}
    assert told == set(SAID.values())
    assert {slug: words_in(client.get(url).data) for slug, url in addresses.items()} == {slug: [said] for slug, said in SAID.items()}
    assert "For+two%3A+Bea+Ortiz" in client.get(addresses["anna"].replace(".ics", "/google")).location


def test_once_the_other_is_called_off_it_is_for_one_and_no_number_falls(app, client, town):
    rising = Rising()
    assert rising.look(read(client.get(town.urls["client", "full"]).data)) == []
    with app.app_context():
        cancel(visits()["bea"].public_id, Cancelling(), CLIENT, BASE_URL, START)
    assert rising.look(read(client.get(town.urls["client", "full"]).data)) == []
    assert all("For two" not in words for key in town.urls for words in words_in(client.get(town.urls[key]).data))


def test_our_own_feed_read_again_changes_nothing(app, client, program, town):
    content = client.get(town.urls["anna", "full"]).data
    assert b"For two" in content
    with shelf() as server:
        server.etags = False
        app.extensions[TRANSPORT] = SmallNet(server.port)
        server.pages["/own.ics"] = content
        with app.app_context():
            anna = program(db.session.get_one(Account, town.owners["anna"]))
            before = rows()
        public_id = anna.post("/provider/calendars", {"url": "https://calendars.example/own.ics", "name": "Mine"}).json["id"]
        for _ in range(2):
            assert anna.post(f"/provider/calendars/{public_id}/sync").status_code < 300
        with app.app_context():
            assert rows() == before


def rows():
    db.session.rollback()
    return db.session.execute(select(Claim.id, Claim.live).order_by(Claim.id)).all(), db.session.execute(select(OutsideBusy.id)).all()
