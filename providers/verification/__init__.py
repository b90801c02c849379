"""How we find out: sources, the exclusion list, letters to those who can confirm, flags on texts, and the checkers' desk."""
