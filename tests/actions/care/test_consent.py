"""Agreeing once more, through both databases: asked once for each text, given for every visit that needs it, the old one stays on record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.models import Appointment
from booking.care.actions.consent import Agreeing, agree, ask_consent
from booking.care.queries.consents import state_of
from booking.screening import catalogue
from booking.screening.models import Consent
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

DAY = timedelta(days=1)


@pytest.fixture
def provider(ctx):
    return bookable_provider(slug="anna")


@pytest.fixture
def person(ctx):
    return PersonFactory()


@pytest.fixture
def visit(clock, provider, person):
    return visit_of(book_visit(provider, person, clock.now + 3 * DAY, clock.now))


@pytest.fixture
def new_text(monkeypatch):
    """`new_text("2")`: from now on the text is that version."""

    def change(version):
        form = catalogue.form()
        later = replace(form, consent=replace(form.consent, version=version))
        monkeypatch.setattr(catalogue, "form", lambda: later)

    return change


def anew(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def states(*visits):
    return [state_of(db.session(), anew(visit)) for visit in visits]


def letters():
    return db.session.scalars(select(Letter).where(Letter.kind == "consent_again").order_by(Letter.id)).all()


def test_a_new_text_makes_the_consent_out_of_date_and_agreeing_makes_it_current(visit, new_text, clock):
    assert states(visit) == ["current"]
    new_text("2")
    assert states(visit) == ["outdated"]
    given = agree(visit.public_id, Agreeing("2", accepted=True, sections=("area_abdominal",)), CLIENT, clock.now)
    assert states(visit) == ["current"]
    assert (given.version, given.accepted_at, "area_abdominal" in given.sections, "area_gluteal" in given.sections) == (
        "2",
        clock.now,
        True,
        False,
    )
    assert [row.version for row in db.session.scalars(select(Consent).order_by(Consent.id))] == ["1", "2"]


def test_it_counts_for_the_other_visits_with_the_same_therapist_that_need_it_and_for_no_others(visit, provider, person, new_text, clock):
    later = visit_of(book_visit(provider, person, clock.now + 10 * DAY, clock.now))
    elsewhere = visit_of(book_visit(bookable_provider(slug="bea"), person, clock.now + 11 * DAY, clock.now))
    somebody = visit_of(book_visit(provider, PersonFactory(), clock.now + 12 * DAY, clock.now))
    new_text("2")
    agree(visit.public_id, Agreeing("2", accepted=True), CLIENT, clock.now)
    assert states(visit, later, elsewhere, somebody) == ["current", "current", "outdated", "outdated"]
    # Where nothing is out of date, other areas are agreed to for the one visit alone.
    agree(later.public_id, Agreeing("2", accepted=True, sections=("area_gluteal",)), CLIENT, clock.now)
    assert anew(visit).consent_id != anew(later).consent_id


@pytest.mark.parametrize("given", [Agreeing("1", accepted=True), Agreeing("2", accepted=False), Agreeing("", accepted=True)])
def test_only_todays_text_can_be_agreed_to(visit, new_text, clock, given):
    new_text("2")
    with pytest.raises(Refused) as refused:
        agree(visit.public_id, given, CLIENT, clock.now)
    assert refused.value.code == "consent_required"
    assert states(visit) == ["outdated"]


def test_nothing_is_asked_for_a_visit_that_is_off(visit, new_text, clock):
    new_text("2")
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert states(visit) == ["current"]
    with pytest.raises(Conflict):
        agree(visit.public_id, Agreeing("2", accepted=True), CLIENT, clock.now)


def test_a_letter_asks_once_for_each_text_from_a_week_before_the_visit_on(visit, provider, person, new_text, clock):
    visit_of(book_visit(provider, person, clock.now + 10 * DAY, clock.now))
    assert ask_consent(clock.now, BASE_URL) == 0
    new_text("2")
    assert (ask_consent(clock.now, BASE_URL), ask_consent(clock.now, BASE_URL)) == (1, 0)
    [letter] = letters()
    assert letter.facts["consent_link"] == f"{BASE_URL}/appointments/{visit.public_id}/consent"
    assert "has changed" in render_letter(letter.kind, letter.facts).text
    new_text("3")
    assert ask_consent(clock.now, BASE_URL) == 1
    agree(visit.public_id, Agreeing("3", accepted=True), CLIENT, clock.now)
    clock.advance(days=4)
    assert ask_consent(clock.now, BASE_URL) == 0
    assert len(letters()) == 2
