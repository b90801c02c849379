"""Hold, book, move, cancel, complete, no-show."""
