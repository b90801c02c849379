"""What several verbs do to appointments inside their own transaction: history, letters, the standing judgement of a start."""
