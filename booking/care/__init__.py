"""What others sign for a client, what is asked again before a visit, and who has read what of all that."""
