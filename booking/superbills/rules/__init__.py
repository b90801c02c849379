"""Units by the minute, what a superbill says, and the paper it becomes."""
