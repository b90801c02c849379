"""Terms with first days, and one claim a visit."""
