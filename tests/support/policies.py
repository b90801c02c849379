"""Versions of the policy of credentials for tests that are about what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from providers.credentials.catalogue import kinds
from providers.credentials.rules.kinds import Requirement
from providers.credentials.rules.policies import kinds_with, table_to_dict
from tests.factories import CredentialPolicyFactory


def table_requiring(requires: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The vendored table as it is stored, with other requirements for some kinds: `{"background_check": [{"settings": ["home"]}]}`."""
    changed = {
        code: (
            tuple(Requirement(*(frozenset(row.get(name, ())) for name in ("professions", "techniques", "settings"))) for row in rows),
            kinds().kinds[code].expiry_required,
            kinds().kinds[code].recheck_days,
        )
        for code, rows in requires.items()
    }
    return table_to_dict(replace(kinds(), kinds=kinds_with(kinds(), changed)))


def add_version(effective_from: date, requires: Mapping[str, Sequence[Mapping[str, Any]]], version: int = 2) -> None:
    """A version of the policy from a day on."""
    CredentialPolicyFactory(version=version, effective_from=effective_from, table=table_requiring(requires))
