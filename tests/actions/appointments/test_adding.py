"""Adding to a held time and to a booked visit: it must fit before the next visit, is priced as of now, and what was agreed stays."""

from datetime import timedelta

import pytest

from booking.appointments.actions.add import Adding, add_to_visit, choose_for_hold
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.changes.history import Doer
from booking.appointments.queries import list_events
from booking.ledger.queries import visit_sums
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused, Stale
from providers.schedule.models import Claim
from providers.services.models import Service
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, hold_visit, letters_about, visit_of

STONES = {"code": "stones", "name": "Warm stones", "minutes": 30, "price_cents": 3_000}
OIL = {"code": "oil", "name": "Arnica oil", "minutes": 0, "price_cents": 500}
THERAPIST = Doer("provider", "account:therapist")


def service_of(provider):
    return db.session.query(Service).filter_by(provider_id=provider.id).one()


@pytest.fixture
def provider(ctx):
    provider = bookable_provider()
    service = service_of(provider)
    service.add_ons = [STONES, OIL]
    db.session.commit()
    return provider


def add(visit, now, doer=CLIENT, **wanted):
    return add_to_visit(visit.public_id, Adding(**wanted), doer, BASE_URL, now).appointment


def busy(visit):
    claim = db.session.get_one(Claim, visit.claim_id)
    return claim.end_minute - claim.begin_minute


class TestOfAHold:
    def test_the_choice_is_exactly_what_was_chosen_last(self, clock, provider, start):
        person = PersonFactory()
        held = hold_visit(provider, person, start, clock.now)
        before = held.quote["total_cents"]
        totals = []
        for codes in (("stones", "oil"), ("oil",), ()):
            held = choose_for_hold(held.public_id, person.id, codes, CLIENT, clock.now)
            assert held.ends_at - held.starts_at == timedelta(minutes=60 + 30 * ("stones" in codes)) == timedelta(minutes=busy(held))
            assert [one["code"] for one in held.add_ons] == list(codes)
            assert sum(line["amount_cents"] for line in held.quote["lines"]) == held.quote["total_cents"]
            totals.append(held.quote["total_cents"])
        assert totals == [20_378, 17_243, before]

    def test_it_is_booked_as_it_was_chosen(self, clock, provider, start):
        person = PersonFactory()
        held = choose_for_hold(hold_visit(provider, person, start, clock.now).public_id, person.id, ("stones",), CLIENT, clock.now)
        visit = visit_of(book_hold(held, person, clock.now))
        assert (visit.total_cents, visit.ends_at) == (19_855, start + timedelta(minutes=90))

    def test_what_does_not_fit_changes_nothing_and_says_what_does(self, clock, provider, start):
        person = PersonFactory()
        held = hold_visit(provider, person, start, clock.now)
        book_visit(provider, PersonFactory(), start + timedelta(minutes=90), clock.now)
        with pytest.raises(Conflict, match="slot_taken") as refusal:
            choose_for_hold(held.public_id, person.id, ("stones",), CLIENT, clock.now)
        assert [one["code"] for one in refusal.value.details["options"]] == ["oil"]
        db.session.rollback()
        assert held.add_ons == []

    def test_a_hold_that_ended_takes_nothing(self, clock, provider, start):
        person = PersonFactory()
        held = hold_visit(provider, person, start, clock.now)
        with pytest.raises(Conflict, match="hold_expired"):
            choose_for_hold(held.public_id, person.id, ("oil",), CLIENT, held.expires_at)
        release_hold(held.public_id, person.id, CLIENT, clock.now)
        with pytest.raises(Conflict, match="hold_expired"):
            choose_for_hold(held.public_id, person.id, ("oil",), CLIENT, clock.now)


