"""Outside calendars: read, fetched, kept in step. What they say becomes busy minutes in `schedule`; nothing else of them is kept."""
