"""How a dispute stands, in Stripe's words (docs.stripe.com/api/disputes/object), what it moves, and whether money rests meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from booking.ledger.rules.entries import CARD, CLIENT, DEPOSITS, DISPUTED, PLATFORM, TAX, WAIVED, WAIVED_TAX, Group, entry

# Over, and the money is ours and the therapist's again.
ENDED_WELL = ("won", "warning_closed", "prevented")
# The bank gave the money to the client for good.
LOST = "lost"
# In the ledger: what a bank takes or gives back, what it charges for that, what is lost, and what its client no longer owes then.
TAKEN, FEE, LOSS, LET_GO = "disputed", "dispute_fee", "dispute_lost", "dispute_let_go"
WHY_LET_GO = "The client's bank gave the money back to them."


def keeps_back(status: str, *, settled: bool = False) -> bool:
    """Whether nothing of the visit may be paid out: until the bank has decided, and what a loss takes stands in the ledger (`settled`)."""
    return status not in ENDED_WELL and not settled


def is_open(status: str) -> bool:
    """Whether the bank has not decided yet."""
    return status not in {*ENDED_WELL, LOST}


@dataclass(frozen=True)
class Lost:
    """A loss in cents: `held` of it was of a deposit that nothing was charged to, `paid` had paid for something.

    Of what was paid `let_go` is asked of nobody again, `tax` of that is sales tax.
    """

    held: int
    paid: int
    let_go: int
    tax: int


def part_loss(cents: int, held: int, due: int) -> tuple[int, int, int]:
    """Of a loss what was still held, what had paid, and what of that is let go of: as much as the client would owe because of the bank.

    `due` is what they owe before, below zero where they gave more than was charged so far.
    """
    from_held = min(cents, max(0, held))
    paid, owed = cents - from_held, due + from_held
    return from_held, paid, max(0, owed + paid) - max(0, owed)


def bank_took(dispute: str, move: str, cents: int) -> Group:
    """A bank takes cents out of ours (below zero: gives them back); nobody has lost them yet."""
    return Group(f"dispute:{dispute}:{move}", entry(TAKEN, DISPUTED, CARD, cents))


def bank_fee(dispute: str, move: str, cents: int) -> Group:
    """What the card company takes for a dispute: the platform bears it."""
    return Group(f"dispute:{dispute}:{move}:fee", entry(FEE, PLATFORM, CARD, cents))


def loss_key(dispute: str, number: int) -> str:
    """The name of a dispute's loss; a bank may decide again, so they are counted."""
    return f"{losses_of(dispute)}{number}"


def losses_of(dispute: str) -> str:
    """How the names of a dispute's losses begin."""
    return f"dispute:{dispute}:lost:"


def loss(dispute: str, number: int, lost: Lost) -> Group:
    """The money is the client's for good: what they had given is given back."""
    entries = (*entry(LOSS, DEPOSITS, DISPUTED, lost.held), *entry(LOSS, CLIENT, DISPUTED, lost.paid))
    return Group(loss_key(dispute, number), entries)


def let_go(dispute: str, number: int, lost: Lost) -> Group:
    """What a bank has given back is not asked for again: the therapist earned less, and the state less tax."""
    own = entry(LET_GO, WAIVED, CLIENT, lost.let_go - lost.tax)
    return Group(f"{loss_key(dispute, number)}:let_go", (*own, *entry(WAIVED_TAX, TAX, CLIENT, lost.tax)), reason=WHY_LET_GO)
