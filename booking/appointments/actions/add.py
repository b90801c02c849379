"""Adding to a time that is held, and to a visit that is booked: what is added must fit, and is priced as of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.adding import Longer, check_not_paying, extra_lines, lengthen, longer, options_of, row_of, write_extended
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.money import settle
from booking.appointments.changes.together import check_held, lock_checkout
from booking.appointments.models import Hold
from booking.appointments.queries import Booked
from booking.appointments.rules.adding import ADD_ON, LENGTH, Extra, assess_adding, chosen_extras, extras_of, refuse_longer
from booking.appointments.rules.states import CLIENT, PROVIDER
from booking.guardians.changes import refuse_unguarded
from booking.quotes.rules.adding import with_lines
from booking.quotes.rules.pricing import add_on_lines
from booking.screening.changes import refuse_stop
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused, Stale
from marketplace.kernel.money import format_usd
from providers.places.changes import lock_rooms
from providers.schedule.changes import let_rooms_go
from providers.services.rules.calls import PHONE
from providers.services.rules.drafts import AddOn


@dataclass(frozen=True)
class Adding:
    """What to add to a booked visit: add-ons by code, a longer length. `client_agreed` is the client's yes where somebody else adds.

    `expected_total_cents` is the whole price that was shown; None agrees to whatever it is.
    """

    add_ons: tuple[str, ...] = ()
    minutes: int | None = None
    client_agreed: bool = False
    expected_total_cents: int | None = None


def choose_for_hold(public_id: str, person_id: int, add_ons: tuple[str, ...], doer: Doer, now: datetime) -> Hold:
    """Let a held visit have exactly these add-ons. Its other lines stay as they were shown.

    Raises NotFound, Conflict `hold_expired`, `hold_used` or `slot_taken`, Refused `unknown_add_on` or the code of the rule that says no;
    `options` in the details says what fits.
    """
    with transaction() as session:
        locked = lock_checkout(session, public_id, person_id)
        let_rooms_go(session, lock_rooms(session, [locked.hold.provider_id]), now)
        hold, own = locked.hold, longer(session, locked.hold, now)
        check_held(hold, own.claim, now)
        check_not_paying(session, locked.together)
        if own.service is None or hold.setting == PHONE:
            raise Refused("unknown_add_on", "Nothing can be added to this.")
        chosen = own.service.added(add_ons)
        minutes = hold.minutes + sum(one.minutes for one in chosen)
        _check(own, minutes, options_of(own, hold.minutes, hold.minutes, ()))
        lengthen(session, hold, own.claim, minutes)
        hold.add_ons = [asdict(one) for one in chosen]
        hold.quote = with_lines(hold.quote, add_on_lines(chosen, own.service.version), row_of(hold, own.facts), without={ADD_ON})
        told = {"add_ons": list(add_ons), "total_cents": hold.quote["total_cents"]}
        audit.record(session, audit.Deed(now, doer.name, "hold.add_ons", "hold", hold.public_id, told))
        return hold


def add_to_visit(public_id: str, wanted: Adding, doer: Doer, base_url: str, now: datetime) -> Booked:
    """Add to a booked visit. What was agreed stays: the price before, and what leaving costs.

    Raises NotFound, Conflict `wrong_state`, `already_started` or `slot_taken`, Refused `consent_required`, `unknown_add_on`,
    `unknown_service` or the code of the rule that says no, Stale `price_changed`; `options` in the details says what fits.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        verdict = assess_adding(visit.status, doer.part, visit.starts_at, visit.ends_at, now, agreed=wanted.client_agreed)
        if not verdict.allowed:
            raise (Refused if verdict.code == "consent_required" else Conflict)(verdict.code, verdict.sentence)
        refuse_stop(session, visit.person_id, now)
        refuse_unguarded(session, visit.person_id, visit.starts_at)
        let_rooms_go(session, lock_rooms(session, [visit.provider_id]), now)
        own = longer(session, visit, now)
        if own.service is None or visit.setting == PHONE:
            raise Refused("unknown_add_on", "Nothing can be added to this visit: its service is not offered any more.")
        offered = extras_of(own.service, visit.minutes, [one["code"] for one in visit.add_ons or ()])
        chosen = chosen_extras(offered, wanted.add_ons, wanted.minutes)
        whole = own.claim.end_minute - own.claim.begin_minute
        minutes = whole + sum(one.minutes for one in chosen)
        _check(own, minutes, options_of(own, whole, visit.minutes, [one["code"] for one in visit.add_ons or ()]))
        quote = with_lines(visit.quote, extra_lines(chosen, own.service.version), row_of(visit, own.facts))
        if wanted.expected_total_cents not in (None, quote["total_cents"]):
            total = int(quote["total_cents"])
            sentence = f"The whole price would now be {format_usd(total)}. Look again before you add."
            raise Stale("price_changed", sentence, details={"total_cents": total})
        if minutes > whole:
            lengthen(session, visit, own.claim, minutes)
        visit.quote, visit.total_cents = quote, quote["total_cents"]
        visit.add_ons = [*(visit.add_ons or ()), *(_add_on(one) for one in chosen if one.kind == ADD_ON)]
        visit.minutes += sum(one.minutes for one in chosen if one.kind == LENGTH)
        visit.sequence += 1
        settle(session, visit)
        _note(session, booked, chosen, wanted, doer, now)
        names = ", ".join(one.name for one in chosen)
        write_extended(session, booked, names, Sending(base_url), now, told_provider=doer.part != PROVIDER)
        return booked


def _note(session: Session, booked: Booked, chosen: tuple[Extra, ...], wanted: Adding, doer: Doer, now: datetime) -> None:
    visit = booked.appointment
    facts: dict[str, object] = {
        "added": [one.code for one in chosen],
        "ends_at": visit.ends_at.isoformat(),
        "total_cents": visit.total_cents,
        "sequence": visit.sequence,
        "client_agreed": wanted.client_agreed or doer.part == CLIENT,
    }
    write_history(session, visit, "extended", doer, now, facts)


def _add_on(one: Extra) -> Mapping[str, object]:
    return asdict(AddOn(one.code, one.name, one.minutes, one.price_cents))


def _check(own: Longer, minutes: int, options: list[dict[str, object]]) -> None:
    """Raises what is in the way, with everything that would fit instead."""
    objection = own.objection(minutes)
    if objection is not None:
        refusal = refuse_longer(objection)
        refusal.details["options"] = [one for one in options if one["fits"]]
        raise refusal
