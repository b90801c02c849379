"""Classes: an hour of a therapist's time that several people share, each on a seat of their own."""
