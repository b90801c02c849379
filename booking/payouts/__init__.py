"""Card money that the platform collected for providers, on its way to them, week by week."""
