"""Techniques, conditions, durations, prices, price rules, cancellation terms."""
