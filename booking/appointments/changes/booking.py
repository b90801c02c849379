"""A hold becomes an appointment inside the caller's transaction: health, consent and place are in, the terms are fixed from here on.

A call needs a number alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.by_hand import hand_facts
from booking.appointments.changes.discounts import take_codes
from booking.appointments.changes.giftcards import take_cards
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.holding import asks_first, check_once
from booking.appointments.changes.letters import Sending, write_booked
from booking.appointments.changes.money import settle
from booking.appointments.changes.packages import use_package
from booking.appointments.changes.pairing import bring
from booking.appointments.changes.platform import agree_platform_fee
from booking.appointments.changes.prescribing import count_visits, lock_prescription
from booking.appointments.changes.together import check_held, lock_checkout
from booking.appointments.models import Appointment, Hold
from booking.appointments.queries import Booked
from booking.appointments.rules.couples import Waits, both_wait
from booking.appointments.rules.requests import ANSWER_DUE, CLEARANCE_DUE, HEALTH_DUE, respond_by_at
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.guardians.changes import refuse_unguarded, refuse_untreated
from booking.openings.catalogue import house_rules
from booking.openings.rules.asking import covers, standing_spans
from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from booking.screening.changes import accept_consent, barred_techniques_of, left_of, usable_screening
from booking.screening.models import Screening
from booking.screening.queries import cleared_codes
from booking.screening.rules.outcome import CLEAR, CLEARANCE_NEEDED
from marketplace.accounts.models import Person
from marketplace.db import new_public_id
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import secret_hash
from providers.credentials.rules.standing import techniques_in_standing
from providers.places.gazetteer import find_zip
from providers.places.models import ProviderPlace
from providers.profiles.queries import get_facts
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.registry.models import Provider
from providers.registry.rules import LISTED
from providers.schedule.changes import APPOINTMENT, turn_claim
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE
from providers.services.rules.requests import AT_ONCE

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GUEST_KEY_BYTES = 32


@dataclass(frozen=True)
class PlaceOfVisit:
    """Where a mobile provider is to come."""

    line1: str
    zip: str
    unit: str | None = None
    access: str | None = None
    door_minutes: int = 0


@dataclass(frozen=True)
class Booking:
    """What a client gives to turn a hold into an appointment. A call asks for no screening and no consent: nobody is touched.

    `card` goes with the payment method "card": Stripe's name for one, or our id of one that is kept. `born_on` is kept before anything
    is booked, and never with the booking.
    """

    hold: str
    screening: str = ""
    consent_version: str = ""
    consent_accepted: bool = False
    consent_sections: tuple[str, ...] = ()
    payment_method: str = "at_visit"
    place: PlaceOfVisit | None = None
    technique: str | None = None
    note: str | None = None
    guest: bool = field(default=False)
    card: str | None = None
    prescription: str | None = None
    born_on: date | None = None


@dataclass(frozen=True)
class Asking:
    """Who books, and where links in letters lead."""

    doer: Doer
    base_url: str


@dataclass(frozen=True)
class Made:
    """The appointment, and for a guest the secret of the link that opens it (known only here and in the letter)."""

    booked: Booked
    guest_key: str | None


@dataclass(frozen=True)
class Together:
    """Everything that was booked at once: the visit whose hold was named, and all of them by their hold's row id."""

    named: Made
    by_hold: dict[int, Made]


