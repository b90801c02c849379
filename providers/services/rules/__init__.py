"""What services, prices and terms may be, and what a technique has to do with a condition: thinking only."""
