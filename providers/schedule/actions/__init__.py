"""The verbs of time: a provider's own desk, and what admins plan for shared clinics."""

from providers.schedule.actions.desk import VisitsBetween, add_block, put_schedule, remove_block

__all__ = ["VisitsBetween", "add_block", "put_schedule", "remove_block"]
