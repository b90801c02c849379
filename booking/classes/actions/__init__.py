"""The verbs of classes, one file a verb."""
