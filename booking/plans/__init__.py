"""Plans: what a therapist and a client have agreed upon, how far it has come, when to stop, and what is asked of a prescriber."""
