"""Plans, pauses and requests for more visits, read."""
