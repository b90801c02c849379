"""What the platform's fee does by itself."""

from __future__ import annotations

from datetime import timedelta

from booking.fees.actions import charge_months
from marketplace.jobs import Job

JOBS = (Job("charge months", charge_months, every=timedelta(hours=6)),)
