"""Reading profiles: as the contract has them, and from the fields of pages."""

from providers.profiles.forms.reading import languages, read_profile, read_reason, read_submit, read_suspension
from providers.profiles.forms.shapes import profile_answer

__all__ = ["languages", "profile_answer", "read_profile", "read_reason", "read_submit", "read_suspension"]
