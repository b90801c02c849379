"""A client's way through booking, for tests that are about something later."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.appointments.actions.book import Booking, Made, PlaceOfVisit, book
from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, Hold
from booking.openings.rules.asking import Wish
from booking.screening import catalogue
from booking.screening.actions import answer_screening
from booking.screening.rules.outcome import Submission
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from providers.services.models import Service
from providers.services.rules.calls import CALL_DRAFT
from tests.factories import (
    ProviderFactory,
    ScheduleRuleFactory,
    ServiceAreaFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    put_in_standing,
)

CLIENT = Doer("client", "account:test")
BASE_URL = "https://hands.test"


def clear_answers(**other: object) -> dict[str, object]:
    """Answers of somebody whom nothing keeps from a visit; `other` replaces some."""
    answers: dict[str, object] = {}
    for question in catalogue.form().questions:
        if question.required:
            answers[question.code] = {"boolean": False, "number": 40, "regions": []}.get(
                question.type, question.options[0].code if question.options else False
            )
    return answers | other


def hold_visit(provider: Provider, person: Person, starts_at: datetime, now: datetime, **wish: Any) -> Hold:
    """Hold a start of the provider's standard service."""
    wanted = Wish(wish.pop("service", "medical-massage"), wish.pop("minutes", 60), wish.pop("setting", "clinic"), wish.pop("zip", None))
    assert not wish
    return hold_time(HoldWish(provider.slug, wanted, starts_at), person.id, CLIENT, now)


def booking_of(hold: Hold, person: Person, now: datetime, answers: dict[str, object] | None = None, **more: Any) -> Booking:
    """Everything needed to book what is held: answers given, consent accepted."""
    screened = answer_screening(Submission(answers or clear_answers()), person.id, CLIENT.name, now)
    place = PlaceOfVisit("64 East 7th Street", hold.zip or "", "4C") if hold.setting != "clinic" else None
    version = catalogue.form().consent.version
    return Booking(hold.public_id, screened.screening.public_id, version, consent_accepted=True, place=place, **more)


def book_hold(hold: Hold, person: Person, now: datetime, answers: dict[str, object] | None = None, **more: Any) -> Made:
    """Answer, consent and book what is held."""
    wanted = booking_of(hold, person, now, answers, **more)
    return book(wanted, person.id, CLIENT, BASE_URL, now)


def book_visit(provider: Provider, person: Person, starts_at: datetime, now: datetime, **wish: Any) -> Made:
    """From nothing to an appointment."""
    return book_hold(hold_visit(provider, person, starts_at, now, **wish), person, now)


def answered(person: Person, now: datetime, **answers: object) -> str:
    """The health questions answered, apart from any booking; gives the public id."""
    return answer_screening(Submission(clear_answers(**answers)), person.id, CLIENT.name, now).screening.public_id


def traveling_provider(**wishes: Any) -> Provider:
    """Somebody who comes to homes around the Upper West Side from 9 to 17 every day: 60 minutes for $160."""
    provider = ProviderFactory(settings=["home"], **wishes)
    put_in_standing(provider)
    service = ServiceFactory(provider=provider, settings=["home"])
    ServiceDurationFactory(service=service, minutes=60, price_cents=16_000)
    ServiceAreaFactory(provider=provider)
    for weekday in range(7):
        WeeklyHoursFactory(provider=provider, weekday=weekday, settings=["home"])
    ScheduleRuleFactory(provider=provider)
    return provider


def visit_of(made: Made) -> Appointment:
    """The appointment as the database has it now, read anew."""
    db.session.rollback()
    return db.session.scalars(
        select(Appointment).where(Appointment.public_id == made.booked.appointment.public_id).execution_options(populate_existing=True)
    ).one()


def letters_about(visit: Appointment, *, waiting: bool = False) -> list[Letter]:
    """Letters about one visit in order; `waiting` leaves out those sent or taken back."""
    found = select(Letter).where(Letter.about == visit.public_id).order_by(Letter.id).execution_options(populate_existing=True)
    letters = db.session.scalars(found).all()
    return [letter for letter in letters if not waiting or (letter.sent_at is None and letter.withdrawn_at is None)]


def later(now: datetime, **elapsed: float) -> datetime:
    """Elapsed time after an instant."""
    return now + timedelta(**elapsed)


def offer_call(provider: Provider) -> Service:
    """The provider offers the free introductory call."""
    service = ServiceFactory(
        provider=provider, code=CALL_DRAFT.code, name=CALL_DRAFT.name, techniques=[], conditions=[], settings=["phone"]
    )
    ServiceDurationFactory(service=service, minutes=10, price_cents=0)
    return service


def hold_call(provider: Provider, person: Person | None, starts_at: datetime, now: datetime) -> Hold:
    """Hold a start of the introductory call."""
    wish = Wish(CALL_DRAFT.code, 10, "phone")
    return hold_time(HoldWish(provider.slug, wish, starts_at), person.id if person else None, CLIENT, now)


def book_call(provider: Provider, person: Person, starts_at: datetime, now: datetime, **more: Any) -> Made:
    """From nothing to a booked call."""
    hold = hold_call(provider, person, starts_at, now)
    return book(Booking(hold.public_id, **more), person.id, CLIENT, BASE_URL, now)
