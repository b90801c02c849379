"""The verbs of credentials: handing in, looking at, deciding."""
