"""Who may work on a given day, with which techniques, and how a credential moves from draft to verified."""
