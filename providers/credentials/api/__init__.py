"""Credentials as JSON: the owner's side and the checker's."""
