"""The pages of classes: for everybody, for whoever has a seat, for the therapist."""
