"""What care leads to: outcomes as a client and their therapist note them, and what becomes of them over time."""
