"""What parking cost a therapist at a mobile visit, paid back by the platform up to a cap, with a photo of the receipt."""
