"""Signed notes that a supervising colleague looks at: offered, returned with comments or accepted, never changed."""
