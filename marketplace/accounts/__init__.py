"""Accounts (who signs in), persons (who receives care), second factor, roles, API tokens."""
