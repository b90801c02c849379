"""The introductory call: ten free minutes on the phone before anything is booked, stated like any other service.

What makes a service a call is its one setting, `phone`, which nothing else may have (decision 0011).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from marketplace.kernel.errors import FieldFault
from providers.services.rules.drafts import ServiceDraft
from providers.services.rules.terms import Step, Terms

PHONE = "phone"
CALL_MINUTES = 10
CALL_DRAFT = ServiceDraft("intro_call", "Free introductory call", (), (), {CALL_MINUTES: 0}, (PHONE,), first_visit_only=False)
"""The call as a provider offers it who just says yes."""

# Nothing is ever due, so leaving and moving are free until it begins; after five minutes nobody has to go on ringing.
CALL_TERMS = Terms((Step(0, 0),), grace_minutes=0, no_show_percent=0, late_minutes=5, free_moves=0, payment="at_visit")

ALONE = "A phone call is a service of its own: it takes place nowhere else."
TEN_FREE_MINUTES = f"An introductory call has one length, {CALL_MINUTES} minutes, and costs nothing."
ONLY_TALK = "On the phone nobody is treated: an introductory call names no technique, no condition and nothing on top."
FOR_ANYBODY = "An introductory call is for anybody who wants to ask first, and never counts as a first visit."
AT_ONCE_BOOKED = "An introductory call is booked at once: who asks first need not ask whether they may."
ONE_CALL = "One introductory call is enough."


def is_call(settings: Collection[str]) -> bool:
    """Whether a service of these settings is an introductory call."""
    return PHONE in settings


def noun(setting: str) -> str:
    """What an appointment in this setting is called: a call or a visit."""
    return "call" if setting == PHONE else "visit"


def call_faults(drafts: Sequence[ServiceDraft]) -> tuple[FieldFault, ...]:
    """What is wrong with the calls among these services, each fault at its field: `services[1].minutes`."""
    calls = [(f"services[{at}]", draft) for at, draft in enumerate(drafts) if is_call(draft.settings)]
    found = [fault for field, draft in calls for fault in _faults(field, draft)]
    found += [FieldFault(f"{field}.settings", ONE_CALL) for field, _draft in calls[1:]]
    return tuple(found)


def _faults(field: str, draft: ServiceDraft) -> list[FieldFault]:
    checks = (
        (len(draft.settings) == 1, "settings", ALONE),
        (dict(draft.prices) == {CALL_MINUTES: 0}, "minutes", TEN_FREE_MINUTES),
        (not draft.techniques, "techniques", ONLY_TALK),
        (not draft.conditions, "conditions", ONLY_TALK),
        (not draft.add_ons, "add_ons", ONLY_TALK),
        (not draft.first_visit_only, "first_visit_only", FOR_ANYBODY),
        (not draft.by_request.settings, "by_request", AT_ONCE_BOOKED),
    )
    return [FieldFault(f"{field}.{name}", sentence) for holds, name, sentence in checks if not holds]
