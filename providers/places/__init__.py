"""Addresses, geocoding, neighborhoods, service areas, travel time: Manhattan without a network."""
