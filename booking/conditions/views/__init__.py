"""The editors of terms and price rules."""
