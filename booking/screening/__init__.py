"""Health screening and consent."""
