"""Pages of papers: a client's own, the therapist's desk, the physician's link."""
