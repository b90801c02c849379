"""A visit handed over: the colleague's time is kept, the client decides, and nobody's minutes are lost or sold twice."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import Handing, answer_handover, end_handovers, offer_handover, withdraw_handover
from booking.appointments.actions.move import move
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, AppointmentEvent, Handover
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from providers.places.models import ProviderPlace
from providers.registry.rules import SUSPENDED
from providers.schedule.models import Claim
from tests.factories import PackageUseFactory, PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_visit, visit_of

ADMIN = Doer("admin", "account:admin")
REASON = "They are ill."


@pytest.fixture
def colleague(ctx):
    return bookable_provider(slug="colleague", name="Cora Colleague")


def offer(visit, clock, slug="colleague", **more):
    return offer_handover(visit.public_id, Handing(slug, REASON, **more), ADMIN, BASE_URL, clock.now)


def answer(visit, now, *, accept):
    return answer_handover(visit.public_id, CLIENT, BASE_URL, now, accept=accept)


def claim_of(handover):
    return db.session.get_one(Claim, handover.claim_id, populate_existing=True)


def letters(kind):
    return db.session.scalars(select(Letter).where(Letter.kind == kind, Letter.withdrawn_at.is_(None))).all()


def test_a_visit_of_a_package_stays_with_the_therapist_it_was_bought_from(clock, visit, colleague):
    PackageUseFactory(appointment=visit)
    with pytest.raises(Refused, match="paid_by_package"):
        offer(visit, clock)
    assert letters("handover_offered") == []


def test_an_offer_keeps_the_colleagues_time_and_asks_the_client(clock, visit, colleague):
    handover = offer(visit, clock, note="Left shoulder only.")
    claim = claim_of(handover)
    assert (claim.provider_id, claim.kind, claim.live, claim.expires_at) == (colleague.id, "handover", True, handover.answer_by_at)
    assert handover.answer_by_at == clock.now + timedelta(hours=24)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(colleague, PersonFactory(), visit.starts_at, clock.now)
    (asked,), (told,) = letters("handover_offered"), letters("handover_asked")
    assert asked.facts["colleague_name"] == "Cora Colleague"
    assert "Left shoulder" not in str(asked.facts) + str(told.facts), "the note is for the colleague's page, once the visit is theirs"
    assert visit.provider_id != colleague.id, "the visit stays where it is until the client has said yes"


def test_a_yes_makes_it_the_colleagues_with_everything_else_as_agreed(clock, visit, provider, colleague):
    handover = offer(visit, clock)
    before = (visit.uid, visit.total_cents, visit.terms, visit.starts_at, visit.reference, visit.screening_id, visit.sequence)
    handed = answer(visit, clock.now, accept=True).appointment
    assert handed.provider_id == colleague.id
    assert (
        handed.uid,
        handed.total_cents,
        handed.terms,
        handed.starts_at,
        handed.reference,
        handed.screening_id,
        handed.sequence - 1,
    ) == before
    assert (claim_of(handover).kind, claim_of(handover).live, claim_of(handover).expires_at) == ("appointment", True, None)
    assert hold_visit(provider, PersonFactory(), visit.starts_at, clock.now), "the former therapist's time is free at once"
    assert {letter.facts["sequence"] for kind in ("visit_handed_over", "provider_visit_handed_over") for letter in letters(kind)} == {1}
    (end,) = letters("provider_visit_handed_over")
    assert end.facts["status"] == "cancelled"
    assert len(letters("visit_reminder")) == 2
    assert list(findings(db.session(), clock.now)) == []
    verbs = db.session.scalars(select(AppointmentEvent.verb).order_by(AppointmentEvent.id)).all()
    assert verbs[-2:] == ["handover_offered", "handed_over"]


def test_a_no_leaves_everything_and_frees_the_colleague(clock, visit, provider, colleague):
    handover = offer(visit, clock)
    kept = answer(visit, clock.now, accept=False).appointment
    assert (kept.provider_id, kept.sequence, kept.status) == (provider.id, 0, "confirmed")
    assert (handover.state, claim_of(handover).live) == ("declined", False)
    assert len(letters("handover_ended")) == 1
    assert letters("handover_asked") == [], "what has not left is taken back"
    with pytest.raises(Conflict, match="handover_over"):
        answer(visit, clock.now, accept=True)


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False), (1, False)])
def test_the_answer_is_in_time_until_the_very_second(clock, visit, colleague, seconds, in_time):
    handover = offer(visit, clock)
    at = handover.answer_by_at + timedelta(seconds=seconds)
    if in_time:
        assert answer(visit, at, accept=True).appointment.provider_id == colleague.id
    else:
        with pytest.raises(Conflict, match="handover_over"):
            answer(visit, at, accept=True)
        assert hold_visit(colleague, PersonFactory(), visit.starts_at, at), "and the colleague's time is free again"


def test_what_waits_too_long_ends_by_itself(clock, visit, colleague):
    handover = offer(visit, clock)
    assert end_handovers(handover.answer_by_at - timedelta(seconds=1)) == 0
    assert end_handovers(handover.answer_by_at) == 1
    db.session.expire_all()
    assert (handover.state, claim_of(handover).live) == ("expired", False)
    assert end_handovers(handover.answer_by_at) == 0
    assert offer(visit, clock), "and may be offered again"


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_a_visit_that_changes_meanwhile_is_not_handed_over(clock, visit, colleague, change):
    handover = offer(visit, clock)
    if change == "cancelled":
        cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    else:
        move(visit.public_id, visit.starts_at + timedelta(hours=2), CLIENT, BASE_URL, clock.now)
    with pytest.raises(Conflict, match="handover_over"):
        answer(visit, clock.now, accept=True)
    assert end_handovers(clock.now) == 1
    assert not claim_of(handover).live


def test_an_admin_takes_it_back(clock, visit, colleague):
    handover = offer(visit, clock)
    withdraw_handover(visit.public_id, ADMIN, clock.now)
    assert (handover.state, claim_of(handover).live) == ("withdrawn", False)
    with pytest.raises(Conflict, match="handover_over"):
        withdraw_handover(visit.public_id, ADMIN, clock.now)


def test_the_colleague_must_still_be_in_standing_when_the_yes_comes(clock, visit, provider, colleague):
    offer(visit, clock)
    colleague.state = SUSPENDED
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        answer(visit, clock.now, accept=True)
    assert db.session.get_one(Appointment, visit.id, populate_existing=True).provider_id == provider.id


def test_a_suspended_therapists_visit_can_be_handed_over(clock, visit, provider, colleague):
    provider.state = SUSPENDED
    db.session.commit()
    offer(visit, clock)
    assert answer(visit, clock.now, accept=True).appointment.provider_id == colleague.id
    assert list(findings(db.session(), clock.now)) == []


def take_from(colleague, what, visit, now):
    """Make the colleague lack something that the visit needs."""
    if what == "time":
        hold_visit(colleague, PersonFactory(), visit.starts_at, now)
    elif what == "license":
        license_ = db.session.scalars(select(Credential).where(Credential.provider_id == colleague.id, Credential.kind == "license")).one()
        license_.valid_until = visit.starts_at.date() - timedelta(days=1)
    else:
        place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == colleague.id)).one()
        place.line1 = "9 Elsewhere Street"
    db.session.commit()


@pytest.mark.parametrize(
    ("what", "kind", "code"), [("time", Conflict, "slot_taken"), ("place", Refused, "another_place"), ("license", Refused, "not_bookable")]
)
def test_what_the_colleague_lacks_is_said(clock, visit, colleague, what, kind, code):
    take_from(colleague, what, visit, clock.now)
    with pytest.raises(kind) as refused:
        offer(visit, clock)
    assert refused.value.code == code
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 0


def test_nobody_unknown_nobody_twice_and_not_oneself(clock, visit, provider, colleague):
    with pytest.raises(Refused, match="invalid"):
        offer(visit, clock, slug="nobody")
    with pytest.raises(Refused, match="same_provider"):
        offer(visit, clock, slug=provider.slug)
    offer(visit, clock)
    other = bookable_provider(slug="other")
    with pytest.raises(Conflict, match="handover_waits"):
        offer(visit, clock, slug=other.slug)
    with pytest.raises(NotFound):
        offer_handover("no-such-visit", Handing("colleague", REASON), ADMIN, BASE_URL, clock.now)


def test_of_a_yes_and_a_new_booking_of_the_same_minutes_one_wins(app, clock):
    """Two visits of two therapists are offered to one another's colleague at once; locks are taken in one order, so nobody waits forever."""
    with app.app_context():
        one, other = bookable_provider(slug="one"), bookable_provider(slug="other")
        start = clock.now + timedelta(days=2)
        first = visit_of(book_visit(one, PersonFactory(), start, clock.now))
        second = visit_of(book_visit(other, PersonFactory(), start + timedelta(hours=3), clock.now))
        db.session.expunge_all()
    deeds = [
        partial(offer_handover, first.public_id, Handing("other", REASON), ADMIN, BASE_URL, clock.now),
        partial(offer_handover, second.public_id, Handing("one", REASON), ADMIN, BASE_URL, clock.now),
    ] * 6
    ended = race(app, deeds)
    assert ended == {"done": 2, "handover_waits": 10}
    answers = [partial(answer_handover, one.public_id, CLIENT, BASE_URL, clock.now, accept=True) for one in (first, second)] * 6
    assert race(app, answers) == {"done": 2, "handover_over": 10}
    with app.app_context():
        assert list(findings(db.session(), clock.now)) == []
        owners = dict(db.session.execute(select(Appointment.public_id, Appointment.provider_id)).all())
        assert owners == {first.public_id: second.provider_id, second.public_id: first.provider_id}
