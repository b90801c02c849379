"""What gift cards do by themselves."""

from __future__ import annotations

from datetime import timedelta

from booking.giftcards.actions.buying import lapse_gifts
from marketplace.jobs import Job

JOBS = (Job("lapse gift cards", lapse_gifts, every=timedelta(hours=1)),)
