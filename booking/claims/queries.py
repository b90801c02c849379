"""What claim forms are made from, and the ones that were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.claims.models import ClaimForm, InsuranceDetails
from booking.claims.rules.faults import Fault, faults_of
from booking.claims.rules.filling import Claim, Form, Giver, Postal, Wish, forms_of
from booking.claims.rules.insurance import Insurance, insurance_from_dict
from booking.claims.rules.superbill import paid_of, services_of
from booking.claims.rules.versions import Basis, form_from_dict, why_again
from booking.notes.queries import find_signed
from booking.superbills.models import Superbill
from booking.superbills.queries import content_now, list_superbills
from booking.superbills.rules.content import says_the_same
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import local_day, to_minute
from providers.places.models import ProviderPlace
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE

NOT_GIVEN = "The client has not given their insurance details for this, or has taken them back."
NOT_ISSUED = "A claim form is made from an issued superbill. Issue the superbill of this visit first."
STALE = "Something has changed since the superbill was issued. Issue its next version first."
PLAIN = Wish()
NONE_MADE = "No claim form was made yet."
_TAXONOMIES = {"lmt": "225700000X", "pt": "225100000X", "chiropractor": "111N00000X"}
_CREDENTIALS = {"lmt": "LMT", "pt": "PT", "chiropractor": "DC"}


@dataclass(frozen=True)
class Given:
    """What a client told, when, and the last day on which it may be used."""

    public_id: str
    insurance: Insurance
    given_at: datetime
    expires_on: date


@dataclass(frozen=True)
class Made:
    """A claim form as it was made."""

    public_id: str
    version: int
    frequency: str
    made_at: datetime
    basis: Basis
    superbill_id: int
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class Draft:
    """What a form would say now, on what it would rest, and what is in its way."""

    forms: tuple[Form, ...]
    basis: Basis
    faults: tuple[Fault, ...]
    superbill_id: int
    details_id: int


@dataclass(frozen=True)
class Making:
    """The New York day on which a form is made, and how."""

    on: date
    wish: Wish


def live_details(session: Session, person_id: int, provider_id: int, on: date) -> InsuranceDetails | None:
    """The details that may be used on a New York day."""
    mine = select(InsuranceDetails).where(InsuranceDetails.person_id == person_id, InsuranceDetails.provider_id == provider_id)
    return session.scalar(mine.where(InsuranceDetails.ended_at.is_(None), InsuranceDetails.expires_on >= on))


def get_details(session: Session, booked: Booked, now: datetime) -> InsuranceDetails:
    """The details that may be used now. Raises Conflict `insurance_not_given`."""
    found = live_details(session, booked.person.id, booked.provider.id, local_day(to_minute(now)))
    if found is None:
        raise Conflict("insurance_not_given", NOT_GIVEN)
    return found


def standing_details(session: Session, booked: Booked) -> list[InsuranceDetails]:
    """What the client of a visit gave and did not take back, run out or not."""
    mine = select(InsuranceDetails).where(
        InsuranceDetails.person_id == booked.person.id, InsuranceDetails.provider_id == booked.provider.id
    )
    return list(session.scalars(mine.where(InsuranceDetails.ended_at.is_(None))))


def find_given(session: Session, booked: Booked, now: datetime) -> Given | None:
    """What the client of a visit gave for claim forms of its therapist, if it may be used now."""
    row = live_details(session, booked.person.id, booked.provider.id, local_day(to_minute(now)))
    return None if row is None else Given(row.public_id, insurance_from_dict(row.content), row.given_at, row.expires_on)


def list_made(session: Session, appointment_id: int) -> list[Made]:
    """All versions of a visit's claim form, the newest first."""
    rows = select(ClaimForm, Superbill.public_id, InsuranceDetails.public_id)
    rows = rows.join(Superbill, Superbill.id == ClaimForm.superbill_id).join(InsuranceDetails, InsuranceDetails.id == ClaimForm.details_id)
    found = session.execute(rows.where(ClaimForm.appointment_id == appointment_id).order_by(ClaimForm.version.desc()))
    return [_made(row, superbill, details) for row, superbill, details in found]


def _made(row: ClaimForm, superbill: str, details: str) -> Made:
    forms = tuple(form_from_dict(one) for one in row.content["forms"])
    return Made(row.public_id, row.version, row.frequency, row.made_at, Basis(superbill, details, row.addenda), row.superbill_id, forms)


def get_made(session: Session, appointment_id: int, version: int | None) -> Made:
    """One version, or the newest. Raises NotFound for a version that there is not, Conflict `claim_form_not_made`."""
    made = list_made(session, appointment_id)
    if not made:
        raise Conflict("claim_form_not_made", NONE_MADE)
    found = next((one for one in made if version in (None, one.version)), None)
    if found is None:
        raise NotFound("not_found", "There is no such version.")
    return found


