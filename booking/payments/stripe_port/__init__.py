"""The one door to Stripe: plain values in and out, a closed set of errors, one idempotency key a business operation.

`client.py` asks, `values.py` are the words, `double.py` stands in for Stripe in tests and trials.
"""
