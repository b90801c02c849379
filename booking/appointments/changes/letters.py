"""Letters about an appointment: written with the change they tell of, sent some minutes later, taken back when overtaken.

Letters about one change wait a little, so that a slip made good sends none: a second change takes back what the first had not sent.
Confirmations go at once, because a client waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.changes.pairing import visits_beside
from booking.appointments.models import Appointment, Handover
from booking.appointments.queries import Booked, find_first_letter, provider_email
from booking.appointments.rules.couples import called_off_by_house
from booking.appointments.rules.holding import reminder_instants
from booking.appointments.rules.requests import ANSWER_DUE, HEALTH_DUE, WAITS
from booking.appointments.rules.states import CLIENT, LIVE
from booking.giftcards.queries import back_of_visit
from booking.ledger.models import Credit, Receipt
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.vault import secret_hash
from providers.registry.models import Provider
from providers.schedule.queries import load_aways
from providers.schedule.rules.time_off import away_words, meeting
from providers.services.queries import find_preparation
from providers.services.rules.calls import PHONE

REMINDER = "visit_reminder"
CHANGE_KINDS = ("visit_moved", "provider_visit_moved", "visit_extended", "provider_visit_extended", "visit_changed")
LAPSE = "visit_provider_lapsed"
RECEIPT = "visit_receipt"
EVERY_KIND = (REMINDER, LAPSE, *CHANGE_KINDS, "visit_booked", "provider_visit_booked", "visit_requested", "provider_visit_requested")
# What comes with a calendar file, and the file's method.
_TO_BOTH = {"visit_booked": "REQUEST", "visit_moved": "REQUEST", "visit_cancelled": "CANCEL", "visit_expired": "CANCEL"}
INVITING = {
    "visit_extended": "REQUEST",
    "visit_requested": "REQUEST",
    "provider_visit_requested": "REQUEST",
    "visit_declined": "CANCEL",
    "visit_handed_over": "REQUEST",
    "visit_both_off": "CANCEL",
    "provider_visit_handed_over": "CANCEL",
    **_TO_BOTH,
    **{f"provider_{kind}": method for kind, method in _TO_BOTH.items()},
}
HANDOVER_KINDS = ("handover_offered", "handover_asked")
PATIENCE = timedelta(minutes=2)
# So many last digits of a phone number tell its owner which one it is, and nobody else anything.
ENDING = 2


@dataclass(frozen=True)
class Sending:
    """What letters need beside the appointment: links and, for a guest, the secret of the link."""

    base_url: str
    guest_key: str | None = None


def letter_facts(booked: Booked, sending: Sending, *, for_provider: bool, to: str | None = None) -> dict[str, object]:
    """What a letter's template and its calendar file may say: no condition, no answer, of a client's address the area only."""
    visit = booked.appointment
    own_link = (
        f"{sending.base_url}/visits/{sending.guest_key}" if sending.guest_key else f"{sending.base_url}/appointments/{visit.public_id}"
    )
    return {
        "appointment": visit.public_id,
        "to": to,
        "for_provider": for_provider,
        "reference": visit.reference,
        "status": visit.status,
        "provider_name": booked.provider.name,
        "client_name": booked.person.name.partition(" ")[0] if for_provider else booked.person.name,
        "service_name": visit.service_name,
        "minutes": visit.minutes,
        "setting": visit.setting,
        "zip": visit.zip,
        "place": _place_line(booked, for_provider=for_provider),
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "total_cents": visit.total_cents,
        "payment_method": visit.payment_method,
        "price_notice": visit.quote.get("notice"),
        "fee_cents": visit.fee_cents,
        "cancelled_by": visit.cancelled_by,
        "terms": visit.terms,
        "uid": visit.uid,
        "sequence": visit.sequence,
        "booked_at": visit.booked_at.isoformat(),
        "changed_at": visit.changed_at.isoformat(),
        "waits_for": [sign for sign in WAITS if sign in visit.attention],
        "respond_by_at": visit.respond_by_at.isoformat() if visit.respond_by_at else None,
        "link": f"{sending.base_url}/provider/appointments/{visit.public_id}" if for_provider else own_link,
    }


def write_receipt(session: Session, booked: Booked, receipt: Receipt, sending: Sending, now: datetime) -> None:
    """A receipt or a credit note to the client, once for each."""
    if booked.person.email is None:
        return
    sending = with_guest_key(session, booked.appointment, sending)
    enqueue_letter(
        session,
        key=f"{RECEIPT}:{receipt.name}",
        kind=RECEIPT,
        recipient=booked.person.email,
        facts={
            **letter_facts(booked, sending, for_provider=False, to=booked.person.email),
            "number": receipt.name,
            "paper": receipt.content,
            "receipt_link": f"{visit_link(booked.appointment, sending, 'receipts')}/{receipt.name}",
        },
        now=now,
        about=booked.appointment.public_id,
    )


def write_booked(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """Confirmation (or receipt of a request) to the client, news to the provider, reminders.

    A request that waits for the provider reaches them at once, since its clock runs.
    """
    visit = booked.appointment
    kind = "visit_requested" if visit.status == "requested" else "visit_booked"
    asked = {"answers_link": visit_link(visit, sending, "answers")} if HEALTH_DUE in visit.attention else None
    _to_client(session, booked, sending, kind, now, at=now, more=asked)
    if ANSWER_DUE in visit.attention:
        _to_provider(session, booked, sending, "provider_visit_requested", now, at=now)
    else:
        _to_provider(session, booked, sending, "provider_visit_booked", now)
    if visit.status == "confirmed":
        write_reminders(session, booked, sending, now)


def write_accepted(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """The therapist said yes: what a booking says, with a higher sequence; or what it still waits for."""
    sending = with_guest_key(session, booked.appointment, sending)
    _take_back(session, booked.appointment, EVERY_KIND, now)
    write_booked(session, booked, sending, now)


def write_declined(session: Session, booked: Booked, proposed: Sequence[datetime], sending: Sending, now: datetime) -> None:
    """The therapist said no: no fee, the times they propose, and the way to others. Their own words stand on the page alone."""
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    _take_back(session, visit, EVERY_KIND, now)
    told = {"reason": visit.cancel_reason, "words": visit.cancel_note is not None, "proposed": [start.isoformat() for start in proposed]}
    _to_client(session, booked, sending, "visit_declined", now, at=now, more=told)
    _to_provider(session, booked, sending, "provider_visit_cancelled", now)


def write_moved(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """The new time to both; what was still to be sent about the old time is taken back."""
    sending = with_guest_key(session, booked.appointment, sending)
    _take_back(session, booked.appointment, EVERY_KIND, now)
    _to_client(session, booked, sending, "visit_moved", now, at=now + PATIENCE)
    _to_provider(session, booked, sending, "provider_visit_moved", now)
    if booked.appointment.status == "confirmed":
        write_reminders(session, booked, sending, now)


def write_cancelled(session: Session, booked: Booked, sending: Sending, now: datetime, credit: Credit | None = None) -> None:
    """The cancellation to both, with the credit that it brought; no reminder and no other news of the visit goes out any more."""
    sending = with_guest_key(session, booked.appointment, sending)
    _take_back(session, booked.appointment, EVERY_KIND, now)
    given: dict[str, object] = (
        {} if credit is None else {"credit_cents": credit.amount_cents, "credit_until": credit.expires_at.isoformat()}
    )
    back = back_of_visit(session, booked.appointment.id)
    given |= {"gift_back_cents": back} if back else {}
    _to_client(
        session, booked, sending, "visit_cancelled", now, at=now, more={**_meanwhile(session, booked.appointment, sending, now), **given}
    )
    _to_provider(session, booked, sending, "provider_visit_cancelled", now)


def write_expired(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """A request ran out: tell both; the client pays nothing, and neither calendar keeps it."""
    sending = with_guest_key(session, booked.appointment, sending)
    _take_back(session, booked.appointment, EVERY_KIND, now)
    _to_client(session, booked, sending, "visit_expired", now, at=now)
    _to_provider(session, booked, sending, "provider_visit_expired", now)


def write_other_off(session: Session, booked: Booked, off: Booked, sending: Sending, now: datetime) -> None:
    """The visit beside this one is off: this one stands, and its client is told so, and whether leaving it costs nothing now."""
    if booked.person.email is None:
        return
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    gone = off.appointment
    told = {
        "off_name": off.person.name.partition(" ")[0],
        "off_by": gone.cancelled_by,
        "free": called_off_by_house(gone.status, gone.cancelled_by),
        "cancel_link": visit_link(visit, sending, "cancel"),
    }
    enqueue_letter(
        session, key=f"visit_other_off:{visit.public_id}:{off.appointment.public_id}", kind="visit_other_off",
        recipient=booked.person.email, facts={**letter_facts(booked, sending, for_provider=False, to=booked.person.email), **told},
        now=now, about=visit.public_id, send_before_at=visit.starts_at,
    )  # fmt: skip


def write_both_off(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """Two visits side by side did not come about, so this one ends too. Why the other one did is told to nobody."""
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    _take_back(session, visit, EVERY_KIND, now)
    _to_client(session, booked, sending, "visit_both_off", now, at=now)
    _to_provider(session, booked, sending, "provider_visit_cancelled", now)


def write_handover_offered(
    session: Session, booked: Booked, handover: Handover, colleague: Provider, sending: Sending, now: datetime
) -> None:
    """Ask the client whether a colleague may come instead, and tell the colleague that their time is kept until there is an answer."""
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    asked = {"colleague_name": colleague.name, "reason": handover.reason, "answer_by_at": handover.answer_by_at.isoformat()}
    if booked.person.email is not None:
        facts = letter_facts(booked, sending, for_provider=False, to=booked.person.email)
        colleague_link = f"{sending.base_url}/providers/{colleague.slug}"
        enqueue_letter(
            session, key=f"handover_offered:{handover.public_id}", kind="handover_offered", recipient=booked.person.email,
            facts={**facts, **asked, "colleague_link": colleague_link}, now=now, about=visit.public_id,
            send_before_at=handover.answer_by_at,
        )  # fmt: skip
    recipient = provider_email(session, colleague.id)
    enqueue_letter(
        session, key=f"handover_asked:{handover.public_id}", kind="handover_asked", recipient=recipient,
        facts={**letter_facts(booked, sending, for_provider=True, to=recipient), **asked}, now=now, about=visit.public_id,
        send_before_at=handover.answer_by_at,
    )  # fmt: skip


def write_handover_ended(session: Session, booked: Booked, handover: Handover, now: datetime) -> None:
    """The colleague's time is their own again. What was asked and has not left is taken back."""
    _take_back(session, booked.appointment, HANDOVER_KINDS, now)
    recipient = provider_email(session, handover.to_provider_id)
    facts = letter_facts(booked, Sending(""), for_provider=True, to=recipient)
    enqueue_letter(
        session, key=f"handover_ended:{handover.public_id}", kind="handover_ended", recipient=recipient,
        facts=facts | {"state": handover.state}, now=now, about=booked.appointment.public_id,
    )  # fmt: skip


