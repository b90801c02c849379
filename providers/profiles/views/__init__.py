"""Pages of profiles: the owner's, and the list for those who oversee."""
