"""Reading credentials and decisions, as JSON or from pages; credentials as the contract writes them."""

from providers.credentials.forms.reading import (
    checker,
    credential_body,
    credentials_link,
    document_response,
    read_credential,
    read_decision,
    read_upload,
)

__all__ = ["checker", "credential_body", "credentials_link", "document_response", "read_credential", "read_decision", "read_upload"]
