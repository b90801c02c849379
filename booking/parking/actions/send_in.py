"""A therapist sends in what parking at a visit cost."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.queries import get_of_provider
from booking.parking.models import ParkingClaim
from booking.parking.queries import assess_visit, find_claim, find_terms
from booking.parking.rules.claims import check_asked
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault
from providers.credentials.rules.documents import IMAGES
from providers.credentials.rules.drafts import Document
from providers.registry.changes import lock_provider
from providers.registry.rules import Owner

MARK = "parking photo"
_NO_PHOTO = "Add a photo of the receipt."
_NOT_A_PHOTO = "Send a photo: JPEG or PNG. A screenshot of a receipt will do."


def send_receipt(public_id: str, cents: int, photo: Document | None, owner: Owner, now: datetime) -> str:
    """Send in the receipt of one's own visit, once; gives the claim's public id. The photo comes as it was drawn anew.

    Raises NotFound; Refused `invalid` for an amount or a photo that is none; Conflict `sent_already` or the code of what stands in the way.
    """
    check_asked(cents)
    if photo is None or photo.media_type not in IMAGES:
        message = _NO_PHOTO if photo is None else _NOT_A_PHOTO
        raise Refused("invalid", message, faults=[FieldFault("file", message)])
    with transaction() as session:
        lock_provider(session, get_of_provider(session, public_id, owner.account_id).provider.id)
        booked = get_of_provider(session, public_id, owner.account_id)
        visit = booked.appointment
        if find_claim(session, visit.id) is not None:
            raise Conflict("sent_already", "The receipt of this visit was sent in already.")
        verdict, day = assess_visit(session, visit, booked.provider, now), local_day(to_minute(visit.starts_at))
        terms = find_terms(session, day)
        if not verdict.allowed or terms is None:
            raise Conflict(verdict.code, verdict.sentence)
        claim = ParkingClaim(
            appointment_id=visit.id, provider_id=booked.provider.id, visit_on=day, terms_id=terms.id, asked_cents=cents,
            media_type=photo.media_type, photo=photo.content, photo_mark=vault().fingerprint(photo.sha256, MARK), sent_by=owner.actor,
            sent_at=now,
        )  # fmt: skip
        session.add(claim)
        session.flush()
        details = {"visit": visit.public_id, "cents": cents, "bytes": len(photo.content)}
        audit.record(session, audit.Deed(now, owner.actor, "parking.sent", "parking", claim.public_id, details))
        return claim.public_id
