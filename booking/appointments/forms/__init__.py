"""The forms of checkout and of one's own visits."""
