"""Time off in both databases: nothing in it can be booked, visits inside stand until somebody acts, and a colleague may say no."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import release_hold
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import attention_of
from booking.appointments.forms.time_off import visits_inside
from booking.appointments.models import Appointment
from booking.openings.queries.listing import list_openings
from booking.openings.queries.nearby import alternatives_to
from booking.openings.queries.searching import search
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from marketplace.audit import broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.models import Letter
from providers.profiles.queries import get_facts
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.actions.time_off import add_time_off, end_time_off, take_name_off
from providers.schedule.models import TimeOff
from providers.schedule.rules.drafts import BlockDraft
from providers.schedule.rules.time_off import TimeOffDraft, shown_at
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")
WISH = Wish("medical-massage", 60, "clinic")
DAY = timedelta(days=1)


def owner_of(provider):
    return Owner(provider.account_id, provider.name, f"account:{provider.account_id}")


def state(provider, starts_at, ends_at, now, **more):
    draft = TimeOffDraft(starts_at, ends_at, **more)
    return add_time_off(owner_of(provider), draft, "account:anna", BASE_URL, now, visits_inside)


def openings(provider, from_at, until_at, now):
    db.session.rollback()
    facts = get_facts(db.session(), provider.id)
    return list_openings(db.session(), facts, WISH, to_minute(from_at), to_minute(until_at), now).starts


def letters(kind):
    return db.session.scalars(select(Letter).where(Letter.kind == kind, Letter.withdrawn_at.is_(None))).all()


def test_nothing_in_it_can_be_listed_held_or_found(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    begin, end = now + 2 * DAY, now + 4 * DAY
    assert openings(anna, begin, end, now) != []
    query = SearchQuery(to_minute(begin), to_minute(end), None, 0)
    assert len(search(db.session(), query, now).items) == 1
    public_id = state(anna, begin, end, now)
    assert openings(anna, begin, end, now) == []
    assert search(db.session(), query, now).items == ()
    with pytest.raises(Conflict) as held:
        hold_visit(anna, PersonFactory(), begin, now)
    assert held.value.code == "slot_taken"
    end_time_off(owner_of(anna), public_id, None, "account:anna", now)
    assert openings(anna, begin, end, now) != []
    assert list(broken_entries(db.session())) == []


def test_visits_inside_are_named_first_then_stand_until_somebody_acts(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    made = book_visit(anna, PersonFactory(), now + 3 * DAY, now)
    with pytest.raises(Conflict) as named:
        state(anna, now + 2 * DAY, now + 4 * DAY, now)
    assert named.value.code == "visits_inside"
    assert [one["id"] for one in named.value.details["appointments"]] == [made.booked.appointment.public_id]
    assert db.session.scalars(select(TimeOff)).all() == []
    db.session.rollback()
    state(anna, now + 2 * DAY, now + 4 * DAY, now, keep_visits=True)
    visit = visit_of(made)
    assert visit.status == "confirmed"
    assert attention_of(db.session(), [visit], now) == {visit.id: ["provider_away"]}
    cancel(visit.public_id, Cancelling(None, None, None), Doer("provider", "account:anna"), BASE_URL, now)
    assert openings(anna, now + 2 * DAY, now + 4 * DAY, now) == [], "what is canceled in it is not open again"


def test_who_is_called_off_in_it_reads_who_sees_clients_meanwhile(clock):
    anna, now = bookable_provider(slug="anna", name="Anna Berg"), clock.now
    bookable_provider(slug="maya", name="Maya Chen")
    made = book_visit(anna, PersonFactory(), now + 3 * DAY, now)
    state(anna, now + 2 * DAY, now + 4 * DAY, now, keep_visits=True, colleague="maya", reason="My back")
    cancel(visit_of(made).public_id, Cancelling(None, None, None), Doer("provider", "account:anna"), BASE_URL, now)
    (letter,) = letters("visit_cancelled")
    assert letter.facts["away"].endswith("Maya Chen sees clients in the meantime.")
    assert letter.facts["colleague_link"] == f"{BASE_URL}/providers/maya"
    (told,) = letters("colleague_named")
    assert "My back" not in str([letter.facts, told.facts])


def test_a_block_and_a_hold_in_it_become_time_off_when_they_end(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    begin, end = now + 2 * DAY, now + 4 * DAY
    block = add_block(owner_of(anna), BlockDraft(begin, begin + timedelta(hours=2)), now, visits_inside)
    hold = hold_visit(anna, PersonFactory(), now + 3 * DAY, now)
    state(anna, begin, end, now)
    remove_block(owner_of(anna), block.public_id, now)
    release_hold(hold.public_id, hold.person_id, CLIENT, now)
    assert openings(anna, begin, end, now) == []


def test_a_hold_that_runs_out_in_it_opens_nothing(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    hold_visit(anna, PersonFactory(), now + 3 * DAY, now)
    state(anna, now + 2 * DAY, now + 4 * DAY, now)
    later = now + timedelta(minutes=11)
    with pytest.raises(Conflict):
        hold_visit(anna, PersonFactory(), now + 3 * DAY, later)


def test_it_ends_early_and_what_follows_is_open(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    begin, end = now + 2 * DAY, now + 6 * DAY
    public_id = state(anna, begin, end, now)
    end_time_off(owner_of(anna), public_id, now + 4 * DAY, "account:anna", now)
    assert openings(anna, begin, now + 4 * DAY, now) == []
    assert openings(anna, now + 4 * DAY, end, now) != []
    for wrong in (now - DAY, begin, end):
        with pytest.raises(Refused):
            end_time_off(owner_of(anna), public_id, wrong, "account:anna", now)
    clock.set(now + 3 * DAY)
    end_time_off(owner_of(anna), public_id, None, "account:anna", clock.now)
    assert openings(anna, now + 3 * DAY, now + 4 * DAY, clock.now) != []


def test_one_time_off_at_a_time_and_only_ones_own(clock):
    anna, bea, now = bookable_provider(slug="anna"), bookable_provider(slug="bea"), clock.now
    public_id = state(anna, now + 2 * DAY, now + 4 * DAY, now)
    with pytest.raises(Refused):
        state(anna, now + 3 * DAY, now + 5 * DAY, now)
    for stranger in (owner_of(bea), "bea"):
        with pytest.raises(NotFound):
            end_time_off(stranger, public_id, None, "account:bea", now)
    add_time_off("bea", TimeOffDraft(now + 2 * DAY, now + 3 * DAY), "account:admin", BASE_URL, now, visits_inside)
    assert openings(bea, now + 2 * DAY, now + 3 * DAY, now) == []


@pytest.mark.parametrize("colleague", ["nobody", "anna", "draft", "away"])
def test_a_colleague_is_somebody_else_who_is_there(clock, colleague):
    anna, now = bookable_provider(slug="anna"), clock.now
    bookable_provider(slug="draft").state = "draft"
    away = bookable_provider(slug="away")
    db.session.commit()
    state(away, now + DAY, now + 3 * DAY, now)
    state(away, now + 3 * DAY, now + 5 * DAY, now)
    with pytest.raises(Refused) as refused:
        state(anna, now + 2 * DAY, now + 4 * DAY, now, colleague=colleague)
    assert [fault.field for fault in refused.value.faults] == ["colleague"]
    state(anna, now + 2 * DAY, now + 6 * DAY, now, colleague="away")


def named(provider, now):
    db.session.rollback()
    away = shown_at(get_facts(db.session(), provider.id).aways, now)
    return away and away.colleague_slug


def test_a_colleague_is_told_and_takes_their_name_off(clock):
    anna, maya, now = bookable_provider(slug="anna"), bookable_provider(slug="maya"), clock.now
    public_id = state(anna, now + 2 * DAY, now + 4 * DAY, now, colleague="maya")
    assert named(anna, now) == "maya"
    assert [letter.about for letter in letters("colleague_named")] == [public_id]
    with pytest.raises(NotFound):
        take_name_off(public_id, owner_of(bookable_provider(slug="bea")), "account:bea", now)
    take_name_off(public_id, owner_of(maya), "account:maya", now)
    take_name_off(public_id, None, "link:time_off", now)
    assert named(anna, now) is None
    assert len(letters("colleague_out")) == 1
    assert letters("colleague_named") == [], "what has not left is taken back"


def test_nobody_is_named_who_is_away_or_not_listed_any_more(clock):
    anna, maya, now = bookable_provider(slug="anna"), bookable_provider(slug="maya"), clock.now
    state(anna, now + 2 * DAY, now + 4 * DAY, now, colleague="maya")
    off = state(maya, now + DAY, now + 5 * DAY, now)
    assert named(anna, now) is None
    end_time_off(owner_of(maya), off, None, "account:maya", now)
    assert named(anna, now) == "maya"
    maya.state = "suspended"
    db.session.commit()
    assert named(anna, now) is None


def test_a_start_in_it_is_answered_with_the_colleagues(clock):
    anna, now = bookable_provider(slug="anna", name="Anna Berg"), clock.now
    bookable_provider(slug="maya", name="Maya Chen")
    bookable_provider(slug="zoe", name="Zoe Ames")
    state(anna, now + 2 * DAY, now + 30 * DAY, now, colleague="maya")
    found = alternatives_to(db.session(), "anna", WISH, now + 3 * DAY, now)
    assert (found[0].reason, found[0].facts.slug) == ("colleague", "maya")
    assert found[0].words == "Maya Chen sees clients while Anna Berg is away"
    other = alternatives_to(db.session(), "anna", WISH, now + DAY, now)
    assert "colleague" not in {one.reason for one in other}


def test_why_is_sealed_and_forgotten_with_it(clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    public_id = state(anna, now + 2 * DAY, now + 4 * DAY, now, reason="Operation on my knee")
    stored = db.session.scalar(text("SELECT reason FROM time_off"))
    assert stored
    assert "knee" not in str(stored)
    end_time_off(owner_of(anna), public_id, None, "account:anna", now)
    assert db.session.scalar(text("SELECT reason FROM time_off")) is None


def test_time_off_and_a_hold_of_the_same_minutes_leave_each_minute_taken_once(app, clock):
    anna, now = bookable_provider(slug="anna"), clock.now
    person, when = PersonFactory(), now + 3 * DAY

    def off():
        state(anna, now + 2 * DAY, now + 4 * DAY, now)

    def hold():
        hold_visit(anna, person, when, now)

    outcome = race(app, [off, hold])
    assert outcome in ({"done": 2}, {"done": 1, "slot_taken": 1})
    assert openings(anna, now + 2 * DAY, now + 4 * DAY, now) == []
    assert db.session.scalars(select(Appointment)).all() == []
