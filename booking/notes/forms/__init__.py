"""What is sent about notes, by programs and by the page, and how a note is shown to programs."""
