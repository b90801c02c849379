"""What counts, what follows from it, and what being late means; pure."""
