"""Reading places and areas: as the contract has them, and from the fields of pages. The geocoder that settings name."""

from providers.places.forms.reading import current_geocoder, read_area, read_places

__all__ = ["current_geocoder", "read_area", "read_places"]
