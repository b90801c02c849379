"""What several verbs of verification do inside their own transaction."""
