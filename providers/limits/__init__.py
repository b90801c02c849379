"""What rests on a provider by rule: bookings as requests alone, or none at all."""
