"""What people and programs send about releases and letters."""
