"""The verbs of profiles: writing one, sending it in, and what admins do about providers."""
