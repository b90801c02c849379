"""Papers of clients, and who read them."""
