"""Reading services, price rules and terms: as the contract has them, and from the fields of pages."""

from providers.services.forms.reading import SETTINGS, read_services

__all__ = ["SETTINGS", "read_services"]
