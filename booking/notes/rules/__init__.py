"""What a note may hold, when it can be signed, what is carried over, and who may read it."""
