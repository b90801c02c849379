"""What verbs do to packages inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.ledger.changes import Whose, next_number, post, receipt_name
from booking.ledger.rules.entries import Group
from booking.packages.models import Package, PackagePaper, PackageUse
from booking.packages.queries import Kept, find_use, get_kept
from booking.packages.rules import (
    ACTIVE,
    BY_CARD,
    ORDERED,
    RESERVED,
    RETURNED,
    SPENT,
    WITHDRAWN,
    Worth,
    earned,
    last_day,
    package_key,
    pays_fee,
    sold,
)
from booking.payments.changes.ordering import DEPOSIT, Wish, ask_again, order_release, take_kept
from booking.payments.models import Payment
from booking.payments.queries import get_payment
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.named import Card
from booking.payments.rules.states import AUTHORISED, CANCELLED, CAPTURED, FAILED
from marketplace import audit
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.registry.changes import lock_provider
from providers.registry.queries import find_address

STRIPE = "stripe"
RECEIPT, CREDIT_NOTE = "receipt", "credit_note"
USED_UP = "Your package has no visit left for this time. Hold the time again to see its price."


Gate = Callable[[Session, int, int, str], None]
_gates: dict[str, Gate] = {}


def before_several(name: str, gate: Gate) -> None:
    """Have `gate` look at whoever wants several visits of a service at once, as a package or a series; it raises Refused where it says no.

    It is asked with the provider's id, the person's and the service's code. A topic registers once under its own `name`.
    """
    _gates[name] = gate


def check_several(session: Session, provider_id: int, person_id: int | None, service_code: str) -> None:
    """Ask everybody who may say no to several visits at once. Somebody who is not known yet has agreed upon nothing: id 0."""
    for gate in _gates.values():
        gate(session, provider_id, person_id or 0, service_code)


def lock_package(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None) -> Kept:
    """A package as it is now, locked after its provider as everything about visits is. Raises NotFound for everybody else's."""
    lock_provider(session, get_kept(session, public_id, person_id=person_id, provider_id=provider_id).package.provider_id)
    return get_kept(session, public_id, lock=True)


@dataclass(frozen=True)
class Issue:
    """Visits that another topic sells: whose, of which service and length, what they are worth, and how many months they stay."""

    provider_id: int
    person_id: int
    service_code: str
    service_name: str
    minutes: int
    worth: Worth
    valid_months: int


def issue_order(session: Session, wanted: Issue, now: datetime) -> Kept:
    """Order visits that come from no offer: whoever sells them asks for the money and writes the letters about them."""
    package = Package(
        provider_id=wanted.provider_id, person_id=wanted.person_id, service_code=wanted.service_code, service_name=wanted.service_name,
        minutes=wanted.minutes, valid_months=wanted.valid_months, ordered_at=now,
        **{name: getattr(wanted.worth, name) for name in ("visits", "each_cents", "each_tax_cents", "single_cents", "single_tax_cents")},
    )  # fmt: skip
    session.add(package)
    session.flush()
    return get_kept(session, package.public_id)


def ask_for_order(session: Session, kept: Kept, card: Card, actor: str, now: datetime, *, off_session: bool = False) -> Payment:
    """Write down that a card is to be asked for an order; one that is being asked goes on, after one that failed comes another."""
    package = kept.package
    wish = Wish(
        cause=f"package:{package.public_id}", purpose=DEPOSIT, label=_label(kept), person_id=package.person_id,
        provider_id=package.provider_id, amount_cents=package.worth.total_cents, payment_method=card.payment_method,
        customer=card.customer, capture_later=card.payment_method == ON_PAGE, off_session=off_session, by=actor,
    )  # fmt: skip
    payment = ask_again(session, package.payment_id, wish, now)
    package.payment_id = payment.id
    session.flush()
    return payment


def _label(kept: Kept) -> str:
    visits = kept.package.visits
    return f"{visits} {'visit' if visits == 1 else 'visits'} with {kept.provider.name}"[:120]


def let_go_of_order(session: Session, kept: Kept, actor: str, now: datetime) -> None:
    """An order that is not paid ends; money that still arrives goes back. The package's provider must be locked."""
    package = kept.package
    package.state, package.closed_at = WITHDRAWN, now
    if package.payment_id is not None:
        payment = get_payment(session, session.get_one(Payment, package.payment_id).public_id, lock=True)
        if payment.state not in (CAPTURED, CANCELLED, FAILED):
            order_release(session, payment, actor, now)
    session.flush()


def follow_package(session: Session, payment: Payment, now: datetime) -> None:
    """A card was asked for a package: what its bank keeps is taken, and once the money has arrived the package can be used.

    What is kept for an order that nobody wants any more is let go of, and money that came too late, and goes back, pays for nothing. A
    payment of something else is passed over.
    """
    public_id = session.scalar(select(Package.public_id).where(Package.payment_id == payment.id))
    if public_id is None or payment.state not in {AUTHORISED, CAPTURED}:
        return
    kept = get_kept(session, public_id, lock=True)
    if payment.state == AUTHORISED:
        take_kept(session, payment, STRIPE, now, wanted=kept.package.state == ORDERED)
    elif kept.package.state == ORDERED and payment.refunded_cents == 0:
        activate(session, kept, BY_CARD, STRIPE, now)


