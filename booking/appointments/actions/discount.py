"""A discount code on a held time: entered, taken off again. It is used with the booking, not before."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.adding import check_not_paying, row_of
from booking.appointments.changes.history import Doer
from booking.appointments.changes.pairing import find_couple
from booking.appointments.changes.together import check_held, lock_checkout
from booking.appointments.models import Hold
from booking.coupons.changes import usable
from booking.coupons.rules import NOT_VALID, discount_line
from booking.quotes.rules.adding import DISCOUNT, service_cents, with_fee_base, with_lines
from booking.quotes.rules.packages import find_covering
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.profiles.queries import get_facts
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE, noun


def use_code(public_id: str, person_id: int, typed: str | None, doer: Doer, now: datetime) -> Hold:
    """Price a held visit with a code, or (None) without. A fee for leaving is then a share of what is left of the service's price.

    A visit that a package pays takes no code, nor does one of two side by side. Raises NotFound, Conflict `hold_expired` or `hold_used`,
    Refused `coupon_not_valid` for every code that does not count alike.
    """
    with transaction() as session:
        locked = lock_checkout(session, public_id, person_id)
        hold = locked.hold
        check_held(hold, session.get_one(Claim, hold.claim_id), now)
        check_not_paying(session, locked.together)
        cents = service_cents(hold.quote)
        lines = []
        if typed is not None:
            if hold.setting == PHONE or find_covering(hold.quote) is not None or find_couple(session, hold.id) is not None:
                raise Refused("coupon_not_valid", NOT_VALID, faults=[FieldFault("code", NOT_VALID)])
            email = session.get_one(Person, person_id).email
            coupon, draft = usable(session, hold.provider_id, typed, hold.service_code, cents, email=email, now=now)
            lines.append(discount_line(draft, coupon, cents))
        elif find_covering(hold.quote) is not None:
            return hold
        priced = with_lines(hold.quote, lines, row_of(hold, get_facts(session, hold.provider_id)), without={DISCOUNT})
        off = sum(line.amount_cents for line in lines)
        hold.quote = with_fee_base(priced, cents + off, now, noun(hold.setting))
        hold.terms = hold.quote["terms"]
        told = {"total_cents": hold.quote["total_cents"], "code": typed is not None}
        audit.record(session, audit.Deed(now, doer.name, "hold.code", "hold", hold.public_id, told))
        return hold
