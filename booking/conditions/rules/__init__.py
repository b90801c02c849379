"""Pure thinking about terms and price rules that are still being typed."""
