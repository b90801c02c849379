"""Discount codes of providers: who may use which how often, counted by the database."""
