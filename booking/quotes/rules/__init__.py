"""What a visit costs and what leaving it costs: lines with their reasons, tax, and the cancellation clock in words."""
