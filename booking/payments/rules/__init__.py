"""Cards, thought through: states of a payment and of a refund, what to ask next, and whose letter a webhook is."""