def book_held(session: Session, wanted: Booking, person_id: int, who: Asking, now: datetime) -> Together:
    """Book a held time with all that is held for the same checkout, with one screening and one consent.

    A screening that needs a clearance makes a request that keeps the time until its deadline, and so does a therapist who confirms each
    booking themselves; what was not said of the time when it was held is not asked for. Raises NotFound, Conflict
    `hold_expired`, Refused: screening_stop, screening_needed, consent_required, place_needed, email_unconfirmed, not_bookable,
    guardian_needed, age_not_treated, and for a call phone_needed.
    """
    locked = lock_checkout(session, wanted.hold, person_id)
    hold, together = locked.hold, locked.together
    for one in together:
        check_held(one, session.get_one(Claim, one.claim_id), now)
    person = session.get_one(Person, person_id)
    if person.email is None or person.email_confirmed_at is None:
        raise Refused("email_unconfirmed", "Confirm your e-mail address first: that is where the confirmation goes.")
    places = {one.id: _place(one, wanted.place) for one in together}
    cleared = {one.id: cleared_codes(session, person_id, local_day(to_minute(one.starts_at)), one.provider_id) for one in together}
    everywhere = frozenset.intersection(*cleared.values())
    screening = None if hold.setting == PHONE else usable_screening(session, wanted.screening, person_id, now, everywhere)
    prescription = None if hold.setting == PHONE else lock_prescription(session, wanted.prescription, person_id)
    facts = {provider_id: get_facts(session, provider_id) for provider_id in locked.providers}
    for one in together:
        refuse_untreated(session, person_id, one.starts_at, facts[one.provider_id].youngest)
        refuse_unguarded(session, person_id, one.starts_at)
    brought = bring(session, together, person)
    own = {one.id: _own(one, hold, wanted, brought=one.id in brought) for one in together}
    for one in together:
        _check_standing(session, one, facts[one.provider_id], own[one.id].technique, screening, now)
    agreed = _Agreed(None, screening, _consent_id(session, hold, person, wanted, now))
    waits = {
        one.id: _waits(session, one, _left(screening, cleared[one.id], brought=one.id in brought), facts[one.provider_id], now)
        for one in together
    }
    if brought:
        waits = both_wait(waits)
    take_codes(session, together, person.email, now)
    made = {}
    for one in together:
        parties = _Parties(locked.providers[one.provider_id], brought.get(one.id, person), who.doer)
        given = _Agreed(places[one.id], None, None) if one.id in brought else replace(agreed, place=places[one.id])
        made[one.id] = _book_one(session, one, own[one.id], replace(given, waits=waits[one.id]), parties, now)
    if prescription is not None:
        count_visits(session, prescription, [made[one.id].booked.appointment for one in together if one.id not in brought], now)
    for one in together:
        write_booked(session, made[one.id].booked, Sending(who.base_url, made[one.id].guest_key), now)
    return Together(made[hold.id], made)


@dataclass(frozen=True)
class _Agreed:
    """What is given once for all visits of a checkout: where those at the client's place are, the screening, the consent; and for each
    what it waits for. Somebody who is brought along gives screening and consent by themselves, later.
    """

    place: dict[str, str | int | None] | None
    screening: Screening | None
    consent_id: int | None
    waits: Waits = ((), None)


@dataclass(frozen=True)
class _Parties:
    """Between whom a visit is booked, and by whom."""

    provider: Provider
    person: Person
    doer: Doer


def _book_one(session: Session, hold: Hold, wanted: Booking, agreed: _Agreed, parties: _Parties, now: datetime) -> Made:
    """One held time becomes an appointment with a history and, for a guest, a secret of its own."""
    key = secrets.token_urlsafe(GUEST_KEY_BYTES) if wanted.guest else None
    waits, respond_by = agreed.waits
    visit = _appointment(hold, wanted, agreed.place, agreed.screening, now)
    visit.status = REQUESTED if waits else CONFIRMED
    visit.attention, visit.respond_by_at = list(waits), respond_by
    visit.consent_id = agreed.consent_id
    visit.guest_key_hash = secret_hash(key) if key else None
    session.add(visit)
    use_package(session, visit, now)
    if take_cards(session, hold, visit, parties.doer, now):
        settle(session, visit)
    agree_platform_fee(session, visit, now)
    _turn(session, hold, visit)
    own_place = session.get(ProviderPlace, hold.place_id) if hold.place_id else None
    booked = Booked(visit, parties.provider, parties.person, own_place)
    write_history(
        session, visit, "requested" if visit.status == REQUESTED else "booked", parties.doer, now, _facts(visit) | hand_facts(session, hold)
    )
    return Made(booked, key)


def _own(one: Hold, named: Hold, wanted: Booking, *, brought: bool) -> Booking:
    """What was given, as far as it is for this visit: whoever is brought along has a page of their own and pays at the visit."""
    if brought:
        return replace(wanted, technique=None, note=None, guest=True, payment_method="at_visit")
    return replace(wanted, technique=_technique(one, named, wanted))


def _technique(one: Hold, named: Hold, wanted: Booking) -> str | None:
    """The technique chosen for the hold that was named counts for the same service of the same provider; for others it is open."""
    return wanted.technique if (one.provider_id, one.service_code) == (named.provider_id, named.service_code) else None


def _consent_id(session: Session, hold: Hold, person: Person, wanted: Booking, now: datetime) -> int | None:
    """The consent that a visit needs; who talks on the phone needs a number instead."""
    if hold.setting != PHONE:
        sections = wanted.consent_sections
        return accept_consent(session, person.id, wanted.consent_version, sections, accepted=wanted.consent_accepted, now=now).id
    if not person.phone or not person.name:
        fault = FieldFault("phone" if person.name else "name", "Your therapist calls you: give a name and a phone number.")
        raise Refused("phone_needed", fault.message, faults=[fault])
    return None


def _left(screening: Screening | None, cleared: Collection[str], *, brought: bool) -> str | None:
    """What the answers lead to with what this therapist has taken of a physician; somebody brought along answers later."""
    if brought:
        return None
    return CLEAR if screening is None else left_of(screening, cleared)


