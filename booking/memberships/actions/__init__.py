"""The verbs of memberships."""
