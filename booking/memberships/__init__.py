"""Memberships: so many visits a month for one price, charged to a saved card each month until the client ends it."""
