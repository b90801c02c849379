"""When a visit may be held, moved, left or closed, and what that costs: verdicts, never acts."""
