"""What the rule of reliability does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.reliability.actions.judge import judge_everybody
from marketplace.jobs import Job
from marketplace.settings import Settings


def _judge(now: datetime) -> int:
    settings: Settings = current_app.extensions["settings"]
    return judge_everybody(now, settings.base_url)


JOBS = (Job("judge reliability", _judge, every=timedelta(minutes=10)),)
