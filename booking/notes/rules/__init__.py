"""What a note may hold, when it can be signed, and what is carried over."""
