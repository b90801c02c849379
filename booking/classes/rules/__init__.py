"""What holds of classes: how they are planned, who gets which seat, what leaving costs, what is owed."""
