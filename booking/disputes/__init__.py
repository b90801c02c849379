"""Disputes: what the platform answers to a client's bank, and the desk where money that waits for a person is seen."""