class TestOfAVisit:
    def test_an_add_on_and_a_longer_length_each_have_a_line(self, clock, provider, visit):
        before = visit.quote["lines"]
        visit = add(visit, clock.now, add_ons=("stones",), minutes=90)
        assert (visit.minutes, visit.ends_at - visit.starts_at, busy(visit)) == (90, timedelta(minutes=120), 120)
        lines = [(line["code"], line["amount_cents"], line["rule"]) for line in visit.quote["lines"]]
        version = service_of(provider).version
        assert lines == [
            ("service", 16_000, before[0]["rule"]),
            ("extension", 6_000, f"service_price@{version}"),
            ("add_on", 3_000, f"add_on_stones@{version}"),
            ("tax", 1_125, before[-1]["rule"]),
        ]
        assert visit.total_cents == visit.due_cents == 26_125
        assert visit.terms["fee_base_cents"] == 16_000

    def test_both_are_told_once_with_the_new_end(self, clock, provider, visit):
        add(visit, clock.now, add_ons=("oil",))
        told = [letter for letter in letters_about(visit) if letter.kind.endswith("extended")]
        assert sorted(letter.kind for letter in told) == ["provider_visit_extended", "visit_extended"]
        [event] = [event for event in list_events(db.session(), visit.id) if event.verb == "extended"]
        assert (event.actor, event.facts["client_agreed"], event.facts["added"]) == ("client", True, ["oil"])

    @pytest.mark.parametrize(("gap", "fits"), [(105, True), (90, False)])
    def test_the_next_visit_and_the_room_before_it_are_kept(self, clock, provider, visit, gap, fits):
        book_visit(provider, PersonFactory(), visit.starts_at + timedelta(minutes=gap), clock.now)
        if fits:
            assert busy(add(visit, clock.now, add_ons=("stones",))) == 90
            return
        with pytest.raises(Conflict, match="slot_taken"):
            add(visit, clock.now, add_ons=("stones",))

    def test_nothing_is_added_beyond_the_hours(self, clock, provider, start):
        late = start.replace(hour=21, minute=0)
        visit = visit_of(book_visit(provider, PersonFactory(), late, clock.now))
        with pytest.raises(Refused) as refusal:
            add(visit, clock.now, minutes=90)
        assert refusal.value.code == "outside_hours"
        assert [one["code"] for one in refusal.value.details["options"]] == ["oil"]

    def test_what_is_shown_is_what_is_charged(self, clock, provider, visit):
        with pytest.raises(Stale, match="price_changed") as changed:
            add(visit, clock.now, add_ons=("stones",), expected_total_cents=1)
        shown = changed.value.details["total_cents"]
        assert add(visit, clock.now, add_ons=("stones",), expected_total_cents=shown).total_cents == shown

    def test_a_therapist_adds_at_the_visit_with_the_clients_yes(self, clock, provider, visit):
        during = visit.starts_at + timedelta(minutes=30)
        check_in(visit.public_id, THERAPIST, visit.starts_at)
        with pytest.raises(Refused, match="consent_required"):
            add(visit, during, THERAPIST, add_ons=("stones",))
        with pytest.raises(Conflict, match="already_started"):
            add(visit, during, CLIENT, add_ons=("stones",))
        visit = add(visit, during, THERAPIST, add_ons=("stones",), client_agreed=True)
        [event] = [event for event in list_events(db.session(), visit.id) if event.verb == "extended"]
        assert (event.actor, event.facts["client_agreed"]) == ("provider", True)
        done = complete(visit.public_id, THERAPIST, visit.ends_at).appointment
        assert done.due_cents == 19_855 == visit_sums(db.session(), done.id).due

    @pytest.mark.parametrize("codes", [("stones", "stones"), ("nothing",), ("",)])
    def test_what_is_not_offered_is_refused(self, clock, visit, codes):
        with pytest.raises(Refused, match="unknown_add_on"):
            add(visit, clock.now, add_ons=codes)

    def test_the_same_thing_is_added_once(self, clock, visit):
        add(visit, clock.now, add_ons=("oil",))
        with pytest.raises(Refused, match="unknown_add_on"):
            add(visit, clock.now, add_ons=("oil",))
        with pytest.raises(Refused, match="invalid"):
            add(visit, clock.now)
        with pytest.raises(Refused, match="unknown_service"):
            add(visit, clock.now, minutes=75)

    def test_a_visit_that_is_over_or_called_off_stays_as_it_is(self, clock, visit):
        with pytest.raises(Conflict, match="wrong_state"):
            add(visit, visit.ends_at, THERAPIST, add_ons=("oil",), client_agreed=True)
        cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
        with pytest.raises(Conflict, match="wrong_state"):
            add(visit, clock.now, add_ons=("oil",))

    def test_what_leaving_costs_never_rises_by_adding(self, clock, provider, visit):
        visit = add(visit, clock.now, minutes=90)
        late = visit.starts_at - timedelta(hours=1)
        booked, verdict = cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, late)
        assert verdict.fee_cents == booked.appointment.fee_cents == 16_000
