"""Keeping a time for a client by hand, and taking it back. It becomes a visit when its client has answered and agreed, as any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.changes.by_hand import KEPT, write_kept
from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import check_once, hold_of
from booking.appointments.changes.packages import cover_hold
from booking.appointments.changes.timing import Accepted, rooms_left
from booking.appointments.models import HandBooking, Hold
from booking.appointments.queries import find_own_client, get_kept, visits_of_claims, wish_of
from booking.appointments.rules.by_hand import overrides_of, unanswered
from booking.appointments.rules.holding import clearance_due_at
from booking.appointments.rules.naming import short_name
from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries import load_taken
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.by_hand import BUFFERS, NO_ROOM, OVERLAP, Objection, weigh
from booking.quotes.rules.agreed import instant_text
from marketplace import audit
from marketplace.accounts.changes import add_guest
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.outbox.changes import withdraw_letters
from providers.profiles.queries import get_facts
from providers.registry.changes import lock_provider
from providers.registry.models import Provider
from providers.registry.queries import find_own_id, get_provider
from providers.registry.rules import Owner
from providers.schedule.changes import HOLD, ClaimFacts, claim_time, flip_expired, make_room, release_claim
from providers.schedule.models import Claim
from providers.schedule.queries import claims_between
from providers.services.rules.calls import PHONE

VISITS_ALONE = "Calls are booked by their callers. By hand you book visits."


@dataclass(frozen=True)
class ForWhom:
    """A client by one of their visits with this provider, or somebody new by name and e-mail address."""

    appointment: str | None = None
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class HandWish:
    """What to keep, for whom, and by code why the rules that say no are passed over."""

    wish: Wish
    starts_at: datetime
    client: ForWhom
    reasons: Mapping[str, str] = field(default_factory=dict)


def keep_by_hand(whom: Owner | str, wanted: HandWish, doer: Doer, base_url: str, now: datetime) -> Hold:
    """Keep a start for a client until they have answered the health questions and agreed, three days at most; they get a letter.

    Whose time it is: one's own, or by a public name anybody's. Every rule is asked; those that may be passed over need a reason each:
    Refused `override_needed` lists what says no. Raises Conflict `slot_taken` for minutes that are taken, naming what is there, Refused
    with the code of a rule that nobody passes over, NotFound.
    """
    with transaction() as session:
        provider = _provider(session, whom)
        flip_expired(session, provider.id, now)
        person = _client(session, provider, wanted.client, now)
        accepted, found = _weigh(session, provider, wanted, person, now)
        check_once(session, accepted.service, provider.id, person.id, now)
        _check_objections(session, provider, accepted, found, wanted.reasons, now)
        claimed = make_room(session, provider.id, accepted.claim, now) if any(one.code == BUFFERS for one in found) else accepted.claim
        expires_at = clearance_due_at(now, wanted.starts_at)
        claim = claim_time(session, provider.id, HOLD, claimed, expires_at=expires_at)
        hold = hold_of(accepted, wish_of(session, wanted.wish, provider.id, person.id), person.id, claim, expires_at, now)
        cover_hold(session, hold, accepted.facts.profession, now)
        session.add(hold)
        session.flush()
        overrides = overrides_of(found, wanted.reasons)
        session.add(HandBooking(hold_id=hold.id, overrides=overrides, made_by=doer.name, made_at=now))
        told = {"starts_at": hold.starts_at.isoformat(), "provider": provider.slug, "overrides": overrides}
        audit.record(session, audit.Deed(now, doer.name, "hold.made_by_hand", "hold", hold.public_id, told))
        write_kept(session, hold, provider, person, base_url, now)
        return hold


def take_back(whom: Owner | str, public_id: str, doer: Doer, now: datetime) -> None:
    """Give back a time kept by hand that its client has not booked yet. What has ended already stays as it is. Raises NotFound."""
    with transaction() as session:
        provider = _provider(session, whom)
        hold = get_kept(session, provider.id, public_id)
        session.refresh(hold, with_for_update=True)
        if hold.state != "live":
            return
        hold.state = "released"
        claim = session.get_one(Claim, hold.claim_id)
        if claim.live:
            release_claim(session, claim)
        withdraw_letters(session, about=public_id, kinds=(KEPT,), now=now)
        audit.record(session, audit.Deed(now, doer.name, "hold.taken_back", "hold", public_id))


def _provider(session: Session, whom: Owner | str) -> Provider:
    own_id = find_own_id(session, whom.account_id) if isinstance(whom, Owner) else get_provider(session, whom).id
    if own_id is None:
        raise NotFound("not_found", "There is no such provider.")
    return lock_provider(session, own_id)


def _client(session: Session, provider: Provider, client: ForWhom, now: datetime) -> Person:
    """A client of this provider's; anybody else is new here, whoever else may know the address."""
    known = find_own_client(session, provider.id, appointment=client.appointment, email=client.email or None)
    if known is not None and known.email is not None:
        return known
    if client.appointment is not None:
        raise Refused("invalid", "There is no such client.", faults=[FieldFault("client", "This is no client whom a letter could reach.")])
    person = add_guest(session, now)
    person.name, person.email = client.name, client.email
    return person


