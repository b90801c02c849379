"""The end of a package: by its client, its therapist, or on its last day; what is left goes back by the rule."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.packages.changes import CREDIT_NOTE, issue_paper, lock_package, write_entries, write_to_client, write_to_provider
from booking.packages.queries import Kept, count_uses, ending_packages, get_kept, over_packages
from booking.packages.rules import (
    ACTIVE,
    BY_CARD,
    ENDED,
    EXPIRED,
    RESERVED,
    WARN_DAYS,
    End,
    assess_end,
    ended,
    given_back,
)
from booking.payments.changes.ordering import Back, order_refund
from booking.payments.models import Payment
from booking.payments.queries import get_payment
from marketplace import audit
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, Stale
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import local_day, to_minute

JOB = "job:packages"
REASON = "What is left of a package goes back."


def end_package(
    public_id: str, by: str, actor: str, now: datetime, *, person_id: int | None = None, provider_id: int | None = None,
    expected_refund_cents: int | None = None,
) -> tuple[Kept, End]:  # fmt: skip
    """End a package now; what goes back is the figure that was shown.

    Raises NotFound, Conflict `wrong_state` or `visits_coming`, Stale `refund_changed` with the new figure.
    """
    with transaction() as session:
        kept = lock_package(session, public_id, person_id=person_id, provider_id=provider_id)
        if kept.package.state != ACTIVE:
            raise Conflict("wrong_state", "This package is not in use.")
        if count_uses(session, kept.package.id, RESERVED):
            raise Conflict("visits_coming", "Visits of this package are still to come. Have them, or cancel them, first.")
        end = assess_end(kept.package.worth, kept.package.used, by)
        if expected_refund_cents not in {None, end.refund_cents}:
            raise Stale(
                "refund_changed",
                f"Now {format_usd(end.refund_cents)} would go back. Look again.",
                details={"refund_cents": end.refund_cents},
            )
        _end(session, kept, end, by, actor, now)
        return kept, end


def end_over(now: datetime) -> int:
    """End the packages whose last day is over; counts them."""
    today = local_day(to_minute(now))
    return one_by_one("end packages", over_packages(db.session(), today), lambda public_id: _end_over(public_id, today, now))


def _end_over(public_id: str, today: date, now: datetime) -> bool:
    with transaction() as session:
        kept = lock_package(session, public_id)
        package = kept.package
        if package.state != ACTIVE or package.last_on is None or package.last_on >= today or count_uses(session, package.id, RESERVED):
            return False
        _end(session, kept, assess_end(package.worth, package.used, EXPIRED), EXPIRED, JOB, now)
        return True


def _end(session: Session, kept: Kept, end: End, by: str, actor: str, now: datetime) -> None:
    package = kept.package
    package.state, package.ended_by, package.closed_at, package.refund_cents = ENDED, by, now, end.refund_cents
    write_entries(session, package, ended(package.public_id, package.how or "", end), actor, now)
    if end.refund_cents:
        issue_paper(session, kept, CREDIT_NOTE, end.refund_cents, now)
        if package.how == BY_CARD and package.payment_id is not None:
            payment = get_payment(session, session.get_one(Payment, package.payment_id).public_id, lock=True)
            order_refund(session, payment, Back(end.refund_cents, "package_ended", REASON, actor, held=True), now)
            package.refunded_at = now
    elif package.refunded_at is None:
        package.refunded_at = now
    details = {"by": by, "refund_cents": end.refund_cents, "kept_cents": end.kept_cents, "used": package.used}
    audit.record(session, audit.Deed(now, actor, "package.ended", "package", package.public_id, details))
    write_to_client(session, kept, "package_ended", now, by=by, cents=end.refund_cents, by_card=package.how == BY_CARD, used=package.used)
    write_to_provider(
        session, kept, "provider_package_ended", now, by=by, cents=end.refund_cents, by_card=package.how == BY_CARD, client=kept.person.name
    )


def record_given_back(public_id: str, provider_id: int | None, actor: str, now: datetime) -> Kept:
    """The therapist gave back what was left of a package that was paid to them. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_package(session, public_id, provider_id=provider_id)
        package = kept.package
        if package.state != ENDED or package.refunded_at is not None:
            raise Conflict("wrong_state", "Nothing of this package is to be given back.")
        package.refunded_at = now
        write_entries(session, package, given_back(package.public_id, package.refund_cents), actor, now)
        audit.record(session, audit.Deed(now, actor, "package.given_back", "package", public_id, {"cents": package.refund_cents}))
        return kept


def warn_of_ends(now: datetime) -> int:
    """Write to clients whose packages end soon with visits left: once a month before, once a week before; counts the packages looked at."""
    today = local_day(to_minute(now))
    return one_by_one("warn of packages", ending_packages(db.session(), today), lambda public_id: _warn(public_id, today, now))


def _warn(public_id: str, today: date, now: datetime) -> bool:
    with transaction() as session:
        kept = get_kept(session, public_id)
        package = kept.package
        if package.state != ACTIVE or package.last_on is None or kept.left == 0:
            return False
        days = min(days for days in WARN_DAYS if (package.last_on - today).days <= days)
        end = assess_end(package.worth, package.used, EXPIRED)
        write_to_client(session, kept, "package_ends", now, once=str(days), cents=end.refund_cents)
        return True
