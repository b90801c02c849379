"""Verbs about cards. Each calls Stripe outside of its transactions."""
