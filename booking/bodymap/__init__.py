"""Where it hurts: a drawing of the body, marks on it, and how they change from visit to visit."""