def reserve(session: Session, package: str, appointment_id: int, visit: str, reference: str, now: datetime) -> None:
    """One visit of a package is for this appointment. Two at once wait for each other, and the database counts.

    Raises Conflict `package_used_up`.
    """
    try:
        kept = get_kept(session, package, lock=True).package
    except NotFound:
        raise Conflict("package_used_up", USED_UP) from None
    if kept.state != ACTIVE or kept.used >= kept.visits:
        raise Conflict("package_used_up", USED_UP)
    session.add(
        PackageUse(package_id=kept.id, appointment_id=appointment_id, visit=visit, reference=reference, used_at=now, changed_at=now)
    )
    session.flush()
    session.refresh(kept, ["used"])


def spend(session: Session, appointment_id: int, by: str, now: datetime) -> None:
    """A visit took place: its share of a package is earned. Nothing where it has none."""
    _finish(session, appointment_id, earned, by, now)


def spend_on_fee(session: Session, appointment_id: int, fee_cents: int, by: str, now: datetime) -> int:
    """A visit was left late or missed: a fee of the whole price is paid by its share, below that the share goes back.

    Gives the cents of the fee that were paid so.
    """
    found = find_use(session, appointment_id)
    if found is not None and fee_cents >= found[1].each_cents:
        _finish(session, appointment_id, pays_fee, by, now)
        return found[1].each_cents
    give_back(session, appointment_id, now)
    return 0


def give_back(session: Session, appointment_id: int, now: datetime) -> None:
    """Nothing came of a visit: its share may be used for another one."""
    found = find_use(session, appointment_id)
    if found is not None and found[0].state == RESERVED:
        found[0].state, found[0].changed_at = RETURNED, now
        session.flush()
        session.refresh(found[1], ["used"])


def _finish(session: Session, appointment_id: int, make: Callable[[str, str, Worth], Group], by: str, now: datetime) -> None:
    found = find_use(session, appointment_id)
    if found is None or found[0].state != RESERVED:
        return
    use, package = found
    whose = Whose(appointment_id, package.provider_id, package.person_id)
    post(session, make(use.visit, package.how or "", package.worth), whose, by, now)
    use.state, use.changed_at = SPENT, now
    session.flush()


def activate(session: Session, kept: Kept, how: str, by: str, now: datetime) -> PackagePaper:
    """A package was paid: from now on it can be used, until its last day. Gives its receipt."""
    package = kept.package
    package.state, package.how, package.paid_at = ACTIVE, how, now
    package.last_on = last_day(local_day(to_minute(now)), package.valid_months)
    write_entries(session, package, sold(package.public_id, how, package.worth.total_cents), by, now)
    paper = issue_paper(session, kept, RECEIPT, package.worth.total_cents, now)
    audit.record(session, audit.Deed(now, by, "package.paid", "package", package.public_id, {"how": how, "cents": paper.amount_cents}))
    if package.offer_id is not None:
        write_to_client(session, kept, "package_paid", now, number=paper.name, cents=paper.amount_cents)
    return paper


def write_entries(session: Session, package: Package, group: Group, by: str, now: datetime) -> None:
    """Post a group about a package itself."""
    post(session, group, Whose(None, package.provider_id, package.person_id), by, now)


def issue_paper(session: Session, kept: Kept, kind: str, cents: int, now: datetime) -> PackagePaper:
    """The next number of the provider's New York year for packages, without a gap."""
    package = kept.package
    year, number = next_number(session, PackagePaper, "package papers", package.provider_id, now)
    paper = PackagePaper(
        name=receipt_name(f"{kept.provider.slug}-packages", year, number), package_id=package.id, provider_id=package.provider_id,
        year=year, number=number, kind=kind, amount_cents=cents, content=paper_content(kept), issued_at=now,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


def paper_content(kept: Kept) -> dict[str, object]:
    """What a paper of a package says, without the client's name."""
    package = kept.package
    return {
        "provider": {"slug": kept.provider.slug, "name": kept.provider.name}, "package": package.public_id,
        "service_name": package.service_name, "minutes": package.minutes, "visits": package.visits, "each_cents": package.each_cents,
        "price_cents": package.visits * package.each_cents, "tax_cents": package.visits * package.each_tax_cents,
        "total_cents": package.worth.total_cents, "how": package.how, "last_on": _day(package),
        "currency": "USD",
    }  # fmt: skip


def _day(package: Package) -> str | None:
    return None if package.last_on is None else package.last_on.isoformat()


def write_to_client(session: Session, kept: Kept, kind: str, now: datetime, *, once: str = "", **facts: object) -> None:
    """A letter about a package, once for each kind (and `once`, where a kind comes more often)."""
    if kept.person.email:
        key = f"{kind}:{package_key(kept.package.public_id, once)}"
        _write(session, kept, key, kept.person.email, facts, now)


def write_to_provider(session: Session, kept: Kept, kind: str, now: datetime, **facts: object) -> None:
    """The same to the therapist."""
    address = find_address(session, kept.package.provider_id)
    if address:
        _write(session, kept, f"{kind}:{package_key(kept.package.public_id, '')}", address, facts, now)


def _write(session: Session, kept: Kept, key: str, to: str, facts: dict[str, object], now: datetime) -> None:
    package = kept.package
    known = {
        "provider_name": kept.provider.name, "service_name": package.service_name, "minutes": package.minutes, "visits": package.visits,
        "left": package.visits - package.used, "last_on": _day(package),
    }  # fmt: skip
    kind = key.partition(":")[0]
    enqueue_letter(session, key=key, kind=kind, recipient=to, facts={**known, **facts}, now=now, about=package.public_id)
