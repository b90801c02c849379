"""The hours editor, and the admins' pages of clinics and rosters."""

from providers.schedule.views.hours import blueprint

__all__ = ["blueprint"]