def draft_of(session: Session, booked: Booked, now: datetime, wish: Wish = PLAIN) -> Draft:
    """What a claim form of a visit would say now. Raises Conflict `insurance_not_given`, `superbill_not_issued`, `superbill_stale`."""
    today, details = local_day(to_minute(now)), get_details(session, booked, now)
    superbill = next(iter(list_superbills(session, booked.appointment.id)), None)
    if superbill is None:
        raise Conflict("superbill_not_issued", NOT_ISSUED)
    if not says_the_same(superbill.content, content_now(session, booked, now)):
        raise Conflict("superbill_stale", STALE)
    claim = _claim(session, booked, superbill.content, details, Making(today, wish))
    basis = Basis(superbill.public_id, details.public_id, _addenda(session, booked.appointment.id))
    return Draft(forms_of(claim), basis, faults_of(claim), superbill.id, details.id)


def reasons(made: Made | None, draft: Draft) -> tuple[str, ...]:
    """Why a form would be made again; none where the newest still says it."""
    return () if made is None else why_again((made.basis, made.forms), (draft.basis, draft.forms))


def _addenda(session: Session, appointment_id: int) -> int:
    note = find_signed(session, appointment_id)
    return len(note.addenda) if note else 0


def _claim(session: Session, booked: Booked, content: dict[str, Any], details: InsuranceDetails, making: Making) -> Claim:
    born_on, prescriber = content["client"]["born_on"], content["prescriber"]
    practice = _practice(session, booked.provider, booked.place)
    return Claim(
        account=content["reference"],
        born_on=date.fromisoformat(born_on) if born_on else None,
        insurance=insurance_from_dict(details.content),
        giver=_giver(booked.provider, content["provider"], practice),
        place=practice if booked.appointment.setting == "clinic" else None,
        prescriber=(prescriber["name"], prescriber["npi"]) if prescriber else None,
        services=services_of(content),
        paid_cents=paid_of(content),
        permitted_on=local_day(to_minute(details.given_at)),
        made_on=making.on,
        wish=making.wish,
    )


def _giver(provider: Provider, told: dict[str, Any], practice: Postal | None) -> Giver:
    """The provider as the superbill names them."""
    return Giver(
        told["name"], _CREDENTIALS.get(provider.profession, ""), told["npi"], told["tax_id"], told["license_number"],
        _TAXONOMIES.get(provider.profession), practice, told["phone"],
    )  # fmt: skip


def _practice(session: Session, provider: Provider, place: ProviderPlace | None) -> Postal | None:
    """Where the visit was, or the provider's first place that is open to clients."""
    first = select(ProviderPlace).where(ProviderPlace.provider_id == provider.id).order_by(ProviderPlace.id).limit(1)
    found = place or session.scalar(first)
    if found is None:
        return None
    return Postal(found.name, " ".join(part for part in (found.line1, found.unit) if part), found.city, "NY", found.zip)


def may_have_one(booked: Booked) -> bool:
    """Whether a visit can ever have a claim form: a call has none."""
    return booked.appointment.setting != PHONE


def claim_form_findings(session: Session) -> Iterator[str]:
    """For `flask check`: a form made without a permission of that client for that therapist, or for a visit of somebody else; versions
    with a gap; a form whose lines do not add up to its total.
    """
    rows = session.execute(
        select(ClaimForm, InsuranceDetails, Superbill)
        .join(InsuranceDetails, InsuranceDetails.id == ClaimForm.details_id)
        .join(Superbill, Superbill.id == ClaimForm.superbill_id)
        .order_by(ClaimForm.id)
    )
    for form, details, superbill in rows:
        if not _permitted(form, details):
            yield f"claim form {form.public_id}: made without a live permission of its client for its therapist"
        if superbill.appointment_id != form.appointment_id:
            yield f"claim form {form.public_id}: made from the superbill of another visit"
        if not adds_up([form_from_dict(one) for one in form.content["forms"]]):
            yield f"claim form {form.public_id}: its lines do not add up to its totals"
    newest = select(ClaimForm.appointment_id, func.count(), func.max(ClaimForm.version)).group_by(ClaimForm.appointment_id)
    for visit, count, highest in session.execute(newest.order_by(ClaimForm.appointment_id)):
        if count != highest:
            yield f"claim forms of visit {visit}: {count} of {highest} versions are kept"


def _permitted(form: ClaimForm, details: InsuranceDetails) -> bool:
    same = (details.person_id, details.provider_id) == (form.person_id, form.provider_id)
    ended = details.ended_at is not None and details.ended_at < form.made_at
    return same and details.given_at <= form.made_at and not ended and local_day(to_minute(form.made_at)) <= details.expires_on


def adds_up(forms: Sequence[Form]) -> bool:
    """Whether the charges of each form's lines are its total."""
    return all(sum(_cents(line["24F"]) for line in form.lines) == _cents(form.boxes["28"]) for form in forms)


def _cents(words: str) -> int:
    return int(words.replace(" ", ""))
