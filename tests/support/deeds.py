"""One deed of the product in a process of its own, which may be told to die at its nth write: `python -m tests.support.deeds NAME WORDS…`.

`DIE_AT_WRITE=n` kills it just before the nth INSERT, UPDATE, DELETE or COMMIT.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

from flask import current_app
from sqlalchemy import event

from booking.appointments.actions.book import book as book_held
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.pay import Asking, CardBooking
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.booking import Booking
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import pay
from booking.payments.commands import reconcile_all
from booking.payments.forms import find_port, pursue_visit
from marketplace import clock
from marketplace.db import db
from wsgi import create_app

BASE_URL = "https://hands.test"


def leave(public_id: str) -> None:
    """The client cancels."""
    booked, _verdict = cancel(public_id, Cancelling(), Doer("client", "account:test"), BASE_URL, clock.now())
    pursue_visit(booked.appointment.id, clock.now())


def miss(public_id: str) -> None:
    """The client did not come."""
    booked = mark_no_show(public_id, Doer("provider", "account:provider"), clock.now() + timedelta(days=30))
    pursue_visit(booked.appointment.id, clock.now())


def withdraw(public_id: str) -> None:
    """The therapist cancels."""
    booked, _verdict = cancel(public_id, Cancelling(), Doer("provider", "account:provider"), BASE_URL, clock.now())
    pursue_visit(booked.appointment.id, clock.now())


def give_back(public_id: str, cents: str, left: str) -> None:
    """An admin gives card money back."""
    wanted = Refunding(int(cents), "The room was cold.", expected_left_cents=int(left))
    booked = refund(public_id, wanted, Doer("admin", "account:admin"), clock.now())
    pursue_visit(booked.appointment.id, clock.now())


def book(hold: str, screening: str, version: str, person_id: str, method: str) -> None:
    """A client books what they hold, by card or to pay at the visit."""
    wanted = Booking(hold, screening, version, consent_accepted=True, payment_method=method)
    who = Asking(Doer("client", "account:test"), BASE_URL)
    if method == "card":
        pay(CardBooking(wanted, "pm_card_visa"), int(person_id), who, clock.now())
    else:
        book_held(wanted, int(person_id), who.doer, who.base_url, clock.now())


def reconcile() -> None:
    """`flask payments reconcile`."""
    list(reconcile_all(find_port(), clock.now(), clock.now() - timedelta(days=10)))


def hear(path: str, signature: str) -> None:
    """Stripe calls: the body is in a file."""
    body = Path(path).read_bytes()
    answer = current_app.test_client().post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
    assert answer.status_code == 200, answer.text


DEEDS: dict[str, Callable[..., None]] = {
    "leave": leave,
    "withdraw": withdraw,
    "miss": miss,
    "give_back": give_back,
    "hear": hear,
    "book": book,
    "reconcile": reconcile,
}


def die_at_write(number: int) -> None:
    """Count what is written from now on, and end this process just before the nth."""
    writes = count(1)

    def die(*_words: object) -> None:
        if next(writes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            die()

    event.listen(db.engine, "before_cursor_execute", look)
    event.listen(db.engine, "commit", die)


if __name__ == "__main__":
    with create_app().app_context():
        if os.environ.get("DIE_AT_WRITE"):
            die_at_write(int(os.environ["DIE_AT_WRITE"]))
        DEEDS[sys.argv[1]](*sys.argv[2:])
