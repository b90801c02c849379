"""A provider writes their profile and sends it in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.queries import list_facts, load_policies
from providers.credentials.rules.standing import standing_on
from providers.places.changes import Located, store_places
from providers.places.geocoders import Geocoder, resolve
from providers.places.models import ProviderPlace
from providers.places.rules.drafts import PlaceDraft
from providers.profiles.changes import forget_drafts, sign
from providers.profiles.queries import load_gaps
from providers.profiles.rules import Gap, ProfileDraft, days_of_answers, public_texts
from providers.registry.changes import list_provider, note_change, note_deed, own_provider
from providers.registry.models import Provider
from providers.registry.rules import SUBMIT, Owner, next_state
from providers.schedule.changes import settle_rooms
from providers.schedule.queries import last_minute_at
from providers.wording.changes import raise_flags


def put_profile(owner: Owner, draft: ProfileDraft, places: Sequence[PlaceDraft], geocoder: Geocoder, now: datetime) -> None:
    """Make this the profile. Addresses are looked up first, outside of the transaction.

    Raises Refused `unknown_place` or `outside_manhattan` with the place at fault, Conflict `place_in_use` where a place that is left
    out still has visits booked at it, or one that is now in a shared clinic has more than that has rooms for.
    """
    located: list[Located] = [(place, None) if place.clinic else _locate(number, place, geocoder) for number, place in enumerate(places)]
    with transaction() as session:
        provider = own_provider(session, owner, now)
        _write(provider, draft, local_day(to_minute(now)))
        raise_flags(session, provider, public_texts(draft), now)
        for unwanted in store_places(session, provider.id, located):
            _delete_place(session, unwanted, now)
        settle_rooms(session, provider.id, now)
        note_deed(session, provider, owner.actor, "profile_changed", now, places=len(located))
        note_change(session, provider.id)


def attest(owner: Owner, version: int, now: datetime) -> None:
    """Sign that what was stated is true. Raises Refused `attestation_outdated` for any version but today's."""
    with transaction() as session:
        sign(session, own_provider(session, owner, now), owner.actor, version, now)


def submit_profile(owner: Owner, now: datetime, attested: int | None = None) -> None:
    """Send the profile in. Raises Refused `missing` with everything that is missing, Conflict `wrong_state` when it is in already.

    Drafts of its screens are forgotten. Whoever has every required credential verified is listed by the same deed. `attested` is the
    version of the statement that is signed with it, if one is; programs may send a profile in without.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        if attested is not None:
            sign(session, provider, owner.actor, attested, now)
        state = next_state(provider.state, SUBMIT)
        gaps = load_gaps(session, provider)
        if gaps:
            raise Refused("missing", _sentence(gaps), details={"missing": [{"code": gap.code, "detail": gap.detail} for gap in gaps]})
        provider.state = state
        forget_drafts(session, provider.id)
        note_deed(session, provider, owner.actor, "provider_submitted", now)
        facts, policies = list_facts(session, provider.id), load_policies(session)
        if standing_on(local_day(to_minute(now)), facts, policies, {}, profession=provider.profession).bookable:
            list_provider(session, provider, owner.actor, now)


def _locate(number: int, place: PlaceDraft, geocoder: Geocoder) -> Located:
    try:
        return place, resolve(place.address, geocoder)
    except Refused as refusal:
        faults = [FieldFault(f"places[{number}].line1", refusal.sentence)]
        raise Refused(refusal.code, refusal.sentence, faults=faults, details=refusal.details) from None


def _write(provider: Provider, draft: ProfileDraft, today: date) -> None:
    provider.name, provider.headline, provider.about = draft.name, draft.headline, draft.about
    provider.gender, provider.pronouns, provider.profession = draft.gender, draft.pronouns, draft.profession
    provider.languages, provider.settings, provider.phone = list(draft.languages), list(draft.settings), draft.phone
    provider.answered_on = days_of_answers(provider.answers, provider.answered_on or {}, draft.answers, today)
    provider.answers = dict(draft.answers)
    provider.legal_name = draft.legal_name or provider.legal_name


def _delete_place(session: Session, place: ProviderPlace, now: datetime) -> None:
    last = last_minute_at(session, [place.id], to_minute(now))
    if last is not None:
        until = local_day(last).isoformat()
        raise Conflict("place_in_use", f"Visits are booked at {place.name} until {until}. Keep it until then, or move them first.")
    session.delete(place)


def _sentence(gaps: Sequence[Gap]) -> str:
    return "One thing is missing before you can send this in." if len(gaps) == 1 else f"{len(gaps)} things are missing before that."
