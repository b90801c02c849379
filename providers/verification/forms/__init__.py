"""Reading what checkers send, and what they are shown, as the contract writes it."""
