"""The verbs of those who check: looking, taking, deciding."""
