"""What is told by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.care.actions.consent import ask_consent
from booking.care.actions.ending import tell_ending
from booking.care.actions.rescreen import ask_again
from marketplace.jobs import Job
from marketplace.settings import Settings


def _tell(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return tell_ending(now, settings.base_url)


def _ask(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return ask_again(now, settings.base_url)


def _consent(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return ask_consent(now, settings.base_url)


JOBS = (
    Job("tell what ends", _tell, every=timedelta(hours=1)),
    Job("ask again", _ask, every=timedelta(minutes=5)),
    Job("ask for consent", _consent, every=timedelta(hours=1)),
)
