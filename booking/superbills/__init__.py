"""Superbills: what a client hands to an insurer after a visit, out of its signed note, the prescription and the ledger."""
