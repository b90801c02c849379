"""What is done to plans, one file a verb."""
