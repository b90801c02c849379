"""Letters written in the same transaction as what they tell of, sent after it, once."""
