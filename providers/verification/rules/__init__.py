"""What comes first at the checkers' desk, what they are warned of, and what changed between two versions."""
