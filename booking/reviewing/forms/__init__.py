"""What is read of programs and pages, and how reviews are answered."""
