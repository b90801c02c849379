"""Verbs of packages, one file for each side of a package's life."""
