"""The verbs: saying who was late, judging, lifting."""
