"""Who owes what to whom: a double-entry ledger that only grows, and numbered receipts."""
