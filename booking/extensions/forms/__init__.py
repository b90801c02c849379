"""What is read of pages and programs, and how requests are answered."""
