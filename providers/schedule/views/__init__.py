"""The hours editor, pauses, and the admins' pages of clinics and rosters."""

from providers.schedule.views import pausing
from providers.schedule.views.hours import blueprint

__all__ = ["blueprint", "pausing"]
