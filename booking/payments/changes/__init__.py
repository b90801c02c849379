"""What verbs do to payments inside their own transaction: order, and note what was read from Stripe."""
