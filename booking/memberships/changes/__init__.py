"""What verbs do to memberships inside the caller's transaction."""
