"""What the engine needs of the vendored tables, put together once."""

from __future__ import annotations

from functools import lru_cache

from booking.openings.rules.asking import HouseRules
from providers.credentials import catalogue as credentials
from providers.services import catalogue as services


@lru_cache(maxsize=1)
def house_rules() -> HouseRules:
    """The required credentials and the techniques' levels of evidence, as the tables say."""
    return HouseRules(credentials.kinds(), {code: technique.evidence_level for code, technique in services.techniques().items()})
