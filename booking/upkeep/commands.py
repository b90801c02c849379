"""`flask check`, and the periodic jobs of this floor."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import click
from flask import current_app
from flask.cli import with_appcontext

from booking.appointments.actions.adopt_waiting import adopt_waiting
from booking.appointments.actions.authorised import keep_authorised
from booking.appointments.actions.end_credits import end_credits
from booking.appointments.actions.expire import expire_holds, expire_requests, forget_drafts
from booking.appointments.actions.hand_over import end_handovers
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.tell_unfit import tell_unfit
from booking.upkeep.actions import forget_guests, free_ended_time, mend_money, take_back_reminders, tell_calendars, tell_lapses
from booking.upkeep.queries import findings, touched_since
from marketplace import clock
from marketplace.db import db
from marketplace.jobs import Job
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.queries import given_up
from providers.verification.queries.exclusions import find_list_fault

# How long a letter that was given up is told of.
GIVEN_UP_SHOWN = timedelta(days=30)
EVERYWHERE = timedelta(minutes=1)


@click.command("check")
@click.option("--repair", is_flag=True, help="Mend what can be derived anew, then look again.")
@with_appcontext
def check(*, repair: bool) -> None:
    """Hold live data against what must never happen: one line a finding, exit code 1 when there is any."""
    now = clock.now()
    if repair:
        mended = (
            expire_holds(now)
            + _expire_requests(now)
            + take_back_reminders(now)
            + free_ended_time(now)
            + mend_money(now)
            + _tell_lapses(now)
            + _tell_unfit(now)
        )
        click.echo(f"mended {mended}")
    found = 0
    for sentence in chain(findings(db.session(), now), given_up(db.session(), now - GIVEN_UP_SHOWN), _list_faults(now)):
        click.echo(sentence)
        found += 1
    click.echo(f"{found} findings" if found else "Nothing found.", err=True)
    sys.exit(1 if found else 0)


def _list_faults(now: datetime) -> Iterator[str]:
    """Nobody is held against a list that is missing or old."""
    wanted = current_app.extensions["settings"].exclusion_list
    fault = find_list_fault(db.session(), local_day(to_minute(now)), wanted=wanted)
    if fault is not None:
        yield f"{fault} Fetch it and run: flask exclusions import FILE"


def _expire_requests(now: datetime) -> int:
    return expire_requests(now, current_app.extensions["settings"].base_url)


def _offer_freed(now: datetime) -> int:
    return offer_freed(now, current_app.extensions["settings"].base_url)


def _tell_lapses(now: datetime) -> int:
    return tell_lapses(now, current_app.extensions["settings"].base_url)


def _tell_unfit(now: datetime) -> int:
    return tell_unfit(now, current_app.extensions["settings"].base_url)


def _tell_calendars(now: datetime) -> int:
    return tell_calendars(now, current_app.extensions["settings"].base_url)


@dataclass
class Watch:
    """When something is looked for: at once at providers who were touched, and everywhere once in a while."""

    mark: int = 0
    looked_at: datetime | None = None
    tell: Callable[[datetime, str, Collection[int] | None], int] = tell_lapses
    everywhere: timedelta = EVERYWHERE

    def look(self, now: datetime) -> int:
        """Tell what has changed; nearly nothing to do while nobody was touched."""
        self.mark, touched = touched_since(db.session(), self.mark)
        base_url = current_app.extensions["settings"].base_url
        if self.looked_at is None or not timedelta(0) <= now - self.looked_at < self.everywhere:
            self.looked_at = now
            return self.tell(now, base_url, None)
        return self.tell(now, base_url, touched) if touched else 0


def _watch_lapses(now: datetime) -> int:
    """Every minute everywhere, since a day may have begun on which a credential has ended."""
    watch: Watch = current_app.extensions.setdefault("lapse_watch", Watch())
    return watch.look(now)


def _watch_fit(now: datetime) -> int:
    """Time alone makes no visit unfit, so that looking everywhere is for what a crash has left."""
    watch: Watch = current_app.extensions.setdefault("fit_watch", Watch(tell=tell_unfit, everywhere=timedelta(hours=1)))
    return watch.look(now)


JOBS = (
    Job("expire holds", expire_holds),
    Job("expire requests", _expire_requests),
    Job("adopt waiting", adopt_waiting, every=timedelta(seconds=20)),
    Job("offer freed time", _offer_freed, every=timedelta(seconds=20)),
    Job("end hand-overs", end_handovers),
    Job("end credits", end_credits, every=timedelta(minutes=10)),
    Job("tell lapses", _watch_lapses),
    Job("tell misfits", _watch_fit),
    Job("keep authorised", keep_authorised, every=timedelta(minutes=10)),
    Job("tell calendars", _tell_calendars, every=timedelta(minutes=1)),
    Job("forget guests", forget_guests, every=timedelta(minutes=10)),
    Job("forget drafts", forget_drafts, every=timedelta(minutes=10)),
)
