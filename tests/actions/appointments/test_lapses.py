"""What follows for a visit whose provider loses the standing for it: the client leaves or moves for free, is told once, and all is undone by a renewal."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import attention_of, lapsed_visits, verdict_facts
from booking.appointments.models import AppointmentEvent
from booking.appointments.rules.cancellation import assess_cancellation
from booking.upkeep.actions import tell_lapses
from booking.upkeep.commands import Watch
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Refused
from providers.credentials.models import Credential
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.services.models import Service
from tests.factories import ChangeFactory, CredentialFactory, PersonFactory, bookable_provider
from tests.support.policies import add_version
from tests.support.visits import (
    BASE_URL,
    CLIENT,
    book_hold,
    book_visit,
    clear_answers,
    hold_visit,
    letters_about,
    traveling_provider,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("ctx")

ADMIN = "account:admin"
HOUR = timedelta(hours=1)
KIND = "visit_provider_lapsed"


def suspend(provider, now):
    suspend_provider(provider.slug, "A complaint is looked into.", ADMIN, now)


def reinstate(provider, now):
    reinstate_provider(provider.slug, "It was nothing.", ADMIN, now)


def signs(visit, now):
    db.session.rollback()
    return attention_of(db.session(), [db.session.get_one(type(visit), visit.id, populate_existing=True)], now)[visit.id]


def told(visit, **more):
    return [letter.key.split(":")[2:] for letter in letters_about(visit, **more) if letter.kind == KIND]


def credential_of(provider, kind):
    return db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == kind)).one()


def end(provider, kind, day):
    credential_of(provider, kind).valid_until = day
    db.session.commit()


def no_account(provider):
    from_account = provider.account_id
    db.session.execute(db.text("UPDATE account SET active = :no WHERE id = :id"), {"no": False, "id": from_account})
    db.session.commit()


LAPSES = {
    "suspended": suspend,
    "account closed": lambda provider, now: no_account(provider),
    "license over": lambda provider, now: end(provider, "license", date(2027, 1, 13)),
    "insurance over": lambda provider, now: end(provider, "liability_insurance", date(2027, 1, 13)),
}


@pytest.mark.parametrize("way", LAPSES)
@pytest.mark.parametrize("before", [47 * HOUR, 2 * HOUR, timedelta(seconds=1), timedelta(0)])
def test_leaving_is_free_whatever_the_clock_says_and_the_page_says_the_same(clock, provider, visit, start, way, before):
    LAPSES[way](provider, clock.now)
    now = start - before
    shown = assess_cancellation(verdict_facts(db.session(), visit), actor="client", now=now)
    assert (shown.allowed, shown.fee_cents, shown.reason, shown.tier) == (True, 0, "provider_lapsed", "provider_lapsed")
    _, verdict = cancel(visit.public_id, Cancelling(0, "weather"), CLIENT, BASE_URL, now)
    assert (verdict.fee_cents, verdict.waived_cents, verdict.tier) == (0, 0, "provider_lapsed")
    last = db.session.scalars(
        select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id).order_by(AppointmentEvent.id.desc())
    ).first()
    assert last.facts["tier"] == "provider_lapsed"
    assert signs(visit, now) == []


def test_the_last_day_of_a_credential_is_a_day_like_any_other(clock, provider, visit, start):
    end(provider, "license", date(2027, 1, 14))
    assert signs(visit, clock.now) == []
    assert assess_cancellation(verdict_facts(db.session(), visit), actor="client", now=start - HOUR).fee_cents > 0


def test_moving_is_free_and_allowed_though_the_notice_has_passed(clock, provider, visit, start):
    now = start - 3 * HOUR
    with pytest.raises(Refused, match="notice_passed"):
        move(visit.public_id, start + timedelta(days=5), CLIENT, BASE_URL, now)
    end(provider, "license", date(2027, 1, 13))
    CredentialFactory(provider=provider, kind="license", issued_on=date(2027, 1, 18), expires_on=date(2028, 5, 31))
    assert signs(visit, now) == ["provider_lapsed"]
    with pytest.raises(Refused, match="not_bookable"):
        move(visit.public_id, start + timedelta(days=1), CLIENT, BASE_URL, now)
    moved = move(visit.public_id, start + timedelta(days=5), CLIENT, BASE_URL, now).appointment
    assert (moved.total_cents, moved.free_moves_used) == (16_720, 0)
    assert signs(visit, now) == []


def test_the_client_is_told_once_for_each_time_and_the_story_is_kept(clock, provider, visit):
    assert list(findings(db.session(), clock.now)) == []
    suspend(provider, clock.now)
    assert list(findings(db.session(), clock.now)) == [f"appointment {visit.public_id} lies on a day without standing and nobody was told"]
    assert (tell_lapses(clock.now, BASE_URL), tell_lapses(clock.now, BASE_URL)) == (1, 0)
    assert list(findings(db.session(), clock.now)) == []
    assert told(visit, waiting=True) == [["unlisted", "0"]]
    reinstate(provider, clock.now)
    assert (tell_lapses(clock.now, BASE_URL), tell_lapses(clock.now, BASE_URL)) == (1, 0)
    assert told(visit, waiting=True) == [], "a letter that has not left says what is no longer true"
    suspend(provider, clock.now)
    assert tell_lapses(clock.now, BASE_URL) == 1
    assert told(visit, waiting=True) == [["unlisted", "2"]]
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_id == visit.public_id).order_by(AuditEntry.id)).all()
    assert verbs == ["appointment.booked", "appointment.provider_lapsed", "appointment.standing_restored", "appointment.provider_lapsed"]


def test_another_reason_is_another_letter(clock, provider, visit):
    end(provider, "license", date(2027, 1, 13))
    tell_lapses(clock.now, BASE_URL)
    suspend(provider, clock.now)
    tell_lapses(clock.now, BASE_URL)
    assert told(visit) == [["credential", "0"], ["unlisted", "1"]]


def test_a_renewal_undoes_everything(clock, provider, visit, start):
    end(provider, "license", date(2027, 1, 13))
    tell_lapses(clock.now, BASE_URL)
    assert [booked.appointment.id for booked in lapsed_visits(db.session(), clock.now)] == [visit.id]
    CredentialFactory(provider=provider, kind="license", issued_on=date(2027, 1, 14), expires_on=date(2028, 5, 31))
    assert lapsed_visits(db.session(), clock.now) == []
    assert signs(visit, clock.now) == []
    assert assess_cancellation(verdict_facts(db.session(), visit), actor="client", now=start - HOUR).fee_cents > 0
    tell_lapses(clock.now, BASE_URL)
    assert told(visit, waiting=True) == []


def test_only_visits_beyond_the_end_of_a_credential_are_told_of(clock, provider, start):
    near = visit_of(book_visit(provider, PersonFactory(), start, clock.now))
    far = visit_of(book_visit(provider, PersonFactory(), start + timedelta(days=1), clock.now))
    end(provider, "license", date(2027, 1, 14))
    assert tell_lapses(clock.now, BASE_URL) == 1
    assert (told(near), told(far)) == ([], [["credential", "0"]])
    assert (signs(near, clock.now), signs(far, clock.now)) == ([], ["provider_lapsed"])


def test_the_other_signs_stay(clock, provider, start):
    person = PersonFactory()
    hold = hold_visit(provider, person, start, clock.now)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(seizure=True)))
    suspend(provider, clock.now)
    assert signs(visit, clock.now) == ["clearance_due", "provider_lapsed"]
    reinstate(provider, clock.now)
    assert signs(visit, clock.now) == ["clearance_due"]


def test_a_chosen_technique_that_has_lost_its_proof_counts_and_another_one_of_the_service_does_not(clock, provider, start):
    service = db.session.scalars(select(Service).where(Service.provider_id == provider.id)).one()
    service.techniques = ["trigger_point", "lymphatic_drainage"]
    certificate = CredentialFactory(provider=provider, kind="certificate", technique="lymphatic_drainage")
    person = PersonFactory()
    chosen = visit_of(book_hold(hold_visit(provider, person, start, clock.now), person, clock.now, technique="lymphatic_drainage"))
    open_one = visit_of(book_visit(provider, PersonFactory(), start + 2 * HOUR, clock.now))
    assert (signs(chosen, clock.now), signs(open_one, clock.now)) == ([], [])
    certificate.status = "suspended"
    db.session.commit()
    assert (signs(chosen, clock.now), signs(open_one, clock.now)) == (["provider_lapsed"], [])


def test_a_policy_for_homes_leaves_visits_in_clinics_alone(clock, provider, visit, start):
    traveler = traveling_provider(slug="traveler")
    at_home = visit_of(book_visit(traveler, PersonFactory(), start, clock.now, setting="home", zip="10024"))
    add_version(date(2027, 1, 14), {"background_check": [{"settings": ["home", "hotel"]}]})
    assert (signs(visit, clock.now), signs(at_home, clock.now)) == ([], ["provider_lapsed"])
    CredentialFactory(provider=traveler, kind="background_check")
    assert signs(at_home, clock.now) == []


def test_whoever_did_not_come_to_a_visit_that_could_not_be_given_owes_nothing(clock, provider, visit, start):
    suspend(provider, clock.now)
    missed = mark_no_show(visit.public_id, Doer("admin", ADMIN), start + HOUR).appointment
    assert (missed.status, missed.fee_cents, missed.due_cents) == ("no_show", 0, 0)


def test_a_visit_that_has_begun_has_lost_nothing(clock, provider, visit, start):
    suspend(provider, start + timedelta(seconds=1))
    assert signs(visit, start + timedelta(seconds=2)) == []
    assert tell_lapses(start + timedelta(seconds=2), BASE_URL) == 0


def test_the_job_tells_at_the_next_look_and_asks_everywhere_once_a_minute(clock, provider, visit):
    watch = Watch()
    assert watch.look(clock.now) == 0
    suspend(provider, clock.now)
    assert watch.look(clock.now + timedelta(seconds=2)) == 1, "whoever was touched is looked at once"
    assert watch.look(clock.now + timedelta(seconds=4)) == 0
    end(provider, "license", date(2027, 1, 13))  # nobody tells the feed
    db.session.execute(db.text("UPDATE provider SET state = 'listed'"))
    db.session.commit()
    assert watch.look(clock.now + timedelta(seconds=6)) == 0
    ChangeFactory(provider=bookable_provider(slug="somebody-else"))
    assert watch.look(clock.now + timedelta(seconds=8)) == 0
    assert watch.look(clock.now + timedelta(seconds=61)) == 1


def test_what_many_visits_ask_costs_as_many_statements_as_one(clock, provider, visit, start, statements):
    with statements() as one:
        lapsed_visits(db.session(), clock.now)
    for day in range(1, 5):
        book_visit(provider, PersonFactory(), start + timedelta(days=day), clock.now)
    book_visit(bookable_provider(slug="another"), PersonFactory(), start, clock.now)
    db.session.rollback()
    with statements() as many:
        lapsed_visits(db.session(), clock.now)
    assert len(many) <= len(one) + 1
