"""Schedules, pauses, clinics and rosters for programs."""

from providers.schedule.api import pausing
from providers.schedule.api.desk import blueprint

__all__ = ["blueprint", "pausing"]
