"""Reading schedules and blocks: as the contract has them, and from the fields of the hours editor."""

from providers.schedule.forms.reading import read_block, read_schedule

__all__ = ["read_block", "read_schedule"]
