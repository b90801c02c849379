"""What pages and programs send about papers."""
