"""A client's way through booking, for tests that are about something later."""

from datetime import datetime, timedelta
from typing import Any

from booking.appointments.actions.book import Booking, Made, PlaceOfVisit, book
from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.changes.history import Doer
from booking.appointments.models import Hold
from booking.openings.rules.asking import Wish
from booking.screening import catalogue
from booking.screening.actions import answer_screening
from booking.screening.rules.outcome import Submission
from marketplace.accounts.models import Person
from providers.registry.models import Provider

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


def later(now: datetime, **elapsed: float) -> datetime:
    """Elapsed time after an instant."""
    return now + timedelta(**elapsed)
