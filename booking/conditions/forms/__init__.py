"""What pages and programs see of terms and price rules that are still being typed."""
