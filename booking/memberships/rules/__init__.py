"""Pure thinking about memberships: their months, what a plan may be, the words to which a client agrees."""
