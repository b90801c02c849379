"""The pages of a booking: checkout for clients and guests, own visits, and the provider's day."""
