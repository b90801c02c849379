"""How reliable a therapist is: what counts, what follows, and who was late."""
