"""Cards: what is asked of Stripe is written down first, and what Stripe says is what counts."""
