"""Pages of what a client tells, and of what its therapist sees of it."""
