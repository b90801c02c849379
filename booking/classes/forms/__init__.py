"""What programs and people send about classes, and how it is answered."""
