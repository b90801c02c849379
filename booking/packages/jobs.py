"""What packages do by themselves."""

from __future__ import annotations

from datetime import timedelta

from booking.packages.actions.buying import lapse_orders
from booking.packages.actions.ending import end_over, warn_of_ends
from marketplace.jobs import Job

JOBS = (
    Job("lapse packages", lapse_orders, every=timedelta(hours=1)),
    Job("end packages", end_over, every=timedelta(minutes=30)),
    Job("warn of packages", warn_of_ends, every=timedelta(hours=1)),
)
