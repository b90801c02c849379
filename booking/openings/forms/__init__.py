"""What people and programs type about openings, turned into frozen values; every fault is named."""
