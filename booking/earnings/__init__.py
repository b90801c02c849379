"""What a provider earned: the ledger read by week, month and year, each line tied to its visit."""
