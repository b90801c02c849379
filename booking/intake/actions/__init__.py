"""Telling, asking for care, keeping papers, and the looks of therapists."""
