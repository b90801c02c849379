"""What is said about plans, and how they are told."""
