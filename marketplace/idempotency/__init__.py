"""The same key and body twice: one deed, the same answer. Keys belong to whoever sends them."""
