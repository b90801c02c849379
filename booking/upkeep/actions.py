"""Mending what can be derived anew, and telling people what they must act on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import REMINDER, Sending, withdraw_lapse, write_lapsed
from booking.appointments.changes.loading import lapses, lock_appointment
from booking.appointments.changes.money import charge_fee, charge_visit, settle
from booking.appointments.models import Appointment, Hold, WaitlistEntry
from booking.appointments.rules.attention import PROVIDER_LAPSED
from booking.appointments.rules.states import CANCELLED, COMPLETED, NO_SHOW, SYSTEM
from booking.ledger.queries import entries_of
from booking.ledger.rules.entries import LATE_CANCEL, visit_key
from booking.ledger.rules.entries import NO_SHOW as NO_SHOW_FEE
from booking.screening.models import Consent, Screening
from booking.upkeep.queries import (
    NOTHING_TOLD,
    RESTORED,
    ended_waiting,
    ended_with_reminders,
    idle_guests,
    kept_figures,
    strayed_figures,
    stuck_time,
    told_lapses,
    untold_clashes,
    untold_lapses,
    untold_stale,
)
from booking.upkeep.rules import GUESTS_KEPT
from marketplace.accounts.models import Person
from marketplace.audit import Deed, record
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim

DOER = "command:check"
JOB = Doer(SYSTEM, "job:tell lapses")
FORGETTING = "job:forget guests"
GUESTS_A_BATCH = 200


def take_back_reminders(now: datetime) -> int:
    """Withdraw reminders of visits that will not take place; counts the visits."""
    with transaction() as session:
        ended = ended_with_reminders(session)
        for public_id in ended:
            withdraw_letters(session, about=public_id, kinds=(REMINDER,), now=now)
        return len(ended)


def free_ended_time(now: datetime) -> int:
    """Give back the minutes of visits that will not take place; counts them. The opposite (a visit without time) needs a person."""
    with transaction() as session:
        stuck = stuck_time(session)
        for public_id, claim in stuck:
            release_claim(session, claim)
            record(session, Deed(now, DOER, "appointment.time_freed", "appointment", public_id))
        return len(stuck)


def mend_money(now: datetime) -> int:
    """Bring visits that say something else than their ledger in line with it; counts them.

    Where the ledger knows nothing of a visit that took place, its agreed price is charged first, and a fee that the visit names is
    written down. What a visit says was paid without an entry is taken back: only entries prove money.
    """
    with transaction() as session:
        strayed = list(strayed_figures(session))
        for row, _sums in strayed:
            visit = session.get_one(Appointment, row.id)
            before = kept_figures(visit).words
            _write_missing(session, visit, now)
            settle(session, visit)
            details = {"before": before, "after": kept_figures(visit).words}
            record(session, Deed(now, DOER, "appointment.money_mended", "appointment", visit.public_id, details))
        return len(strayed)


def _write_missing(session: Session, visit: Appointment, now: datetime) -> None:
    doer = Doer(SYSTEM, DOER)
    if visit.status == COMPLETED and not entries_of(session, visit_key(visit.public_id, "charge")):
        charge_visit(session, visit, doer, now)
    elif visit.status in {CANCELLED, NO_SHOW} and not entries_of(session, visit_key(visit.public_id, "fee")):
        memo = NO_SHOW_FEE if visit.status == NO_SHOW else LATE_CANCEL
        charge_fee(session, visit, doer, now, memo=memo, fee_cents=visit.fee_cents, waived_cents=visit.waived_cents)


def tell_lapses(now: datetime, base_url: str, provider_ids: Collection[int] | None = None) -> int:
    """Tell clients whose provider (one of these, or None for any) has lost the standing for a coming visit; counts the visits.

    Once for each time that it comes about and each reason.

    Where the provider is in standing again that is written down too, and a letter that has not left is taken back.
    """
    changed = [visit.public_id for visit, _reason in untold_lapses(db.session(), now, provider_ids)]
    return one_by_one("tell lapses", changed, lambda public_id: _tell_lapse(public_id, base_url, now))


def _tell_lapse(public_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        reason, told = lapses(session, [visit]).get(visit.id), told_lapses(session, [visit.id]).get(visit.id, NOTHING_TOLD)
        if visit.starts_at <= now or reason == told.reason:
            return False
        if reason is None:
            write_history(session, visit, RESTORED, JOB, now)
            withdraw_lapse(session, visit, now)
        else:
            write_history(session, visit, PROVIDER_LAPSED, JOB, now, {"reason": reason})
            write_lapsed(session, booked, Sending(base_url), reason, told.times, now)
        return True


def tell_calendars(now: datetime, base_url: str) -> int:
    """Tell providers of calendars that cannot be read and of visits that meet what their calendars say, once each; counts the letters."""
    stale, clashes = untold_stale(db.session(), now), untold_clashes(db.session(), now)
    links = {letter.key: f"{base_url}/provider/calendars" for letter in stale}
    links |= {letter.key: f"{base_url}/provider/appointments/{letter.about}" for letter in clashes}
    if not links:
        return 0
    with transaction() as session:
        for letter in (*stale, *clashes):
            facts = letter.facts | {"link": links[letter.key]}
            enqueue_letter(session, key=letter.key, kind=letter.kind, recipient=letter.recipient, facts=facts, now=now, about=letter.about)
    return len(links)


def forget_guests(now: datetime) -> int:
    """Forget guests who booked nothing, a day after they last held or waited for a time: their answers, consents and ended holds too;
    counts them. What anybody without an account waited for is forgotten a day after its end, whatever came of it.
    """
    with transaction() as session:
        ended = ended_waiting(session, now - GUESTS_KEPT)
        session.execute(delete(WaitlistEntry).where(WaitlistEntry.id.in_(ended)))
    forgotten = 0
    while True:
        with transaction() as session:
            idle = idle_guests(session, now - GUESTS_KEPT, GUESTS_A_BATCH)
            _forget(session, idle)
            if idle:
                record(session, Deed(now, FORGETTING, "guests_forgotten", "guests", "idle", {"count": len(idle)}))
        forgotten += len(idle)
        if len(idle) < GUESTS_A_BATCH:
            return forgotten


def _forget(session: Session, person_ids: list[int]) -> None:
    claims = session.scalars(select(Hold.claim_id).where(Hold.person_id.in_(person_ids))).all()
    for table in (Hold, Screening, Consent):
        session.execute(delete(table).where(table.person_id.in_(person_ids)))
    session.execute(delete(Claim).where(Claim.id.in_(claims)))
    session.execute(delete(Person).where(Person.id.in_(person_ids)))
