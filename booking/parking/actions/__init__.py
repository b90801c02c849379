"""What therapists and staff do about parking."""
