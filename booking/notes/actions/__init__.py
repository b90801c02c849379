"""What a therapist does with a note, one file a verb."""
