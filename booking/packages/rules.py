"""What a package is worth: each visit's share, how long it may be used, what goes back of it. Pure, in cents.

All visits of a package cost the same, so that no share is ever rounded. Its tax is each visit's tax, times the visits.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from booking.ledger.rules.entries import (
    AT_VISIT,
    CLIENT,
    DEPOSITS,
    PREPAID,
    PREPAID_IN_HAND,
    PROVIDER,
    REFUND,
    REFUND_SENT,
    REFUNDS,
    TAX,
    Entry,
    Group,
    entry,
    visit_key,
)
from booking.ledger.rules.entries import HOW as WAYS
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.money import format_usd, share_half_up

LEAST_VISITS, MOST_VISITS = 2, 24
LEAST_MONTHS, MOST_MONTHS = 3, 24
ORDERED, ACTIVE, ENDED, WITHDRAWN = "ordered", "active", "ended", "withdrawn"
STATES = (ORDERED, ACTIVE, ENDED, WITHDRAWN)
RESERVED, SPENT, RETURNED = "reserved", "spent", "returned"
USES = (RESERVED, SPENT, RETURNED)
CLIENT_ENDS, PROVIDER_ENDS, EXPIRED = "client", "provider", "expired"
ENDS = (CLIENT_ENDS, PROVIDER_ENDS, EXPIRED)
# An order that nobody paid for is let go of; a client hears this many days before the last day of what is left.
ORDER_LIVES = timedelta(days=30)
WARN_DAYS = (30, 7)
BY_CARD = "card"
HOW = (*WAYS, BY_CARD)
PACKAGE, PACKAGE_SOLD, PACKAGE_FEE, REPRICED = "package", "package_sold", "package_fee", "package_repriced"
ALL = 10_000


@dataclass(frozen=True)
class Offer:
    """So many visits of one service and length for one price before tax, to be used within months of paying."""

    service_code: str
    minutes: int
    visits: int
    price_cents: int
    valid_months: int

    @property
    def each_cents(self) -> int:
        """What one visit of it costs."""
        return self.price_cents // self.visits


def check_offer(offer: Offer, single_cents: int | None) -> None:
    """Whether a package may be offered beside the single price of the same visit. Raises Refused with the fields at fault."""
    faults = []
    if single_cents is None:
        faults.append(FieldFault("minutes", "You do not offer this service in this length."))
    if not LEAST_VISITS <= offer.visits <= MOST_VISITS:
        faults.append(FieldFault("visits", f"Choose {LEAST_VISITS} to {MOST_VISITS} visits."))
    if not LEAST_MONTHS <= offer.valid_months <= MOST_MONTHS:
        faults.append(FieldFault("valid_months", f"Choose {LEAST_MONTHS} to {MOST_MONTHS} months."))
    if not faults and single_cents is not None:
        faults += _price_faults(offer, single_cents)
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


def _price_faults(offer: Offer, single_cents: int) -> list[FieldFault]:
    if offer.price_cents <= 0 or offer.price_cents % offer.visits:
        lower = max(offer.each_cents, 1) * offer.visits
        near = f"{format_usd(lower)} is {offer.visits} × {format_usd(lower // offer.visits)}"
        return [FieldFault("price_cents", f"The price must be the same for each visit, to the cent: {near}.")]
    if offer.each_cents > single_cents:
        return [FieldFault("price_cents", f"A visit of a package may not cost more than a single one, {format_usd(single_cents)}.")]
    return []


@dataclass(frozen=True)
class Worth:
    """What was agreed when a package was bought: its visits, and what one costs in it and alone, tax apart."""

    visits: int
    each_cents: int
    each_tax_cents: int
    single_cents: int
    single_tax_cents: int

    @property
    def share_cents(self) -> int:
        """What was paid for one visit."""
        return self.each_cents + self.each_tax_cents

    @property
    def total_cents(self) -> int:
        """What was paid in all."""
        return self.visits * self.share_cents

    @property
    def single_total_cents(self) -> int:
        """What one visit alone would have cost."""
        return self.single_cents + self.single_tax_cents


@dataclass(frozen=True)
class End:
    """What becomes of what is left: `refund_cents` go back, `kept_cents` stay with the provider, `kept_tax_cents` of them are tax."""

    refund_cents: int
    kept_cents: int
    kept_tax_cents: int


def assess_end(worth: Worth, used: int, by: str) -> End:
    """What goes back when a package ends with `used` visits used.

    The client's own end, and the last day: what was paid less the used visits at their single price, never below nothing. The provider's
    end: every unused visit at what was paid for it, which is never less.
    """
    left_cents = (worth.visits - used) * worth.share_cents
    if by == PROVIDER_ENDS:
        return End(left_cents, 0, 0)
    refund = max(0, worth.total_cents - used * worth.single_total_cents)
    kept = left_cents - refund
    tax = share_half_up(kept, Fraction(worth.each_tax_cents * ALL, worth.share_cents))
    return End(refund, kept, tax)


def last_day(paid_on: date, months: int) -> date:
    """The last New York day on which a visit of a package may lie: so many months after it was paid, the same day or the month's last."""
    year, month = divmod(paid_on.year * 12 + paid_on.month - 1 + months, 12)
    return date(year, month + 1, min(paid_on.day, monthrange(year, month + 1)[1]))


