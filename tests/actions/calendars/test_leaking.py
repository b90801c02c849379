"""Every feed of everybody in a whole town: no health word in any, and by default no surname and no street of a client."""

import json
import re

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.calendars.ics import feed_file
from booking.calendars.models import CalendarFeed
from booking.calendars.queries import visits_of
from booking.calendars.rules import BRIEF, BUSY, CLIENT, CLINIC, DETAILS_OF, FULL, PROVIDER, feed_event, window_at
from booking.demo.actions import Plan, load_demo
from booking.screening import catalogue as health
from marketplace.accounts.models import Person
from marketplace.db import db
from providers.places.models import Clinic, ProviderPlace
from providers.registry.models import Provider
from providers.services import catalogue as services
from tests.support.clocks import START
from tests.support.ical import read

# Words of questions that are words of every day too.
EVERYDAY = {
    "the",
    "for",
    "and",
    "client",
    "clinic",
    "minutes",
    "home",
    "office",
    "other",
    "time",
    "minor",
    "none",
    "with",
    "your",
    "that",
    "have",
    "about",
}


@pytest.fixture
def database(sqlite_database):
    """What is said does not depend on where it is kept."""
    return sqlite_database


@pytest.fixture
def told(ctx):
    """By (audience, detail): a visit's row, its client, its provider, and the event that a feed makes of it; each file is well formed."""
    list(load_demo(Plan(providers=12, days=30, seed=3), START))
    visits = {visit.uid: visit for visit in db.session.scalars(select(Appointment))}
    people = {person.id: person for person in db.session.scalars(select(Person))}
    providers = {provider.id: provider for provider in db.session.scalars(select(Provider))}
    feeds = [CalendarFeed(audience=CLIENT, account_id=person.account_id) for person in people.values() if person.account_id]
    feeds += [CalendarFeed(audience=PROVIDER, account_id=provider.account_id) for provider in providers.values()]
    feeds += [CalendarFeed(audience=CLINIC, clinic_id=clinic) for clinic in db.session.scalars(select(Clinic.id))]
    found = {}
    for feed in feeds:
        lines = visits_of(db.session(), feed, window_at(START))
        for detail in DETAILS_OF[feed.audience]:
            events = read(feed_file("Visits", [feed_event(line, feed.audience, detail, "https://hands.test") for line in lines]))
            for event in events:
                visit = visits[event.uid]
                found.setdefault((feed.audience, detail), []).append((event, visit, people[visit.person_id], providers[visit.provider_id]))
    return found


def words_of(text):
    return set(re.findall(r"[^\W\d_]{3,}", text.lower()))


def test_the_town_has_visits_of_every_kind_to_tell(told):
    assert set(told) == {*((audience, detail) for audience in (CLIENT, PROVIDER) for detail in (BUSY, BRIEF, FULL)), (CLINIC, BUSY)}
    assert min(len(rows) for rows in told.values()) > 5
    assert {visit.setting for _event, visit, _person, _provider in told[PROVIDER, BRIEF]} >= {"clinic", "home"}


def test_no_feed_holds_a_word_of_health(told):
    names = [*services.techniques().values(), *services.conditions().values()]
    forbidden = {word for one in names for word in words_of(f"{one.code.replace('_', ' ')} {one.name}")}
    forbidden |= {word for question in health.form().questions for word in words_of(question.code.replace("_", " "))}
    forbidden -= EVERYDAY
    assert {"massage", "pain", "lymphatic", "seizure", "pregnant"} & forbidden
    for rows in told.values():
        for event, visit, person, provider in rows:
            known = words_of(f"{person.name} {provider.name} {place_words(visit)} {event.location or ''}")
            leaked = words_of(event.text) & (forbidden - known)
            assert leaked == set(), event
            assert visit.service_name not in event.text


def place_words(visit):
    place = db.session.get(ProviderPlace, visit.place_id) if visit.place_id else None
    return f"{place.name} {place.line1}" if place else ""


def test_by_default_nobody_has_a_surname(told):
    for key in ((CLIENT, BRIEF), (PROVIDER, BRIEF), (CLIENT, BUSY), (PROVIDER, BUSY)):
        for event, _visit, person, provider in told[key]:
            first = {person.name.split()[0].lower(), provider.name.split()[0].lower()}
            surnames = {word.lower() for name in (person.name, provider.name) for word in name.split()[1:]} - first
            said = {word.lower() for word in event.summary.split()}
            assert not said & surnames, event


def test_no_client_is_named_in_full_and_none_has_a_street_in_any_detail(told):
    for (audience, _detail), rows in told.items():
        for event, visit, person, _provider in rows:
            if audience != CLIENT and len(person.name.split()) > 1:
                assert person.name not in event.text
            for address in (visit.address, person.address):
                if address:
                    street = address["line1"]
                    own_room = place_words(visit)
                    assert street in own_room or street not in event.text, event
                    assert not address.get("access") or address["access"] not in event.text


def test_by_default_not_even_a_clinics_street(told):
    for key in ((CLIENT, BRIEF), (PROVIDER, BRIEF)):
        for event, _visit, _person, _provider in told[key]:
            assert event.location is None or re.fullmatch(r"[^,]+, 1\d{4}", event.location), event


def test_notes_and_answers_are_in_no_feed(told):
    for rows in told.values():
        for event, visit, _person, _provider in rows:
            for secret in (visit.note, visit.cancel_note):
                assert not secret or secret not in event.text
            assert json.dumps(visit.quote.get("total_cents")) not in event.text.split()
