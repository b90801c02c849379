"""The job queue's one door: what must happen by itself, and who runs it.

A job is a named function that asks the database for what is due, does it, and may be repeated at any time without harm. Modules register
theirs through the application's list; `run_due` runs them all once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

KEY = "licensed_hands_jobs"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A periodic job. `run` takes the instant of its start and gives the number of things it did."""

    name: str
    run: Callable[[datetime], int]


def install_jobs(app: Flask, jobs: tuple[Job, ...]) -> None:
    """Give `app` its jobs."""
    app.extensions[KEY] = jobs


def run_due(app: Flask, now: Callable[[], datetime]) -> dict[str, int]:
    """Run every job once and count what each did; -1 marks one that failed (it is logged and the others go on)."""
    counts = {}
    for job in app.extensions[KEY]:
        try:
            counts[job.name] = job.run(now())
        except Exception:
            log.exception("job %s failed", job.name)
            counts[job.name] = -1
    return counts
