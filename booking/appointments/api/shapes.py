"""Holds and appointments as the contract writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.appointments.changes.loading import attention_of
from booking.appointments.changes.paying import payment_state
from booking.appointments.forms.reading import calendar_url
from booking.appointments.models import Hold
from booking.appointments.queries import Booked, PartOf, parts_of_series
from booking.appointments.rules.requests import ANSWER_DUE, CLEARANCE_DUE, HEALTH_DUE, OTHER_DUE, WAITS
from booking.payments.models import CardTerms, Payment, SavedCard
from booking.payments.queries import terms_of_visits
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.services.rules.requests import INSTANT, REQUEST

WAITS_FOR = {CLEARANCE_DUE: "clearance", ANSWER_DUE: "provider", HEALTH_DUE: "health_answers", OTHER_DUE: "other_visit"}


def hold_answer(hold: Hold) -> dict[str, Any]:
    """A hold with its quote."""
    return {
        "id": hold.public_id,
        "starts_at": rfc3339(hold.starts_at),
        "ends_at": rfc3339(hold.ends_at),
        "expires_at": rfc3339(hold.expires_at),
        "confirmation": REQUEST if hold.by_request else INSTANT,
        "add_ons": hold.add_ons or [],
        "quote": hold.quote,
    }


def appointment_answers(rows: Sequence[Booked], *, role: str, now: datetime) -> list[dict[str, Any]]:
    """Appointments as one side sees them, with what a person must act on as of now."""
    signs = attention_of(db.session(), [booked.appointment for booked in rows], now, desk=role != "client")
    parts = parts_of_series(db.session(), [booked.appointment for booked in rows])
    paying = terms_of_visits(db.session(), [booked.appointment.id for booked in rows])
    return [
        {
            **_answer(booked, role, signs[booked.appointment.id]),
            "series": _part(parts.get(booked.appointment.id)),
            "payment": _payment(booked, role, paying.get(booked.appointment.id)),
        }
        for booked in rows
    ]


def appointment_answer(booked: Booked, *, role: str, now: datetime) -> dict[str, Any]:
    """One appointment as one side sees it."""
    return appointment_answers([booked], role=role, now=now)[0]


def _answer(booked: Booked, role: str, attention: list[str]) -> dict[str, Any]:
    """The provider sees a client's street only through the address page, which is logged."""
    visit = booked.appointment
    answer: dict[str, Any] = {
        "id": visit.public_id,
        "reference": visit.reference,
        "status": visit.status,
        "provider": {"slug": booked.provider.slug, "name": booked.provider.name},
        "service": visit.service_code,
        "service_name": visit.service_name,
        "technique": visit.technique,
        "minutes": visit.minutes,
        "setting": visit.setting,
        "zip": visit.zip,
        "starts_at": rfc3339(visit.starts_at),
        "ends_at": rfc3339(visit.ends_at),
        "booked_at": rfc3339(visit.booked_at),
        "add_ons": visit.add_ons or [],
        "quote": visit.quote,
        "terms": visit.terms,
        "currency": "USD",
        "paid_cents": visit.paid_cents,
        "due_cents": visit.due_cents,
        "fee_cents": visit.fee_cents,
        "attention": attention,
        "waits_for": [WAITS_FOR[sign] for sign in WAITS if sign in visit.attention],
        "respond_by": rfc3339(visit.respond_by_at) if visit.respond_by_at else None,
        "place": _place(booked, role),
        "calendar_url": calendar_url(visit.public_id),
        "sequence": visit.sequence,
    }
    if role != "client":
        answer["client"] = {"name": booked.person.name}
    else:
        answer["note"] = visit.note
    return answer


def _payment(booked: Booked, role: str, agreed: tuple[CardTerms, SavedCard | None, Payment | None] | None) -> dict[str, Any]:
    """How the visit is paid, and where a card payment stands. Which card it is, is the client's alone."""
    answer: dict[str, Any] = {"method": booked.appointment.payment_method}
    if agreed is None:
        return answer
    terms, card, payment = agreed
    answer |= {"kind": terms.kind, "amount_cents": terms.amount_cents, "state": payment_state(terms, payment)}
    answer["charge_at"] = rfc3339(terms.charge_at) if terms.charge_at is not None else None
    if role == "client":
        answer["card"] = card_answer(card) if card is not None else None
    return answer


def card_answer(card: SavedCard) -> dict[str, Any]:
    """A card as its owner sees it."""
    return {
        "id": card.public_id,
        "brand": card.brand,
        "last_four": card.last_four,
        "expires": None if card.expires_year is None else f"{card.expires_year}-{card.expires_month:02d}",
    }


def _part(part: PartOf | None) -> dict[str, Any] | None:
    """Which visit of its series one is, and of how many; None for one that was booked alone."""
    return None if part is None else {"id": part.series, "number": part.number, "of": part.of}


def _place(booked: Booked, role: str) -> dict[str, Any] | None:
    """A clinic's address for everybody; a client's own only for that client, for others the ZIP area."""
    place = booked.place
    if booked.appointment.setting == "clinic" and place is not None:
        return {
            "kind": place.kind, "name": place.name, "line1": place.line1, "unit": place.unit, "zip": place.zip, "access": place.access,
            "neighbourhood": place.neighborhood,
        }  # fmt: skip
    if role == "client" and booked.appointment.address:
        return dict(booked.appointment.address)
    return {"zip": booked.appointment.zip} if booked.appointment.zip else None
