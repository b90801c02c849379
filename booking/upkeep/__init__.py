"""What must hold of live data, looked at from outside: `flask check`, and the jobs that end what ends by itself."""
