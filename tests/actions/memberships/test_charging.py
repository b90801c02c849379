"""Members are charged month after month, once each, and whoever does not pay is asked, told, and let go."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from booking.memberships.actions.charging import charge_month
from booking.memberships.actions.joining import Wish, join
from booking.memberships.actions.keeping import choose_card, end_membership, pause_membership, pay_owed, resume_membership
from booking.memberships.actions.offering import change_plan, close_plan, offer_plan
from booking.memberships.rules.plans import Plan
from booking.packages.actions.buying import withdraw_order
from booking.packages.actions.ending import end_over
from booking.packages.actions.offering import allow_packages
from booking.packages.models import Package
from booking.payments.actions.settle import settle_payment
from booking.payments.queries import get_payment
from booking.upkeep.queries import findings
from marketplace.accounts.models import Account
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from providers.registry.changes import lock_provider
from providers.services.models import ServiceDuration
from tests.factories import AccountFactory, PersonFactory, SavedCardFactory, person_of
from tests.support.cards import letters
from tests.support.memberships import MONTH, PLAN
from tests.support.visits import book_hold, hold_visit, visit_of

SAM = "account:sam"


def test_whoever_joins_pays_agrees_and_can_book_at_once(club, sam):
    membership = club.join(person=sam)
    one = club.look(membership)
    assert (one.state, one.anchor_on, one.next_on, one.next_number) == ("active", date(2027, 1, 12), date(2027, 2, 12), 1)
    assert club.months(membership) == [(0, "active")]
    assert (club.double.captured(), club.sums()) == (MONTH, {"card_clearing": MONTH, "prepaid_visits": -MONTH})
    assert "$135.85 is charged to your card each month by itself" in one.terms
    joined = club.letters("membership_joined")
    assert [(row["terms"], row["cents"], row["next_on"]) for row in joined] == [(one.terms, MONTH, "2027-02-12")]
    assert [letters(kind) for kind in ("package_paid", "membership_paid", "provider_membership_joined")] == [0, 0, 1]
    hold = hold_visit(club.anna, sam, club.clock.now + timedelta(days=2), club.clock.now)
    assert [(line["label"], line["amount_cents"]) for line in hold.quote["lines"]][-1] == ("Paid with your membership", -16_000)
    visit = visit_of(book_hold(hold, sam, club.clock.now))
    assert (visit.total_cents, visit.due_cents) == (0, 0)
    assert hold_visit(club.anna, sam, club.clock.now + timedelta(days=3), club.clock.now).quote["total_cents"] == 16_720
    assert club.found() == []
    assert list(findings(db.session(), club.clock.now)) == []


def test_each_month_is_charged_once_on_its_day_after_a_reminder(club):
    membership = club.join()
    club.days(62)
    assert club.months(membership) == [(0, "active"), (1, "active"), (2, "active")]
    assert club.look(membership).next_on == date(2027, 4, 12)
    assert (club.double.captured(), club.sums()) == (3 * MONTH, {"card_clearing": 3 * MONTH, "prepaid_visits": -3 * MONTH})
    assert [row["next_on"] for row in club.letters("membership_reminder")] == ["2027-02-12", "2027-03-12"]
    assert [(row["cents"], row["next_on"]) for row in club.letters("membership_paid")] == [(MONTH, "2027-03-12"), (MONTH, "2027-04-12")]
    assert club.found() == []


def test_the_same_day_again_charges_nothing(club):
    membership = club.join()
    club.clock.advance(days=31)
    for _time in range(3):
        club.run()
        assert charge_month(membership, club.clock.now) is None
    assert (club.double.captured(), len(club.months(membership))) == (2 * MONTH, 2)


def test_months_that_nobody_charged_are_not_charged_afterwards(club):
    membership = club.join()
    club.clock.advance(days=100)
    club.run()
    club.run()
    assert club.months(membership) == [(0, "active"), (3, "active")]
    assert club.look(membership).next_on == date(2027, 5, 12)


def test_a_declined_card_is_asked_again_told_each_time_then_all_stands_still_and_ends(club):
    membership = club.join()
    club.use_card(membership, "pm_card_chargeDeclined")
    club.days(31)
    assert club.months(membership)[-1] == (1, "ordered")
    assert [row["retry_on"] for row in club.letters("membership_declined")] == ["2027-02-15"]
    club.days(13)
    assert (club.look(membership).state, len(club.letters("membership_declined"))) == ("active", 3)
    club.days(1)
    assert (club.look(membership).state, len(club.letters("membership_suspended"))) == ("suspended", 1)
    club.days(12)
    assert club.look(membership).state == "suspended"
    club.days(1)
    one = club.look(membership)
    assert (one.state, one.ended_by, club.months(membership)) == ("ended", "unpaid", [(0, "active"), (1, "withdrawn")])
    assert [row["by"] for row in club.letters("membership_ended")] == ["unpaid"]
    club.days(40)
    assert (club.double.captured(), len(club.months(membership)), club.found()) == (MONTH, 2, [])


def test_a_card_that_is_good_again_pays_at_the_next_try(club):
    membership = club.join()
    club.use_card(membership, "pm_card_chargeDeclined")
    club.days(31)
    club.use_card(membership, "pm_card_visa")
    club.days(3)
    assert club.months(membership) == [(0, "active"), (1, "active")]
    assert (club.double.captured(), club.look(membership).next_on) == (2 * MONTH, date(2027, 3, 12))
    assert club.found() == []


def test_a_bank_that_asks_its_client_is_answered_on_the_page(club, sam):
    membership = club.join(person=sam)
    club.use_card(membership, "pm_card_authenticationRequired")
    club.days(31)
    assert [row["code"] for row in club.letters("membership_declined")] == ["authentication_required"]
    payment = pay_owed(membership, sam.id, SAM, club.clock.now)
    settled = settle_payment(club.port, payment, club.clock.now)
    assert (settled.state, club.double.captured()) == ("action_required", MONTH)
    club.double.act(str(get_payment(db.session(), payment).intent))
    assert settle_payment(club.port, payment, club.clock.now).state == "captured"
    assert club.months(membership) == [(0, "active"), (1, "active")]
    club.days(5)
    assert (club.double.captured(), club.found()) == (2 * MONTH, [])


def test_money_that_a_bank_lets_through_too_late_goes_back_and_pays_for_nothing(club, sam):
    """The client was sent to their bank, was waited for no longer, and said yes all the same."""
    plan = club.offer()
    joined = club.begin(plan, sam, club.card(sam, "pm_card_authenticationRequired"))
    assert settle_payment(club.port, joined.payment, club.clock.now).state == "action_required"
    club.clock.advance(minutes=31)
    club.double.act(str(get_payment(db.session(), joined.payment).intent))
    assert club.mend() == []
    assert (club.double.captured(), club.double.refunded(), club.sums()) == (MONTH, MONTH, {})
    assert (club.months(joined.membership), club.look(joined.membership).state) == ([(0, "ordered")], "joining")
    club.use_card(joined.membership, "pm_card_visa")
    again = pay_owed(joined.membership, sam.id, SAM, club.clock.now)
    assert again != joined.payment
    assert settle_payment(club.port, again, club.clock.now).state == "captured"
    assert (club.look(joined.membership).state, club.found()) == ("active", [])


def test_whoever_pays_while_all_stands_still_goes_on(club, sam):
    membership = club.join(person=sam)
    club.use_card(membership, "pm_card_chargeDeclined")
    club.days(46)
    assert club.look(membership).state == "suspended"
    choose_card(membership, club.card(sam, "pm_card_mastercard"), sam.id, SAM, club.clock.now)
    settle_payment(club.port, pay_owed(membership, sam.id, SAM, club.clock.now), club.clock.now)
    assert (club.look(membership).state, club.look(membership).next_on) == ("active", date(2027, 3, 12))
    club.days(13)
    assert (club.double.captured(), len(club.months(membership)), club.found()) == (3 * MONTH, 3, [])


def test_a_declined_card_at_joining_makes_no_member_and_another_card_does(club, sam):
    plan = club.offer()
    first = club.join(plan, sam, club.card(sam, "pm_card_chargeDeclined"))
    assert (club.look(first).state, club.sums()) == ("joining", {})
    second = club.join(plan, sam, club.card(sam, "pm_card_mastercard"))
    assert [club.look(one).state for one in (first, second)] == ["ended", "active"]
    assert (club.look(first).ended_by, club.double.captured(), club.found()) == ("dropped", MONTH, [])


def test_whoever_never_paid_is_no_member_the_next_day(club, sam):
    membership = club.join(club.offer(), sam, club.card(sam, "pm_card_chargeDeclined"))
    club.days(1)
    assert (club.look(membership).ended_by, letters("membership_ended")) == ("dropped", 0)


def test_a_pause_leaves_months_out_and_goes_on_by_itself(club, sam):
    membership = club.join(person=sam)
    pause_membership(membership, 2, sam.id, SAM, club.clock.now)
    assert (club.look(membership).next_on, letters("membership_paused")) == (date(2027, 4, 12), 1)
    with pytest.raises(Conflict):
        pause_membership(membership, 1, sam.id, SAM, club.clock.now)
    club.days(90)
    assert (club.months(membership), club.look(membership).paused_on) == ([(0, "active"), (3, "active")], None)


def test_going_on_early_charges_the_month_that_begins_next(club, sam):
    membership = club.join(person=sam)
    pause_membership(membership, 6, sam.id, SAM, club.clock.now)
    club.days(40)
    resume_membership(membership, sam.id, SAM, club.clock.now)
    assert club.look(membership).next_on == date(2027, 3, 12)
    with pytest.raises(Conflict):
        resume_membership(membership, sam.id, SAM, club.clock.now)
    club.days(19)
    assert club.months(membership) == [(0, "active"), (2, "active")]


@pytest.mark.parametrize("months", [0, 7])
def test_a_pause_has_an_end(club, sam, months):
    membership = club.join(person=sam)
    with pytest.raises(Refused):
        pause_membership(membership, months, sam.id, SAM, club.clock.now)


def test_an_end_stops_all_charges_and_what_was_paid_can_be_used_or_given_back(club, sam):
    membership = club.join(person=sam)
    end_membership(membership, "client", SAM, club.clock.now, person_id=sam.id)
    club.days(35)
    assert (club.look(membership).state, club.double.captured(), club.months(membership)) == ("ended", MONTH, [(0, "active")])
    assert hold_visit(club.anna, sam, club.clock.now + timedelta(days=2), club.clock.now).quote["total_cents"] == 0
    with pytest.raises(Conflict):
        end_membership(membership, "client", SAM, club.clock.now, person_id=sam.id)
    club.clock.advance(days=60)
    end_over(club.clock.now)
    club.mend()
    assert (club.double.refunded(), club.sums(), club.found()) == (MONTH, {}, [])


def test_an_end_while_a_month_is_unpaid_lets_go_of_it(club, sam):
    membership = club.join(person=sam)
    club.use_card(membership, "pm_card_chargeDeclined")
    club.days(31)
    end_membership(membership, "provider", "account:anna", club.clock.now, provider_id=club.anna.id)
    assert (club.months(membership)[-1], club.mend(), club.found()) == ((1, "withdrawn"), [], [])
    with pytest.raises(Conflict):
        pay_owed(membership, sam.id, SAM, club.clock.now)


def test_other_terms_are_told_and_count_a_month_later(club, sam):
    plan = club.offer()
    membership = club.join(plan, sam)
    club.days(20)  # Feb 1: the charge of Feb 12 is too near
    dearer = change_plan(club.anna.id, plan, Plan("medical-massage", 60, 2, 28_000, 6), "account:anna", club.clock.now)
    assert club.look(membership).next_plan_on == date(2027, 3, 12)
    told = club.letters("membership_changed")
    assert [(row["on"], row["before_cents"], row["price_cents"], row["then_visits"]) for row in told] == [("2027-03-12", 13_000, 28_000, 2)]
    club.days(11)
    assert club.double.captured() == 2 * MONTH
    club.days(28)
    assert (club.double.captured(), club.look(membership).plan_id) == (2 * MONTH + 29_260, dearer.id)
    assert [row["cents"] for row in club.letters("membership_reminder")] == [MONTH, 29_260]
    with pytest.raises(NotFound):
        club.begin(plan)
    assert club.found() == []


def test_members_keep_their_visit(club):
    with pytest.raises(Refused) as refused:
        change_plan(club.anna.id, club.offer(), Plan("medical-massage", 90, 1, 13_000, 3), "account:anna", club.clock.now)
    assert [fault.field for fault in refused.value.faults] == ["minutes"]


def test_a_member_never_pays_more_than_the_single_price_of_the_day(club):
    membership = club.join()
    _price(10_000)
    club.days(31)
    assert (club.double.captured(), club.found()) == (MONTH + 10_450, [])
    assert len(club.months(membership)) == 2


def test_what_cannot_be_booked_is_not_charged(club):
    membership = club.join()
    with transaction() as session:
        lock_provider(session, club.anna.id).state = "suspended"
    club.days(31)
    assert (club.double.captured(), club.months(membership)) == (MONTH, [(0, "active")])
    assert (letters("membership_skipped"), club.look(membership).next_on) == (1, date(2027, 3, 12))


def test_whoever_cannot_sign_in_to_end_it_is_not_charged(club):
    account = AccountFactory()
    membership = club.join(person=person_of(account))
    with transaction() as session:
        session.get_one(Account, account.id).active = False
    club.days(31)
    assert (club.double.captured(), club.months(membership)) == (MONTH, [(0, "active")])


def test_a_plan_is_full_and_has_room_again(club, sam):
    plan = club.offer(Plan("medical-massage", 60, 1, 13_000, 3, 1))
    first = club.join(plan, sam)
    with pytest.raises(Conflict) as refused:
        club.begin(plan)
    assert refused.value.code == "members_full"
    end_membership(first, "client", SAM, club.clock.now, person_id=sam.id)
    club.join(plan)


def test_nobody_joins_twice_unasked_at_another_price_with_a_strange_card_or_where_it_is_off(club, sam):
    plan = club.offer()
    club.join(plan, sam)
    with pytest.raises(Conflict, match="already_member"):
        club.begin(plan, sam)
    with pytest.raises(Stale) as stale:
        club.begin(plan, cents=MONTH - 1)
    assert stale.value.details == {"total_cents": MONTH}
    with pytest.raises(Refused, match="card_needed"):
        club.begin(plan, card=SavedCardFactory().public_id)
    allow_packages(False, "Counsel says no.", "account:admin", club.clock.now)
    with pytest.raises(Refused, match="packages_off"):
        club.begin(plan)
    with pytest.raises(Refused, match="packages_off"):
        offer_plan(club.anna.id, PLAN, "account:anna", club.clock.now)


def test_without_a_yes_nothing_is_written(club, sam):
    plan, card = club.offer(), club.card(sam)
    with pytest.raises(Refused, match="consent_needed"):
        join(Wish(plan, card, MONTH, agreed=False), sam.id, SAM, club.clock.now)


def test_a_closed_plan_is_joined_by_nobody_and_kept_by_members(club):
    plan = club.offer()
    membership = club.join(plan)
    close_plan(club.anna.id, plan, "account:anna", club.clock.now)
    with pytest.raises(NotFound):
        club.begin(plan)
    club.days(31)
    assert len(club.months(membership)) == 2


def test_an_open_month_is_not_let_go_of_as_an_order(club, sam):
    membership = club.join(person=sam)
    club.use_card(membership, "pm_card_chargeDeclined")
    club.days(31)
    open_month = db.session.query(Package).filter_by(state="ordered").one().public_id
    with pytest.raises(Conflict):
        withdraw_order(open_month, sam.id, SAM, club.clock.now)


def test_others_touch_nothing(club):
    membership, other = club.join(), PersonFactory()
    for deed in (
        lambda: pause_membership(membership, 1, other.id, SAM, club.clock.now),
        lambda: resume_membership(membership, other.id, SAM, club.clock.now),
        lambda: choose_card(membership, "x", other.id, SAM, club.clock.now),
        lambda: pay_owed(membership, other.id, SAM, club.clock.now),
        lambda: end_membership(membership, "client", SAM, club.clock.now, person_id=other.id),
    ):
        with pytest.raises(NotFound):
            deed()


def _price(cents):
    with transaction() as session:
        session.execute(update(ServiceDuration).values(price_cents=cents))
