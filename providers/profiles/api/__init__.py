"""Profiles as JSON: the owner's side and the admin's."""
