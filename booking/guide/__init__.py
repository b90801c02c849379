"""What a visitor reads: help, how we verify, cancellation, legal pages; and the way around the site for each role."""
