"""Pages of clients, of therapists, and of those who receive a letter."""
