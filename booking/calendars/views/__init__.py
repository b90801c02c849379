"""What calendar programs fetch, and the page of their addresses."""
