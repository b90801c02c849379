"""What classes do by themselves."""

from __future__ import annotations

from datetime import timedelta

from booking.classes.actions.expire_seats import expire_seats
from marketplace.jobs import Job

JOBS = (Job("expire seats", expire_seats, every=timedelta(seconds=20)),)
