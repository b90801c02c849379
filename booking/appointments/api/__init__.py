"""Holds and appointments as JSON."""
