"""Deeds of the product, each in a process of its own, which may be told to die at its nth write: `python -m tests.support.deeds`.

It says the number of the process that will do the next deed, takes a line `[n, "NAME", "WORD", …]`, and says how often the process `wrote`, if it
lived, and what it `ended` with. It is killed just before its nth INSERT, UPDATE, DELETE or COMMIT; with n = 0 it lives.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
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
from booking.giftcards.actions.refunding import refund_card
from booking.payments.actions.settle import settle_refund
from booking.payments.commands import reconcile_all
from booking.payments.forms import find_port, pursue_visit
from booking.payments.queries import open_refunds
from marketplace import clock
from marketplace.db import db
from wsgi import app

BASE_URL = "https://hands.test"
# A deed that lasts longer (seconds) hangs; what a process without a deed ends with.
PATIENCE, NOTHING_MORE = 300, 3


def leave(public_id: str) -> None:
    """The client cancels."""
    booked, _verdict = cancel(public_id, Cancelling(), Doer("client", "account:test"), BASE_URL, clock.now())
    pursue_visit(booked.appointment.id, clock.now())


def miss(public_id: str) -> None:
    """The client did not come."""
    booked = mark_no_show(public_id, Doer("provider", "account:provider"), clock.now())
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


def give_back_gift(public_id: str) -> None:
    """An admin gives back what is left of a gift card, and asks Stripe at once."""
    refund_card(public_id, "It was bought twice.", "account:admin", clock.now())
    for waiting in open_refunds(db.session()):
        settle_refund(find_port(), waiting, clock.now())


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
    "give_back_gift": give_back_gift,
    "hear": hear,
    "book": book,
    "reconcile": reconcile,
}


def count_writes(last: int) -> Callable[[], int]:
    """Count what is written from now on, and end this process just before the last one; gives what tells how many there were."""
    seen = 0

    def note(*_words: object) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            note()

    event.listen(db.engine, "before_cursor_execute", look)
    event.listen(db.engine, "commit", note)
    return lambda: seen


def live() -> int:
    """Wait for what is asked for and do it; gives what the process ends with."""
    line = sys.stdin.readline()
    if not line:
        return NOTHING_MORE
    last, name, *words = json.loads(line)
    signal.alarm(PATIENCE)
    with redirect_stdout(sys.stderr), app.app_context():  # what a deed prints is not part of the answer
        writes = count_writes(last)
        DEEDS[name](*words)
    print("wrote", writes(), flush=True)
    return 0


def serve() -> None:
    """One copy of this process for each deed: everything is loaded already, nothing is open yet."""
    ended = None
    while ended != NOTHING_MORE:
        copy = os.fork()
        if not copy:
            sys.exit(live())
        print(copy, flush=True)
        ended = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        print("ended", ended, flush=True)


if __name__ == "__main__":
    serve()
