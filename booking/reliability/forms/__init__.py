"""What people type and programs send, and the answers."""
