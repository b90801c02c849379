"""What is read for openings: claims as the engine wants them, the listed providers kept fresh, search, one provider's starts."""

from booking.openings.queries.taken import load_taken

__all__ = ["load_taken"]
