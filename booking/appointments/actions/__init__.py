"""The verbs of a client's time, one file each: hold, book, move, cancel, progress, expire."""
