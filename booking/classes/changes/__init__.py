"""What the verbs of classes do to rows inside their own transaction."""
