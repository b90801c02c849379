"""What plans do by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.plans.actions.end_kept import end_kept
from marketplace.jobs import Job
from marketplace.settings import Settings


def _end(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return end_kept(now, settings.base_url)


JOBS = (Job("end paused visits", _end, every=timedelta(minutes=1)),)
