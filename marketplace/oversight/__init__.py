"""What those who keep the house see and do: the audit, letters on their way, jobs, keys, backups, health."""
