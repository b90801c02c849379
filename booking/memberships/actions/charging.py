"""What memberships do by themselves: months ordered, cards asked again, reminders, ends. Stripe is asked after the commit, by the job."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.memberships.changes.charging import ask_while_away, lock_membership, move_on, order_month, today_of
from booking.memberships.changes.charging import end as end_now
from booking.memberships.changes.letters import ENDED as ENDED_LETTER
from booking.memberships.changes.letters import PROVIDER_ENDED, REMINDER, SKIPPED, day_of, write_to_member, write_to_therapist
from booking.memberships.models import MembershipPlan
from booking.memberships.queries import Kept, can_end, find_owed, find_said, get_kept
from booking.memberships.rules.months import ACTIVE, DROPPED, END_DAYS, ENDED, JOINING, REMIND_DAYS, UNPAID, due_on, number_to_charge
from marketplace import audit
from marketplace.db import transaction

JOB = "job:memberships"


def charge_month(public_id: str, now: datetime) -> str | None:
    """Order the month that is due, once; gives the payment to settle. Nothing where none is due or one is still to be paid.

    A month in which its therapist, or that visit, cannot be booked is passed over, as is one of a member who cannot sign in: nobody
    pays for what cannot be had, or ended.
    """
    with transaction() as session:
        kept = lock_membership(session, public_id)
        one, today = kept.membership, today_of(now)
        number = number_to_charge(one.anchor_on, one.next_number, today) if one.state == ACTIVE else None
        if number is None or find_owed(session, one.id) is not None:
            return None
        one.paused_on = None
        kept = _promised(session, kept, due_on(one.anchor_on, number))
        said = find_said(session, kept.plan, today) if can_end(session, kept.person) else None
        if said is None:
            move_on(one, number + 1)
            audit.record(session, audit.Deed(now, JOB, "membership.skipped", "membership", public_id, {"number": number}))
            write_to_member(session, kept, SKIPPED, str(number), now)
            return None
        return ask_while_away(session, kept, order_month(session, kept, number, said, JOB, now), JOB, now)


def _promised(session: Session, kept: Kept, due: date) -> Kept:
    """The membership with the terms that count for a month that is due on a day."""
    one = kept.membership
    if one.next_plan_id is None or one.next_plan_on is None or due < one.next_plan_on:
        return kept
    one.plan_id, one.next_plan_id, one.next_plan_on = one.next_plan_id, None, None
    session.flush()
    return get_kept(session, one.public_id)


def retry_month(public_id: str, now: datetime) -> str | None:
    """Ask the card again for the open month, where that is due; gives the payment to settle."""
    with transaction() as session:
        kept = lock_membership(session, public_id)
        owed = find_owed(session, kept.membership.id)
        if kept.membership.state != ACTIVE or owed is None or owed[0].retry_on is None or owed[0].retry_on > today_of(now):
            return None
        if not can_end(session, kept.person):
            return None
        return ask_while_away(session, kept, owed[0], JOB, now)


def remind_member(public_id: str, now: datetime) -> bool:
    """Write to a member what is charged next and when, once for each month, and how to stop it."""
    with transaction() as session:
        kept = get_kept(session, public_id)
        one, today = kept.membership, today_of(now)
        if one.state != ACTIVE or not 0 < (one.next_on - today).days <= REMIND_DAYS:
            return False
        plan = kept.plan
        if one.next_plan_id is not None and one.next_plan_on is not None and one.next_on >= one.next_plan_on:
            plan = session.get_one(MembershipPlan, one.next_plan_id)
        said = find_said(session, plan, one.next_on)
        if said is None:
            return False
        write_to_member(session, kept, REMINDER, str(one.next_number), now, cents=said.worth.total_cents, visits=plan.visits)
        return True


def end_unpaid(public_id: str, now: datetime) -> bool:
    """End a membership whose month stayed unpaid to the last, or that was never paid for."""
    with transaction() as session:
        kept = lock_membership(session, public_id)
        owed, today = find_owed(session, kept.membership.id), today_of(now)
        if owed is None or kept.membership.state == ENDED:
            return False
        if kept.membership.state == JOINING and owed[0].due_on < today:
            end_now(session, kept, DROPPED, JOB, now)
            return True
        if (today - owed[0].due_on).days < END_DAYS:
            return False
        end_now(session, kept, UNPAID, JOB, now)
        write_to_member(session, kept, ENDED_LETTER, "", now, by=UNPAID, due_on=day_of(owed[0].due_on))
        write_to_therapist(session, kept, PROVIDER_ENDED, now, by=UNPAID)
        return True
