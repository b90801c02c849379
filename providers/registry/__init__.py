"""Who is a provider: identity, state, and the feed of changes that touch one."""