def _weigh(session: Session, provider: Provider, wanted: HandWish, person: Person, now: datetime) -> tuple[Accepted, Sequence[Objection]]:
    wish = wish_of(session, wanted.wish, provider.id, person.id)
    if wish.setting == PHONE:
        raise Refused("unknown_service", VISITS_ALONE)
    if wanted.starts_at != wanted.starts_at.replace(second=0, microsecond=0):
        raise Refused("outside_hours", "Visits start on a whole minute.")
    facts = get_facts(session, provider.id)
    service = offered_service(facts, replace(wish, agreed=True))
    begin = to_minute(wanted.starts_at)
    end = begin + wish.minutes
    taken = load_taken(session, [provider.id], now=now, whole_weeks=True, from_minute=begin, until_minute=end)[provider.id]
    full = rooms_left(session, facts, wish.setting, (begin, end), now, others=True)
    question = ask(
        facts, wish, service, house_rules(session), taken=taken, travel=travel_by(facts.travel_mode), now=now, from_minute=begin,
        until_minute=begin + 1,
    )  # fmt: skip
    clinic = facts.places[0].id if wish.setting == "clinic" and facts.places else None
    weighed = weigh(replace(question, full=full), begin, clinic)
    zip_code = question.visit.zip or (facts.place_zips[weighed.place_id] if weighed.place_id is not None else None)
    end = begin + question.visit.minutes
    claim = ClaimFacts(begin, end, question.visit.before_minutes, question.visit.after_minutes, weighed.place_id, zip_code)
    ends_at = wanted.starts_at + timedelta(minutes=question.visit.minutes)
    return Accepted(facts, service, wanted.starts_at, ends_at, weighed.place_id, claim), weighed.objections


def _check_objections(
    session: Session, provider: Provider, accepted: Accepted, found: Sequence[Objection], reasons: Mapping[str, str], now: datetime
) -> None:
    open_ones = unanswered(found, reasons)
    if not open_ones:
        return
    listed = [{"code": one.code, "sentence": one.sentence, "overridable": one.overridable} for one in found]
    details: dict[str, object] = {"objections": listed, "in_the_way": _in_the_way(session, provider, accepted, now)}
    never = next((one for one in open_ones if not one.overridable), None)
    if never is None:
        raise Refused("override_needed", "Say for each rule that says no why you pass over it.", details=details)
    if never.code in {OVERLAP, NO_ROOM}:
        raise Conflict("slot_taken", never.sentence, details=details)
    raise Refused(never.code, never.sentence, details=details)


def _in_the_way(session: Session, provider: Provider, accepted: Accepted, now: datetime) -> list[dict[str, object]]:
    """What takes the minutes around the start, for those who may see the provider's calendar."""
    claims = claims_between(
        session, provider.id, accepted.claim.begin_minute - accepted.claim.before_minutes,
        accepted.claim.end_minute + accepted.claim.after_minutes, now,
    )  # fmt: skip
    visits = visits_of_claims(session, [claim.id for claim in claims])
    return [
        {
            "kind": claim.kind,
            "reference": visits[claim.id].appointment.reference if claim.id in visits else None,
            "client": short_name(visits[claim.id].person.name) if claim.id in visits else None,
            "starts_at": instant_text(from_minute(claim.begin_minute)),
            "ends_at": instant_text(from_minute(claim.end_minute)),
        }
        for claim in claims
    ]