def prepaid_account(how: str) -> str:
    """Where what was paid in advance stands: card money is at the card company, other money in the therapist's hands."""
    return PREPAID if how == BY_CARD else PREPAID_IN_HAND


# --- entries -----------------------------------------------------------------------------------------------------------------


def package_key(package: str, what: str) -> str:
    """The business key of an event of a package, by its public id."""
    return f"package:{package}:{what}"


def sold(package: str, how: str, cents: int) -> Group:
    """A package was paid: it is owed in visits. Card money was a deposit until now."""
    source = DEPOSITS if how == BY_CARD else AT_VISIT
    return Group(package_key(package, "sold"), entry(PACKAGE_SOLD, source, prepaid_account(how), cents))


def earned(visit: str, how: str, worth: Worth) -> Group:
    """A visit of a package took place: its share is earned, the tax in it the state's."""
    source = prepaid_account(how)
    own = entry(PACKAGE, source, PROVIDER, worth.each_cents)
    return Group(visit_key(visit, "package"), (*own, *entry(PACKAGE, source, TAX, worth.each_tax_cents)))


def pays_fee(visit: str, how: str, worth: Worth) -> Group:
    """The whole fee for a visit that was left late or missed: its share of the package pays it and is used up."""
    source = prepaid_account(how)
    own = entry(PACKAGE_FEE, source, CLIENT, worth.each_cents)
    return Group(visit_key(visit, "package"), (*own, *entry(PACKAGE, source, TAX, worth.each_tax_cents)))


def ended(package: str, how: str, end: End) -> Group:
    """What is left leaves the package: to the client, and what used visits cost more alone to the provider."""
    source = prepaid_account(how)
    back = entry(REFUND, source, DEPOSITS if how == BY_CARD else REFUNDS, end.refund_cents)
    kept = entry(REPRICED, source, PROVIDER, end.kept_cents - end.kept_tax_cents)
    return Group(package_key(package, "ended"), (*back, *kept, *entry(REPRICED, source, TAX, end.kept_tax_cents)))


def given_back(package: str, cents: int) -> Group:
    """The therapist gave back what was left."""
    return Group(package_key(package, "given_back"), entry(REFUND_SENT, REFUNDS, AT_VISIT, cents))


def liability(entries: tuple[Entry, ...]) -> int:
    """What these entries leave owed in visits."""
    return sum(one.amount_cents * ((one.credit in _PREPAID) - (one.debit in _PREPAID)) for one in entries)


_PREPAID = frozenset({PREPAID, PREPAID_IN_HAND})