def _waits(session: Session, hold: Hold, left: str | None, facts: ProviderFacts, now: datetime) -> Waits:
    """What the visit waits for before it is confirmed, and until when; `left` is what its answers lead to, None where they are to come."""
    service, waits = facts.service(hold.service_code), [HEALTH_DUE] if left is None else []
    if left == CLEARANCE_NEEDED:
        waits.append(CLEARANCE_DUE)
    if service is not None and hold.by_request and asks_first(session, service, hold.setting, facts.id, hold.person_id):
        waits.append(ANSWER_DUE)
    rule = service.by_request if service is not None else AT_ONCE
    return waits, respond_by_at(waits, now, hold.starts_at, now, rule=rule, notice_minutes=facts.rules.notice_minutes)


def _check_standing(
    session: Session, hold: Hold, facts: ProviderFacts, technique: str | None, screening: Screening | None, now: datetime
) -> None:
    """A license may have lapsed, or a suspension come, since the time was held."""
    service = facts.service(hold.service_code)
    if service is not None:
        check_once(session, service, facts.id, hold.person_id, now)
    if facts.state != LISTED or service is None:
        raise Refused("not_bookable", "This provider cannot be booked at present.")
    begin, end = to_minute(hold.starts_at), to_minute(hold.ends_at)
    day = local_day(begin)
    house = house_rules(session)
    spans = standing_spans(facts, service, house, day, local_day(end), hold.setting)
    if not covers(spans, begin, end):
        raise Refused("not_bookable", "A required credential is not in force on that day.")
    levels = {code: level for code, level in house.evidence_levels.items() if code in service.techniques}
    stand = techniques_in_standing(day, facts.credentials, levels, house.policies, hold.setting, facts.profession)
    if technique is not None and technique not in stand:
        raise Refused("unknown_technique", "This provider does not offer that technique on that day.")
    if technique is not None and screening is not None and technique in barred_techniques_of(screening):
        raise Refused("technique_barred", "Your health answers speak against that technique. Choose another one.")


def _place(hold: Hold, place: PlaceOfVisit | None) -> dict[str, str | int | None] | None:
    """A visit on the road needs its address, in the ZIP area it was held and priced for."""
    if hold.setting not in MOBILE:
        return None
    if place is None:
        raise Refused("place_needed", "Tell us where your therapist should come.")
    area = find_zip(place.zip)
    if area is None or hold.zip is None or area.zip != hold.zip:
        raise Refused("zip_changed", f"This time was held for {hold.zip}. For another ZIP code choose a time anew, because travel counts.")
    address: dict[str, str | int | None] = {"line1": place.line1, "unit": place.unit, "zip": place.zip, "access": place.access}
    return address | {"door_minutes": place.door_minutes} if place.door_minutes else address


def _appointment(
    hold: Hold, wanted: Booking, place: dict[str, str | int | None] | None, screening: Screening | None, now: datetime
) -> Appointment:
    agreed = agreed_from_dict(hold.terms).at_booking(now)
    terms = agreed_to_dict(agreed, hold.terms["summary"])
    public_id = new_public_id()
    return Appointment(
        public_id=public_id,
        reference=_reference(),
        provider_id=hold.provider_id,
        person_id=hold.person_id,
        claim_id=hold.claim_id,
        hold_id=hold.id,
        service_code=hold.service_code,
        service_name=hold.service_name,
        technique=wanted.technique,
        minutes=hold.minutes,
        setting=hold.setting,
        place_id=hold.place_id,
        zip=hold.zip,
        address=place,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        quote={**hold.quote, "terms": terms},
        terms=terms,
        add_ons=hold.add_ons,
        total_cents=hold.quote["total_cents"],
        due_cents=hold.quote["total_cents"],
        payment_method=wanted.payment_method,
        screening_id=screening.id if screening else None,
        note=wanted.note,
        uid=f"{public_id}@licensedhands",
        booked_at=now,
        changed_at=now,
    )


def _turn(session: Session, hold: Hold, visit: Appointment) -> None:
    """The hold's claim becomes the appointment's: not for an instant is the time free."""
    turn_claim(session, session.get_one(Claim, hold.claim_id), APPOINTMENT, expires_at=visit.respond_by_at)
    hold.state = "booked"
    hold.draft = None


def _reference() -> str:
    """What a client reads out on the phone: no letters that sound or look alike."""
    return "LH-" + "".join(secrets.choice(ALPHABET) for _ in range(7))


def _facts(visit: Appointment) -> dict[str, object]:
    return {"starts_at": visit.starts_at.isoformat(), "total_cents": visit.total_cents, "sequence": visit.sequence}
