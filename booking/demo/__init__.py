"""Demo Manhattan: a believable town of providers, clients and visits, the same for the same seed and day. None of it is real."""
