"""Statements of account: what came and went in a month or a year, out of the ledger alone."""
