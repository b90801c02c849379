"""The job queue's one door: what must happen by itself, and who runs it.

A job is a named function that asks the database for what is due, does it, and may be repeated at any time without harm. Modules register
theirs through the application's list; `run_due` runs them all once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask

from marketplace.db import db

KEY = "licensed_hands_jobs"
Id = TypeVar("Id", int, str)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A periodic job. `run` takes the instant of its start and gives how many things it did; once in `every` is often enough."""

    name: str
    run: Callable[[datetime], int]
    every: timedelta = timedelta(0)


def install_jobs(app: Flask, jobs: tuple[Job, ...]) -> None:
    """Give `app` its jobs."""
    app.extensions[KEY] = jobs


def one_by_one(name: str, ids: Iterable[Id], act: Callable[[Id], object]) -> int:
    """Let `act` do its own transaction for each id; counts those for which it did something (gave no False).

    One that fails costs the others nothing: it is logged by its id and the kind of error, without what stood in the row, and tried again
    the next time.
    """
    done = 0
    for one in ids:
        try:
            done += act(one) is not False
        except Exception as error:  # noqa: BLE001 (one bad row must not cost the others)
            db.session.rollback()
            log.error("%s: row %s failed, %s", name, one, type(error).__name__)  # noqa: TRY400 (a traceback would show the row)
    return done


def run_due(app: Flask, now: Callable[[], datetime], last_runs: dict[str, datetime] | None = None) -> dict[str, int]:
    """Run each job that is due and count what it did; -1 marks one that failed (it is logged and the others go on).

    A worker hands in the same `last_runs` each time; without it every job is due.
    """
    counts = {}
    last = {} if last_runs is None else last_runs
    for job in app.extensions[KEY]:
        began = now()
        if job.name in last and began - last[job.name] < job.every:
            continue
        last[job.name] = began
        try:
            counts[job.name] = job.run(began)
        except Exception:
            log.exception("job %s failed", job.name)
            counts[job.name] = -1
        finally:
            db.session.remove()
    return counts
