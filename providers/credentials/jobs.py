"""What credentials ask for by themselves: letters before they end."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from marketplace.jobs import Job
from marketplace.settings import Settings
from providers.credentials.actions.remind import remind_of_ends


def remind(now: datetime) -> int:
    """Remind providers of credentials that end."""
    settings: Settings = current_app.extensions["settings"]
    return remind_of_ends(now, f"{settings.base_url}/provider/credentials")


JOBS = (Job("remind of ends", remind, every=timedelta(minutes=10)),)
