"""Which insurers a provider says they deal with, and how; never whether anything is covered."""
