"""Reading credentials, as JSON or from pages; credentials as the contract writes them."""

from providers.credentials.forms.reading import credential_body, credentials_link, read_credential, read_upload

__all__ = ["credential_body", "credentials_link", "read_credential", "read_upload"]
