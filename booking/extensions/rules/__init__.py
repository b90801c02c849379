"""What a request and its answer have to say."""
