"""From which age a provider treats people under 18, if they do."""
