"""License, insurance, physician collaboration, certificates: standing on a given day."""
