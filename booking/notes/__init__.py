"""What a therapist writes of a visit: kept while it is written, signed once, added to afterwards and never changed."""