def write_handed_over(session: Session, booked: Booked, former: Provider, sending: Sending, now: datetime) -> None:
    """The same visit with somebody else: new calendar files to the client and to who comes, an end to it for who does not."""
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    _take_back(session, visit, (*EVERY_KIND, *HANDOVER_KINDS), now)
    _to_client(session, booked, sending, "visit_handed_over", now, at=now)
    _to_provider(session, booked, sending, "provider_visit_booked", now)
    write_reminders(session, booked, sending, now)
    recipient = provider_email(session, former.id)
    facts = letter_facts(Booked(visit, former, booked.person, None), sending, for_provider=True, to=recipient)
    enqueue_letter(
        session, key=f"provider_visit_handed_over:{visit.public_id}:{visit.sequence}", kind="provider_visit_handed_over",
        recipient=recipient, facts=facts | {"status": "cancelled"}, now=now, about=visit.public_id,
    )  # fmt: skip


def write_unguarded(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """Tell the therapist that nobody agrees any more to the visit of somebody under 18, and what follows; again when it happens again."""
    visit, recipient = booked.appointment, provider_email(session, booked.appointment.provider_id)
    enqueue_letter(
        session, key=f"provider_visit_unguarded:{visit.public_id}:{now.isoformat()}", kind="provider_visit_unguarded", recipient=recipient,
        facts=letter_facts(booked, sending, for_provider=True, to=recipient), now=now, about=visit.public_id,
    )  # fmt: skip


def write_lapsed(session: Session, booked: Booked, sending: Sending, reason: str, number: int, now: datetime) -> None:
    """Tell the client that their provider cannot give the visit as planned: once for each reason and each time that it comes about."""
    if booked.person.email is None:
        return
    visit, sending = booked.appointment, with_guest_key(session, booked.appointment, sending)
    enqueue_letter(
        session,
        key=f"{LAPSE}:{visit.public_id}:{reason}:{number}",
        kind=LAPSE,
        recipient=booked.person.email,
        facts={
            **letter_facts(booked, sending, for_provider=False, to=booked.person.email),
            "move_link": visit_link(visit, sending, "move"),
            "cancel_link": visit_link(visit, sending, "cancel"),
        },
        now=now,
        about=visit.public_id,
        send_before_at=visit.starts_at,
    )


def withdraw_lapse(session: Session, visit: Appointment, now: datetime) -> None:
    """The provider is in standing again: a letter that has not left says what is no longer true."""
    _take_back(session, visit, (LAPSE,), now)


def visit_link(visit: Appointment, sending: Sending, step: str) -> str:
    """The page of a step of one's own visit (move, cancel, estimate), for an account or by a guest's secret."""
    own = f"visits/{sending.guest_key}" if sending.guest_key else f"appointments/{visit.public_id}"
    return f"{sending.base_url}/{own}/{step}"


def write_reminders(session: Session, booked: Booked, sending: Sending, now: datetime) -> None:
    """One letter for each reminder time still ahead; none is sent after the visit has begun."""
    visit = booked.appointment
    if booked.person.email is None:
        return
    more = {**beside_facts(session, visit), "preparation": find_preparation(session, visit.provider_id, visit.service_code)}
    for hours, at in reminder_instants(visit.starts_at, now):
        enqueue_letter(
            session,
            key=f"{REMINDER}:{visit.public_id}:{visit.sequence}:{hours}",
            kind=REMINDER,
            recipient=booked.person.email,
            facts=letter_facts(booked, sending, for_provider=False, to=booked.person.email) | more,
            now=now,
            about=visit.public_id,
            send_after_at=at,
            send_before_at=visit.starts_at,
        )


def withdraw_reminders(session: Session, visit: Appointment, now: datetime) -> None:
    """The visit has begun or was missed: nobody is reminded of it any more."""
    _take_back(session, visit, (REMINDER,), now)


def with_guest_key(session: Session, visit: Appointment, sending: Sending) -> Sending:
    """A guest's later letters open the visit too: the secret is known only from the letter that brought it first."""
    if visit.guest_key_hash is None or sending.guest_key is not None:
        return sending
    first = find_first_letter(session, visit.public_id)
    key = str(first.facts["link"]).rpartition("/")[2] if first else ""
    return Sending(sending.base_url, key) if secret_hash(key) == visit.guest_key_hash else sending


def _take_back(session: Session, visit: Appointment, kinds: tuple[str, ...], now: datetime) -> None:
    withdraw_letters(session, about=visit.public_id, kinds=kinds, now=now)


def _to_client(
    session: Session, booked: Booked, sending: Sending, kind: str, now: datetime, *, at: datetime, more: Mapping[str, object] | None = None
) -> None:
    if booked.person.email is None:
        return
    visit = booked.appointment
    enqueue_letter(
        session,
        key=f"{kind}:{visit.public_id}:{visit.sequence}",
        kind=kind,
        recipient=booked.person.email,
        facts={**letter_facts(booked, sending, for_provider=False, to=booked.person.email), **beside_facts(session, visit), **(more or {})},
        now=now,
        about=visit.public_id,
        send_after_at=at,
    )


def _meanwhile(session: Session, visit: Appointment, sending: Sending, now: datetime) -> dict[str, object]:
    """Of a visit in time off that was not called off by its client: until when the therapist is away, and who sees clients meanwhile."""
    begin, end = to_minute(visit.starts_at), to_minute(visit.ends_at)
    away = meeting(load_aways(session, [visit.provider_id]).get(visit.provider_id, ()), begin, end)
    if away is None or visit.cancelled_by == CLIENT:
        return {}
    link = f"{sending.base_url}/providers/{away.colleague_slug}" if away.colleague_slug else None
    return {"away": away_words(away, now), "colleague_link": link}


def _to_provider(session: Session, booked: Booked, sending: Sending, kind: str, now: datetime, *, at: datetime | None = None) -> None:
    visit = booked.appointment
    recipient = provider_email(session, visit.provider_id)
    enqueue_letter(
        session,
        key=f"{kind}:{visit.public_id}:{visit.sequence}",
        kind=kind,
        recipient=recipient,
        facts=letter_facts(booked, sending, for_provider=True, to=recipient) | beside_facts(session, visit),
        now=now,
        about=visit.public_id,
        send_after_at=at or now + PATIENCE,
    )


def beside_facts(session: Session, visit: Appointment) -> dict[str, object]:
    """Who is seen at the same time in the same place, where this is one of two: a first name, and their therapist."""
    other = visits_beside(session, [visit]).get(visit.id) if visit.status in LIVE else None
    return {} if other is None else {"beside_name": other.person.name.partition(" ")[0], "beside_provider": other.provider.name}


def _place_line(booked: Booked, *, for_provider: bool) -> str | None:
    """Where a clinic visit takes place, or who calls whom; a client's own address is in no letter, and neither is the number."""
    if booked.appointment.setting == PHONE:
        number = (booked.person.phone or "")[-ENDING:]
        whom = f"the number you gave, ending in {number}" if number else "you"
        return "By phone: you call the client" if for_provider else f"By phone: {booked.provider.name} calls {whom}"
    place = booked.place
    if place is None or booked.appointment.setting != "clinic":
        return None
    unit = f", {place.unit}" if place.unit else ""
    return f"{place.name}, {place.line1}{unit}, {place.city} {place.zip}"
