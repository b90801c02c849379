"""What the platform's fee is: flat, by booking or by month. A share of the price only with a sign-off (8 NYCRR 29.1(b)(3) and (4))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from booking.ledger.rules.entries import PLATFORM, PLATFORM_COSTS, Group, entry, visit_key
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.money import format_usd, percent_half_up

NONE, PER_BOOKING, FIRST_BOOKING, MONTHLY, PERCENT = "none", "per_booking", "first_booking", "monthly", "percent"
KINDS = (NONE, PER_BOOKING, FIRST_BOOKING, MONTHLY, PERCENT)
FLAT = (PER_BOOKING, FIRST_BOOKING, MONTHLY)
MOST_CENTS, MOST_PERCENT, LEAST_SIGN_OFF = 50_000, 30, 20
FEE, SUBSCRIPTION = "platform_fee", "platform_subscription"


@dataclass(frozen=True)
class SignOff:
    """Who said that a share of the price may be taken, on which day, in which words."""

    by: str
    on: date
    text: str


@dataclass(frozen=True)
class Agreement:
    """What is taken from `starts_on` on, until the next one starts: cents where it is flat, whole percent where it is signed off."""

    kind: str
    starts_on: date
    cents: int = 0
    percent: int = 0
    sign_off: SignOff | None = None


FREE = Agreement(NONE, date.min)


def check_agreement(wanted: Agreement, today: date) -> None:
    """Whether an agreement may be announced. Raises Refused with the fields at fault."""
    faults = []
    if wanted.starts_on <= today:
        faults.append(FieldFault("starts_on", "It starts tomorrow at the earliest: what was booked before keeps what was agreed then."))
    if wanted.kind in FLAT and not 0 < wanted.cents <= MOST_CENTS:
        faults.append(FieldFault("cents", f"Choose $0.01 to {format_usd(MOST_CENTS)}."))
    if wanted.kind not in FLAT and wanted.cents:
        faults.append(FieldFault("cents", "Only a flat fee has an amount."))
    if wanted.kind == PERCENT and not 0 < wanted.percent <= MOST_PERCENT:
        faults.append(FieldFault("percent", f"Choose 1 to {MOST_PERCENT} percent."))
    if wanted.kind != PERCENT and (wanted.percent or wanted.sign_off):
        faults.append(FieldFault("percent", "Only a share of the price has a percentage and a sign-off."))
    if wanted.kind == PERCENT:
        faults += _sign_off_faults(wanted.sign_off, today)
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


def _sign_off_faults(sign_off: SignOff | None, today: date) -> list[FieldFault]:
    if sign_off is None or not sign_off.by.strip():
        return [FieldFault("signed_by", "New York bars sharing fees with whoever is not licensed. Say who signed off on a percentage.")]
    if sign_off.on > today:
        return [FieldFault("signed_on", "A sign-off lies in the past.")]
    if len(sign_off.text.strip()) < LEAST_SIGN_OFF:
        return [FieldFault("sign_text", "Write down the sign-off in its own words.")]
    return []


def in_force(agreements: Sequence[Agreement], day: date) -> Agreement:
    """The agreement of a New York day: of those that have started the one that started last; of two of one day the later written."""
    started = [one for one in agreements if one.starts_on <= day]
    return max(enumerate(started), key=lambda pair: (pair[1].starts_on, pair[0]))[1] if started else FREE


def fee_of_booking(agreement: Agreement, price_cents: int, *, first: bool) -> int:
    """The cents that a booking costs its provider once it is had, or once its client is at fault; `first` of this client with them."""
    if agreement.kind == PER_BOOKING or (agreement.kind == FIRST_BOOKING and first):
        return agreement.cents
    return percent_half_up(max(0, price_cents), agreement.percent) if agreement.kind == PERCENT else 0


def words(agreement: Agreement) -> str:
    """The agreement in one sentence, for both sides."""
    dollars = format_usd(agreement.cents)
    return {
        NONE: "We take nothing of a booking.",
        PER_BOOKING: f"The therapist pays us {dollars} for each booking that takes place.",
        FIRST_BOOKING: f"The therapist pays us {dollars} for a client's first booking with them, and nothing for later ones.",
        MONTHLY: f"The therapist pays us {dollars} a month, and nothing of a booking.",
        PERCENT: f"The therapist pays us {agreement.percent}% of the price of a booking that takes place.",
    }[agreement.kind]


def taken(visit: str, cents: int) -> Group:
    """A visit took place, or its client left it late or missed it: the agreed fee is the platform's, at the provider's cost."""
    return Group(visit_key(visit, "platform_fee"), entry(FEE, PLATFORM_COSTS, PLATFORM, cents))


def subscribed(provider: str, month: date, cents: int) -> Group:
    """A month of a provider's, by their public name."""
    return Group(f"subscription:{provider}:{month:%Y-%m}", entry(SUBSCRIPTION, PLATFORM_COSTS, PLATFORM, cents))
