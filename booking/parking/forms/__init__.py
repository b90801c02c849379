"""What is said about parking, on pages and in JSON."""
