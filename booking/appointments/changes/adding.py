"""A held or booked visit that is to last longer: judged by every rule, then its minutes and its price changed together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, letter_facts, with_guest_key
from booking.appointments.changes.timing import booked_wish
from booking.appointments.models import Appointment, CardCheckout, Hold
from booking.appointments.queries import Booked, provider_email, wish_of
from booking.appointments.rules.adding import LENGTH, Extra, extras_of, in_the_way
from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries import load_taken
from booking.openings.queries.rooms import load_full
from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.by_hand import NO_ROOM, Objection, weigh
from booking.openings.rules.rooms import has_room
from booking.quotes.catalogue import taxes
from booking.quotes.rules.adding import ADD_ON, EXTENSION
from booking.quotes.rules.pricing import Line, add_on_lines
from booking.quotes.rules.taxes import TaxRow, tax_row
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.profiles.queries import get_facts
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.schedule.changes import ClaimFacts, move_claim
from providers.schedule.models import Claim
from providers.schedule.rules.clinics import NO_ROOM as NO_ROOM_WORDS
from providers.services.rules.drafts import LONGEST_MINUTES, AddOn

TAX_PLACE = "new_york_city"
TOLD, TOLD_PROVIDER = "visit_extended", "provider_visit_extended"


@dataclass(frozen=True)
class Longer:
    """A visit whose end may move: whose it is, its service as offered now (None: not any more), its claim, and what speaks against a
    whole length in minutes.
    """

    facts: ProviderFacts
    service: ServiceFacts | None
    claim: Claim
    objection: Callable[[int], Objection | None]

    def fits(self, minutes: int) -> bool:
        """Whether the visit could last so long."""
        return self.objection(minutes) is None


def longer(session: Session, kept: Hold | Appointment, now: datetime) -> Longer:
    """What could be added is judged by this, from the truth as it is now."""
    facts = get_facts(session, kept.provider_id)
    claim = session.get_one(Claim, kept.claim_id)
    wish = wish_of(session, _wish(kept), kept.provider_id, kept.person_id)
    service = facts.service(kept.service_code)
    begin = claim.begin_minute
    window = {"from_minute": begin, "until_minute": begin + 2 * LONGEST_MINUTES}
    taken = load_taken(session, [facts.id], now=now, whole_weeks=True, except_claim_id=claim.id, **window)[facts.id]
    full = load_full(session, facts, kept.setting, (begin, begin + 2 * LONGEST_MINUTES), now, beside_claim_id=claim.id)
    house, travel = house_rules(session), travel_by(facts.travel_mode)

    def objection(minutes: int) -> Objection | None:
        if service is None or minutes <= claim.end_minute - begin:
            return None
        longer_wish = replace(wish, more_minutes=minutes - wish.minutes)
        question = ask(
            facts, longer_wish, service, house, taken=taken, travel=travel, now=now, from_minute=begin, until_minute=begin + 1
        )  # fmt: skip
        visit = replace(question.visit, before_minutes=claim.before_minutes, after_minutes=claim.after_minutes)
        there = replace(question, visit=visit, full=full)
        stays = () if has_room(there, claim.place_id, begin) else (Objection(NO_ROOM, NO_ROOM_WORDS),)
        return in_the_way((*weigh(replace(there, full={}), begin, claim.place_id).objections, *stays))

    return Longer(facts, service, claim, objection)


def _wish(kept: Hold | Appointment) -> Wish:
    if isinstance(kept, Appointment):
        return booked_wish(kept)
    return Wish(kept.service_code, kept.minutes, kept.setting, kept.zip if kept.setting in MOBILE else None)


def options_of(own: Longer, whole: int, minutes: int, added: Sequence[str]) -> list[dict[str, object]]:
    """Everything that could be added to a visit that lasts `whole` minutes, of which `minutes` are priced, and whether it fits."""
    if own.service is None:
        return []
    return [{**asdict(one), "fits": own.fits(whole + one.minutes)} for one in extras_of(own.service, minutes, added)]


def lengthen(session: Session, kept: Hold | Appointment, claim: Claim, minutes: int) -> None:
    """Let a visit last so many minutes from its start. Raises Conflict `slot_taken` where the database says no."""
    end = claim.begin_minute + minutes
    move_claim(session, claim, ClaimFacts(claim.begin_minute, end, claim.before_minutes, claim.after_minutes, claim.place_id, claim.zip))
    kept.ends_at = kept.starts_at + timedelta(minutes=minutes)


def check_not_paying(session: Session, together: Sequence[Hold]) -> None:
    """What a card is being asked for is not changed meanwhile. Raises Conflict `wrong_state`."""
    ids = [hold.id for hold in together]
    if session.scalar(select(CardCheckout.id).where(CardCheckout.hold_id.in_(ids), CardCheckout.state == "open").limit(1)) is not None:
        raise Conflict("wrong_state", "Your card is being asked for this already. Finish paying, or go back and begin again.")


def extra_lines(chosen: Sequence[Extra], version: int) -> list[Line]:
    """One line for each, by the version of the service's prices."""
    added = [AddOn(one.code, one.name, one.minutes, one.price_cents) for one in chosen if one.kind == ADD_ON]
    longer = [
        Line(EXTENSION, f"{one.minutes} min longer", one.price_cents, f"service_price@{version}", "The difference between two lengths")
        for one in chosen
        if one.kind == LENGTH
    ]
    return [*longer, *add_on_lines(added, version)]


def row_of(kept: Hold | Appointment, facts: ProviderFacts) -> TaxRow | None:
    """The tax of the visit's day."""
    return tax_row(taxes(), TAX_PLACE, facts.profession, local_day(to_minute(kept.starts_at)))


def write_extended(session: Session, booked: Booked, names: str, sending: Sending, now: datetime, *, told_provider: bool) -> None:
    """The new end and the new price to the client; to the therapist where they did not do it themselves."""
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    letters = [(TOLD, booked.person.email, False)] if booked.person.email else []
    if told_provider:
        letters.append((TOLD_PROVIDER, provider_email(session, visit.provider_id), True))
    for kind, recipient, for_provider in letters:
        facts = {**letter_facts(booked, sending, for_provider=for_provider, to=recipient), "added": names}
        key = f"{kind}:{visit.public_id}:{visit.sequence}"
        enqueue_letter(session, key=key, kind=kind, recipient=recipient, facts=facts, now=now, about=visit.public_id)
