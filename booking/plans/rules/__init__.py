"""What plans think."""
