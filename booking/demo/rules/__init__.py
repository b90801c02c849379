"""What the demo is made of, drawn from a given source of chance: people, desks, credentials, visits. No row, no clock, no network."""
