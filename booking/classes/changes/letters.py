"""Letters about seats: to whoever has one, with a calendar file; a line to the therapist. What is overtaken is taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import provider_email
from booking.appointments.rules.holding import reminder_instants
from booking.classes.queries import Seated, find_first_letter
from booking.classes.rules.seats import CANCELED
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.vault import secret_hash
from providers.places.models import ProviderPlace

BOOKED, REMINDER, MOVED, GONE = "seat_booked", "seat_reminder", "seat_moved", "seat_canceled"
PROVIDER_BOOKED, PROVIDER_GONE = "provider_seat_booked", "provider_seat_canceled"
# What comes with a calendar file, and the file's method.
INVITING = {BOOKED: "REQUEST", MOVED: "REQUEST", GONE: "CANCEL"}
EVERY_KIND = (BOOKED, REMINDER, MOVED, PROVIDER_BOOKED)


def seat_facts(seated: Seated, base_url: str, guest_key: str | None = None) -> dict[str, object]:
    """What a letter and its calendar file may say of a seat."""
    seat, lesson = seated.seat, seated.lesson
    link = f"{base_url}/class-seats/{guest_key}" if guest_key else f"{base_url}/seats/{seat.public_id}"
    return {
        "seat": seat.public_id, "reference": seat.reference, "state": seat.state, "provider_name": seated.provider.name,
        "client_name": seated.person.name, "title": lesson.title, "minutes": lesson.minutes, "place": place_line(seated.place),
        "zip": lesson.zip, "starts_at": lesson.starts_at.isoformat(), "ends_at": lesson.ends_at.isoformat(),
        "total_cents": seat.total_cents, "fee_cents": seat.fee_cents, "canceled_by": seat.canceled_by, "why": lesson.called_off_why,
        "terms": seat.terms, "uid": seat.uid, "sequence": seat.sequence, "changed_at": seat.changed_at.isoformat(),
        "to": seated.person.email, "link": link,
    }  # fmt: skip


def write_booked(session: Session, seated: Seated, base_url: str, guest_key: str | None, now: datetime) -> None:
    """The confirmation at once, reminders, and a line to the therapist."""
    _to_client(session, seated, BOOKED, base_url, guest_key, now)
    _write_reminders(session, seated, base_url, guest_key, now)
    _to_provider(session, seated, PROVIDER_BOOKED, base_url, now)


def write_moved(session: Session, seated: Seated, base_url: str, now: datetime) -> None:
    """The new time; reminders of the old one are taken back."""
    key = _known_key(session, seated)
    withdraw_letters(session, about=seated.seat.public_id, kinds=EVERY_KIND[1:], now=now)
    _to_client(session, seated, MOVED, base_url, key, now)
    _write_reminders(session, seated, base_url, key, now)


def write_gone(session: Session, seated: Seated, base_url: str, now: datetime, *, tell_provider: bool) -> None:
    """The seat is given up, or the class is off: no reminder goes out any more."""
    key = _known_key(session, seated)
    withdraw_letters(session, about=seated.seat.public_id, kinds=EVERY_KIND, now=now)
    _to_client(session, seated, GONE, base_url, key, now)
    if tell_provider and seated.seat.state == CANCELED:
        _to_provider(session, seated, PROVIDER_GONE, base_url, now)


def withdraw_reminders(session: Session, seated: Seated, now: datetime) -> None:
    """The class has begun: nobody is reminded of it any more."""
    withdraw_letters(session, about=seated.seat.public_id, kinds=(REMINDER,), now=now)


def place_line(place: ProviderPlace | None) -> str | None:
    """Where a class is, in a line."""
    if place is None:
        return None
    unit = f", {place.unit}" if place.unit else ""
    return f"{place.name}, {place.line1}{unit}, {place.city} {place.zip}"


def _to_client(session: Session, seated: Seated, kind: str, base_url: str, guest_key: str | None, now: datetime) -> None:
    seat = seated.seat
    if seated.person.email is None:
        return
    key, facts = f"{kind}:{seat.public_id}:{seat.sequence}", seat_facts(seated, base_url, guest_key)
    enqueue_letter(session, key=key, kind=kind, recipient=seated.person.email, facts=facts, now=now, about=seat.public_id)


def _to_provider(session: Session, seated: Seated, kind: str, base_url: str, now: datetime) -> None:
    seat, lesson = seated.seat, seated.lesson
    facts = {
        "title": lesson.title, "starts_at": lesson.starts_at.isoformat(), "client_name": seated.person.name.partition(" ")[0],
        "reference": seat.reference, "link": f"{base_url}/provider/classes/{lesson.public_id}",
    }  # fmt: skip
    recipient = provider_email(session, lesson.provider_id)
    enqueue_letter(session, key=f"{kind}:{seat.public_id}", kind=kind, recipient=recipient, facts=facts, now=now, about=seat.public_id)


def _write_reminders(session: Session, seated: Seated, base_url: str, guest_key: str | None, now: datetime) -> None:
    seat = seated.seat
    if seated.person.email is None:
        return
    for hours, at in reminder_instants(seated.lesson.starts_at, now):
        enqueue_letter(
            session, key=f"{REMINDER}:{seat.public_id}:{seat.sequence}:{hours}", kind=REMINDER, recipient=seated.person.email,
            facts=seat_facts(seated, base_url, guest_key), now=now, about=seat.public_id, send_after_at=at,
            send_before_at=seated.lesson.starts_at,
        )  # fmt: skip


def _known_key(session: Session, seated: Seated) -> str | None:
    """A guest's later letters open the seat too: the secret is known only from the letter that brought it first."""
    if seated.seat.guest_key_hash is None:
        return None
    first = find_first_letter(session, seated.seat.public_id)
    key = str(first.facts["link"]).rpartition("/")[2] if first else ""
    return key if secret_hash(key) == seated.seat.guest_key_hash else None
