"""What a client does between visits: the program their therapist leaves, and the journal they keep."""
