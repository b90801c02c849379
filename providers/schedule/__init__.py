"""Weekly hours, exceptions, and claims: every minute of a provider that is taken, by whatever."""
