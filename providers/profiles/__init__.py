"""Applying, the public profile, listing."""
