"""What a client tells once and keeps: history and goals, how they want to be touched, and the papers they bring."""
