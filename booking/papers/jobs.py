"""Papers that are given by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.papers.actions import give_due_estimates
from marketplace.jobs import Job
from marketplace.settings import Settings


def _give(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return give_due_estimates(now, settings.base_url)


JOBS = (Job("give estimates", _give, every=timedelta(minutes=1)),)
