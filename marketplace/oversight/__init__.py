"""What admins see of everything: who did or read what of whose."""
