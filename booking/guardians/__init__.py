"""Who agrees for somebody under 18, and is in the room."""
