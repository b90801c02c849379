"""The pure part of claim forms."""
