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

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.pay import Asking, CardBooking
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.booking import Booking
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import pay
from booking.payments.forms import pursue_visit
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


def give_back(public_id: str, cents: str) -> None:
    """An admin gives card money back."""
    booked = refund(public_id, Refunding(int(cents), "The room was cold."), Doer("admin", "account:admin"), clock.now())
    pursue_visit(booked.appointment.id, clock.now())


def book(hold: str, screening: str, version: str, person_id: str) -> None:
    """A client books what they hold, by card."""
    wanted = Booking(hold, screening, version, consent_accepted=True, payment_method="card")
    pay(CardBooking(wanted, "pm_card_visa"), int(person_id), Asking(Doer("client", "account:test"), BASE_URL), clock.now())


def hear(path: str, signature: str) -> None:
    """Stripe calls: the body is in a file."""
    body = Path(path).read_bytes()
    answer = current_app.test_client().post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
    assert answer.status_code == 200, answer.text


DEEDS: dict[str, Callable[..., None]] = {"leave": leave, "miss": miss, "give_back": give_back, "hear": hear, "book": book}


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
