"""What the platform takes of providers: agreements with first days, a flat sum a booking or a month."""
