"""Verbs of payouts: an account is begun and looked at, money is ordered and sent."""
