"""What a person must act on about a coming visit because its provider may not be booked for it any more. Computed, never stored."""

from __future__ import annotations

from dataclasses import dataclass

from booking.openings.rules.asking import HouseRules, covers, standing_pieces
from marketplace.kernel.walltime import local_day
from providers.profiles.rules import ProviderFacts
from providers.registry.rules import LISTED

# The sign on a visit whose provider has lost the standing for it. Never stored.
PROVIDER_LAPSED = "provider_lapsed"
# The sign on a visit whose provider is busy elsewhere meanwhile, as an outside calendar says. Never stored.
OUTSIDE_CLASH = "outside_clash"
# The sign on a visit that stands in its provider's time off, and that somebody has to move, cancel or hand over. Never stored.
PROVIDER_AWAY = "provider_away"
# The sign on a coming visit that its therapist has paused, so that a physician looks first: its time is kept, it cannot begin, leaving is
# free. Never stored.
PAUSED = "paused"
# The signs on a visit that is over and whose card did not pay what is due: its client must prove at their bank that it is them, or pay
# in another way. They go once nothing is due any more.
CLIENT_MUST_ACT, CARD_DECLINED = "client_must_act", "card_declined"
UNPAID = (CLIENT_MUST_ACT, CARD_DECLINED)
# Why: the provider cannot be booked at all, or a credential asked of the visit's day, setting or technique is not in force.
UNLISTED, CREDENTIAL = "unlisted", "credential"


@dataclass(frozen=True)
class PlannedVisit:
    """A visit as its standing is judged: epoch minutes, setting, service and the technique that was chosen, if any."""

    begin_minute: int
    end_minute: int
    setting: str
    service_code: str
    technique: str | None


def lapse_of(visit: PlannedVisit, facts: ProviderFacts, house: HouseRules) -> str | None:
    """Why the provider has no standing for the whole of a visit, as a code; None where they have.

    A visit without a chosen technique needs one of its service's; a service that is offered no more asks for none.
    """
    if facts.state != LISTED:
        return UNLISTED
    service = facts.service(visit.service_code)
    techniques = (visit.technique,) if visit.technique else service.techniques if service else ()
    first, last = local_day(visit.begin_minute), local_day(visit.end_minute - 1)
    pieces = standing_pieces(facts, techniques, house, first, last, visit.setting)
    stands = [(piece.begin_minute, piece.end_minute) for piece in pieces if piece.techniques or not techniques]
    return None if covers(stands, visit.begin_minute, visit.end_minute) else CREDENTIAL


def signs(stored: list[str], *, lapsed: bool, clashes: bool = False, away: bool = False, paused: bool = False) -> list[str]:
    """The codes of what a person must act on: those kept with the visit, and what is found out anew at every look.

    That is: its provider has lost the standing for it; its provider is busy elsewhere meanwhile, or away; it is paused.
    """
    found = {PROVIDER_LAPSED: lapsed, OUTSIDE_CLASH: clashes, PROVIDER_AWAY: away, PAUSED: paused}
    return [*(code for code in stored if code not in found), *(code for code, holds in found.items() if holds)]
