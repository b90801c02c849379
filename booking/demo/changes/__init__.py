"""Writing the demo's rows in bulk inside the caller's transaction.

The one place that writes other topics' rows without their own changes: ten thousand providers one by one would take hours. What their
changes guarantee (no overlap, one license number once) the database guarantees here too.
"""
