"""Calendar files and links."""
