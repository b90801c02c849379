"""From which age a provider treats people under 18. Who has said nothing treats adults alone (decision 0048)."""

from __future__ import annotations

from marketplace.kernel.errors import FieldFault, Refused

GROWN = 18
"""From this birthday on nobody is asked for a guardian; the rule `minor` of the health questions has the same age."""

ADULTS_ALONE = "Treats adults alone, from 18 on."


def treats(youngest: int | None, age: int) -> bool:
    """Whether somebody of this age in whole years is treated; `youngest` None: adults alone."""
    return age >= (GROWN if youngest is None else youngest)


def policy_words(youngest: int | None) -> str:
    """The policy as clients read it."""
    if youngest is None:
        return ADULTS_ALONE
    under = "Treats children and young people of any age" if youngest == 0 else f"Treats young people from {youngest} on"
    return f"{under}: under 18 with a guardian who has agreed and is in the room."


def check_youngest(youngest: int | None) -> None:
    """Raises Refused `invalid` for an age that is none under 18."""
    if youngest is not None and not 0 <= youngest < GROWN:
        sentence = f"Give an age from 0 to {GROWN - 1}, or none to treat adults alone."
        raise Refused("invalid", sentence, faults=[FieldFault("from_age", sentence)])
