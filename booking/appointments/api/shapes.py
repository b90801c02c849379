"""Holds and appointments as the contract writes them."""

from __future__ import annotations

from typing import Any

from booking.appointments.forms.reading import calendar_url
from booking.appointments.models import Hold
from booking.appointments.queries import Booked
from marketplace.webkit.filters import rfc3339


def hold_answer(hold: Hold) -> dict[str, Any]:
    """A hold with its quote."""
    return {
        "id": hold.public_id,
        "starts_at": rfc3339(hold.starts_at),
        "ends_at": rfc3339(hold.ends_at),
        "expires_at": rfc3339(hold.expires_at),
        "quote": hold.quote,
    }


def appointment_answer(booked: Booked, *, role: str) -> dict[str, Any]:
    """An appointment as one side sees it. The provider sees a client's street only through the address page, which is logged."""
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
        "quote": visit.quote,
        "terms": visit.terms,
        "currency": "USD",
        "paid_cents": visit.paid_cents,
        "due_cents": visit.due_cents,
        "fee_cents": visit.fee_cents,
        "payment": {"method": visit.payment_method},
        "attention": visit.attention,
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
