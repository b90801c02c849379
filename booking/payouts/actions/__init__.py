"""Verbs of payouts: an account is begun and looked at, money is ordered, sent, and held against what Stripe has."""
