"""Pages of memberships: joining and one's own, and the therapist's desk."""
