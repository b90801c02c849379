"""Every letter about memberships says its days as people do, and how to stop."""

import re

from sqlalchemy import select

from booking.memberships.actions.keeping import end_membership, pause_membership
from booking.memberships.actions.offering import change_plan
from booking.memberships.rules.plans import Plan
from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.registry.changes import lock_provider

KINDS = {
    "membership_joined", "membership_paid", "membership_reminder", "membership_declined", "membership_suspended", "membership_ended",
    "membership_paused", "membership_skipped", "membership_changed", "provider_membership_joined", "provider_membership_ended",
}  # fmt: skip


def test_every_letter_says_its_days_as_people_do_and_leads_to_the_page(club, sam):
    plan = club.offer()
    membership = club.join(plan, sam)
    change_plan(club.anna.id, plan, Plan("medical-massage", 60, 1, 14_000, 3), "account:anna", club.clock.now)
    club.days(31)
    pause_membership(membership, 1, sam.id, "account:sam", club.clock.now)
    with transaction() as session:
        lock_provider(session, club.anna.id).state = "suspended"
    club.days(59)
    with transaction() as session:
        lock_provider(session, club.anna.id).state = "listed"
    club.use_card(membership, "pm_card_authenticationRequired")
    club.days(46)
    end_membership(membership, "client", "account:sam", club.clock.now, person_id=sam.id)
    db.session.rollback()
    rows = db.session.scalars(select(Letter).where(Letter.kind.contains("membership"))).all()
    assert {row.kind for row in rows} == KINDS
    for row in rows:
        letter = render_letter(row.kind, row.facts)
        where = "/provider/memberships" if row.kind.startswith("provider") else f"/memberships/{membership}"
        assert letter.text.rstrip().find(where) > 0, row.kind
        assert not re.search(r"\d{4}-\d{2}-\d{2}", f"{letter.subject} {letter.text}"), row.kind
        assert "None" not in letter.text
    declined = next(row for row in rows if row.kind == "membership_declined")
    assert "Your bank wants you to confirm" in render_letter(declined.kind, declined.facts).text
