"""Words in public texts: what a licensee must not say, and what a person should look at."""
