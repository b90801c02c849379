"""What every page and endpoint needs: problem+json, filters, security headers, guards, reading of requests."""
