"""People under 18 through both databases: no path books or begins a visit without a guardian who has agreed and is there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from booking.appointments.actions.book import book
from booking.appointments.actions.hold import HoldWish, hold_first_free
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.changes.guarding import unguarded_ids
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import attention_of
from booking.appointments.models import Appointment, AppointmentEvent, Hold
from booking.appointments.queries import provider_email
from booking.care.actions.check_door import check_door
from booking.care.actions.look_guardian import look_guardian
from booking.care.queries.guardians import guardian_findings
from booking.guardians import catalogue
from booking.guardians.actions import (
    answer_link,
    correct_birth_date,
    end_by_link,
    name_guardian,
    open_end,
    open_link,
    state_birth_date,
    withdraw_guardian,
)
from booking.guardians.models import Guardianship
from booking.guardians.queries import find_birth_date, guardian_at, standing_of
from booking.guardians.rules import Naming, day_of
from booking.openings.rules.asking import Wish
from booking.screening import catalogue as screening
from booking.screening.actions import answer_screening
from booking.screening.models import Consent, Screening
from booking.screening.rules.door import DoorCheck, door_groups
from booking.screening.rules.outcome import Submission
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.minors.actions import state_policy
from providers.registry.rules import Owner
from tests.factories import CareAgeFactory, GuardianshipFactory, MinorPolicyFactory, PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, booking_of, clear_answers, hold_visit

DAY = timedelta(days=1)
THERAPIST = Doer("provider", "account:anna")
TEEN, NEARLY = date(2011, 6, 1), date(2009, 1, 20)  # fifteen, and seventeen until 20 January 2027
GRETA = Naming("Greta Grownup", "parent", "(212) 555-0199", "greta@licensedhands.test", by_booker=False)
HERE = Naming("Greta Grownup", "parent", "(212) 555-0199", "", by_booker=True, version="1", accepted=True)
EVERYTHING = tuple(group.code for group in door_groups(screening.form()))


@pytest.fixture
def provider(ctx):
    made = bookable_provider(slug="anna")
    MinorPolicyFactory(provider=made, from_age=12)
    return made


@pytest.fixture
def person(ctx):
    return PersonFactory(email="teen@licensedhands.test")


def refused(code, deed):
    with pytest.raises(Refused) as caught:
        deed()
    assert caught.value.code == code
    db.session.rollback()
    return caught.value


def letters(kind):
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def token_of(kind):
    return letters(kind)[-1].facts["link"].rpartition("/")[2]


def rows():
    db.session.rollback()
    return [row.state for row in db.session.scalars(select(Guardianship).order_by(Guardianship.id))]


def ask(person, now, **other):
    name_guardian(person.id, GRETA, "account:teen", BASE_URL, now)
    return token_of("guardian_asked")


def agreed(person, now):
    answer_link(ask(person, now), "1", BASE_URL, now, agrees=True)


def try_booking(provider, person, starts_at, now, answers=None):
    hold = hold_visit(provider, person, starts_at, now)
    return book(booking_of(hold, person, now, answers), person.id, CLIENT, BASE_URL, now)


def test_an_adult_who_states_nothing_or_an_adult_birth_date_books_as_ever(provider, person, clock):
    assert try_booking(provider, person, clock.now + 2 * DAY, clock.now).booked.appointment.status == "confirmed"
    state_birth_date(person.id, date(1990, 5, 5), "account:teen", clock.now)
    assert try_booking(provider, person, clock.now + 3 * DAY, clock.now).booked.appointment.status == "confirmed"


def test_nobody_under_18_is_booked_before_a_guardian_has_agreed_through_the_link(provider, person, clock):
    state_birth_date(person.id, TEEN, "account:teen", clock.now)
    hold = hold_visit(provider, person, clock.now + 2 * DAY, clock.now)
    wanted = booking_of(hold, person, clock.now)
    assert refused("guardian_needed", lambda: book(wanted, person.id, CLIENT, BASE_URL, clock.now)).details == {"guardian": "missing"}
    token = ask(person, clock.now)
    assert refused("guardian_needed", lambda: book(wanted, person.id, CLIENT, BASE_URL, clock.now)).details == {"guardian": "waiting"}
    assert answer_link(token, "1", BASE_URL, clock.now, agrees=True)
    made = book(booking_of(hold, person, clock.now, clear_answers(minor=True)), person.id, CLIENT, BASE_URL, clock.now)
    assert made.booked.appointment.status == "confirmed"
    kept = db.session.get_one(Screening, made.booked.appointment.screening_id)
    assert kept.outcome == "restricted"


def test_the_birthday_itself_needs_nobody_and_the_day_before_does(provider, person, clock):
    state_birth_date(person.id, NEARLY, "account:teen", clock.now)
    before, on = clock.now + 7 * DAY, clock.now + 8 * DAY
    assert (day_of(before), day_of(on)) == (date(2027, 1, 19), date(2027, 1, 20))
    refused("guardian_needed", lambda: try_booking(provider, person, before, clock.now))
    assert try_booking(provider, person, on, clock.now).booked.appointment.status == "confirmed"


def test_a_guardian_who_books_agrees_at_once_and_a_stale_text_does_not_count(provider, person, clock, monkeypatch):
    state_birth_date(person.id, TEEN, "account:teen", clock.now)
    stale = Naming(**{**HERE.__dict__, "version": "0"})
    assert [one.field for one in refused("invalid", lambda: name_guardian(person.id, stale, "a", BASE_URL, clock.now)).faults] == [
        "accepted"
    ]
    name_guardian(person.id, HERE, "account:teen", BASE_URL, clock.now)
    assert try_booking(provider, person, clock.now + 2 * DAY, clock.now).booked.appointment.status == "confirmed"
    assert letters("guardian_asked") == []


def test_a_new_text_is_agreed_to_anew(provider, person, clock, monkeypatch):
    CareAgeFactory(person=person)
    GuardianshipFactory(person=person, text_version="0")
    caught = refused("guardian_needed", lambda: try_booking(provider, person, clock.now + 2 * DAY, clock.now))
    assert caught.details == {"guardian": "outdated"}


def test_the_health_answer_minor_stops_while_nobody_has_agreed(provider, person, clock):
    minor = Submission(clear_answers(minor=True))
    assert answer_screening(minor, person.id, "account:teen", clock.now).outcome.advice == "adults_only"
    state_birth_date(person.id, TEEN, "account:teen", clock.now)
    assert answer_screening(minor, person.id, "account:teen", clock.now).outcome.outcome == "stop"
    agreed(person, clock.now)
    found = answer_screening(minor, person.id, "account:teen", clock.now).outcome
    assert (found.outcome, [(one.code, one.action) for one in found.reasons]) == ("restricted", [("minor", "caution")])


def test_a_basket_a_series_start_and_whoever_is_first_free_are_refused_alike(provider, person, clock):
    CareAgeFactory(person=person)
    wishes = [HoldWish("anna", Wish("medical-massage", 60, "clinic", None), clock.now + days * DAY) for days in (2, 3)]
    first = hold_first_free(wishes[:1], person.id, CLIENT, clock.now)
    hold_together(BasketWanted(tuple(wishes[1:]), first.public_id), person.id, CLIENT, clock.now)
    wanted = booking_of(first, person, clock.now)
    refused("guardian_needed", lambda: book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    assert db.session.scalars(select(Appointment)).all() == []


@pytest.fixture
def visit(provider, person, clock):
    CareAgeFactory(person=person)
    GuardianshipFactory(person=person)
    return try_booking(provider, person, clock.now + 2 * DAY, clock.now).booked.appointment


def test_no_visit_is_moved_once_the_guardian_has_taken_it_back(visit, person, clock):
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    refused("guardian_needed", lambda: move(visit.public_id, clock.now + 4 * DAY, CLIENT, BASE_URL, clock.now))


def test_a_visit_is_not_moved_from_after_the_birthday_to_before_it(provider, person, clock):
    CareAgeFactory(person=person, born_on=NEARLY.isoformat())
    made = try_booking(provider, person, clock.now + 9 * DAY, clock.now).booked.appointment
    refused("guardian_needed", lambda: move(made.public_id, clock.now + 5 * DAY, CLIENT, BASE_URL, clock.now))


def test_the_visit_begins_only_once_the_guardian_was_seen_at_the_door(visit, person, clock):
    clock.set(visit.starts_at)
    refused("guardian_absent", lambda: check_in(visit.public_id, THERAPIST, clock.now))
    refused("guardian_absent", lambda: check_door(visit.public_id, DoorCheck(EVERYTHING), THERAPIST, clock.now))
    check_door(visit.public_id, DoorCheck((*EVERYTHING, "guardian")), THERAPIST, clock.now)
    guardian = guardian_at(db.session(), person.id, clock.now)
    told = db.session.scalars(select(AppointmentEvent.facts).where(AppointmentEvent.verb == "door_checked")).one()
    assert told["guardian"] == guardian.public_id
    assert check_in(visit.public_id, THERAPIST, clock.now).appointment.status == "checked_in"


def test_a_forgotten_check_in_passes_nobody_by(visit, clock):
    clock.set(visit.ends_at)
    refused("guardian_absent", lambda: complete(visit.public_id, THERAPIST, clock.now))


def test_a_guardian_who_took_it_back_after_the_door_check_keeps_the_visit_from_beginning(visit, person, clock):
    clock.set(visit.starts_at)
    check_door(visit.public_id, DoorCheck((*EVERYTHING, "guardian")), THERAPIST, clock.now)
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    refused("guardian_needed", lambda: check_in(visit.public_id, THERAPIST, clock.now))
    name_guardian(person.id, HERE, "account:teen", BASE_URL, clock.now)
    refused("guardian_absent", lambda: check_in(visit.public_id, THERAPIST, clock.now))  # another one: seen anew


def test_a_visit_that_began_without_a_guardian_is_found(visit, person, clock):
    clock.set(visit.starts_at)
    check_door(visit.public_id, DoorCheck((*EVERYTHING, "guardian")), THERAPIST, clock.now)
    check_in(visit.public_id, THERAPIST, clock.now)
    assert list(guardian_findings(db.session())) == []
    db.session.execute(update(Guardianship).values(ended_at=clock.now - DAY, state="ended"))
    assert [f"visit {visit.reference} of somebody under 18 began" in one for one in guardian_findings(db.session())] == [True]


def test_of_an_adult_nothing_is_asked_at_the_door(provider, person, clock):
    made = try_booking(provider, person, clock.now + 2 * DAY, clock.now).booked.appointment
    clock.set(made.starts_at)
    assert check_in(made.public_id, THERAPIST, clock.now).appointment.status == "checked_in"


def test_the_sign_on_a_coming_visit_comes_and_goes(visit, person, clock):
    def signed():
        db.session.rollback()
        fresh = db.session.get_one(Appointment, visit.id)
        return attention_of(db.session(), [fresh], clock.now)[visit.id], unguarded_ids(db.session(), [fresh])

    assert signed() == ([], set())
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    assert signed() == (["guardian_due"], {visit.id})
    name_guardian(person.id, HERE, "account:teen", BASE_URL, clock.now)
    assert signed() == ([], set())


def test_a_therapist_looks_who_agreed_and_the_look_is_written_down(visit, clock):
    assert look_guardian(visit.public_id, THERAPIST.name, clock.now).name == "Greta Grownup"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.details["what"]) == ("health.read", "guardian")


def test_who_agreed_for_a_past_visit_stays_known_after_the_end(visit, person, clock):
    clock.set(visit.starts_at)
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now + DAY)
    assert guardian_at(db.session(), person.id, visit.starts_at).name == "Greta Grownup"
    assert guardian_at(db.session(), person.id, clock.now + DAY) is None


def test_the_link_opens_until_it_is_answered_and_only_once(person, clock):
    CareAgeFactory(person=person)
    token = ask(person, clock.now)
    assert open_link(token, clock.now).person.id == person.id
    assert open_link(token, clock.now).guardianship.state == "asked"
    assert not answer_link(token, "1", BASE_URL, clock.now, agrees=False)
    assert rows() == ["declined"]
    for deed in (lambda: open_link(token, clock.now), lambda: answer_link(token, "1", BASE_URL, clock.now, agrees=True)):
        with pytest.raises(NotFound):
            deed()
        db.session.rollback()
    assert [letter.facts["agreed"] for letter in letters("guardian_answered")] == [False]


def test_the_link_ends_after_its_days_to_the_second(person, clock):
    CareAgeFactory(person=person)
    token, days = ask(person, clock.now), timedelta(days=catalogue.house().link_days)
    open_link(token, clock.now + days - timedelta(seconds=1))
    with pytest.raises(NotFound):
        open_link(token, clock.now + days)


def test_the_guardian_takes_it_back_with_the_link_of_their_letter(person, clock):
    CareAgeFactory(person=person)
    agreed(person, clock.now)
    token = token_of("guardian_given")
    assert open_end(token, clock.now).guardianship.name == "Greta Grownup"
    end_by_link(token, BASE_URL, clock.now)
    assert rows() == ["ended"]
    with pytest.raises(NotFound):
        end_by_link(token, BASE_URL, clock.now)
    assert len(letters("guardian_ended")) == 1
    assert standing_of(db.session(), person.id, day_of(clock.now)).state == "missing"


def test_another_guardian_takes_the_place_of_the_one_before_once_they_agree(person, clock):
    CareAgeFactory(person=person)
    agreed(person, clock.now)
    ask(person, clock.now)
    assert rows() == ["given", "asked"]
    token = ask(person, clock.now)  # asked again: the former link is closed, its letter taken back
    assert rows() == ["given", "ended", "asked"]
    answer_link(token, "1", BASE_URL, clock.now, agrees=True)
    assert rows() == ["ended", "ended", "given"]


def test_too_many_guardians_a_day_ones_own_address_and_adults_are_refused(person, clock):
    refused("not_under_age", lambda: name_guardian(person.id, GRETA, "a", BASE_URL, clock.now))
    CareAgeFactory(person=person)
    own = Naming("Me Myself", "parent", "", "Teen@licensedhands.test", by_booker=False)
    refused("own_address", lambda: name_guardian(person.id, own, "a", BASE_URL, clock.now))
    for _ in range(catalogue.house().most_letters_a_day):
        ask(person, clock.now)
    with pytest.raises(Limited):
        ask(person, clock.now)
    db.session.rollback()
    ask(person, clock.now + DAY)


def test_nobody_under_18_makes_themselves_older_but_staff_put_it_right(person, clock):
    state_birth_date(person.id, TEEN, "account:teen", clock.now)
    refused("birth_date_fixed", lambda: state_birth_date(person.id, date(1990, 6, 1), "account:teen", clock.now))
    correct_birth_date(person.public_id, date(1990, 6, 1), "command:ada", clock.now)
    assert find_birth_date(db.session(), person.id) == date(1990, 6, 1)
    with pytest.raises(NotFound):
        correct_birth_date("nobody", date(1990, 6, 1), "command:ada", clock.now)


def test_sensitive_areas_are_never_agreed_to_before_18(provider, person, clock):
    CareAgeFactory(person=person)
    GuardianshipFactory(person=person)
    hold = hold_visit(provider, person, clock.now + 2 * DAY, clock.now)
    wanted = booking_of(hold, person, clock.now, consent_sections=("area_gluteal", "area_intraoral", "reminders_email"))
    made = book(wanted, person.id, CLIENT, BASE_URL, clock.now).booked.appointment
    sections = db.session.get_one(Consent, made.consent_id).sections
    assert [code for code in sections if code.startswith("area_")] == []
    assert "reminders_email" in sections


def test_at_18_the_guardian_has_no_say_and_the_answers_are_given_anew(provider, person, clock):
    CareAgeFactory(person=person, born_on=NEARLY.isoformat())
    GuardianshipFactory(person=person)
    screened = answer_screening(Submission(clear_answers(minor=True)), person.id, CLIENT.name, clock.now)
    clock.set(clock.now + 8 * DAY)
    hold = hold_visit(provider, person, clock.now + 2 * DAY, clock.now)
    wanted = booking_of(hold, person, clock.now)
    old = type(wanted)(**{**wanted.__dict__, "screening": screened.screening.public_id})
    refused("screening_needed", lambda: book(old, person.id, CLIENT, BASE_URL, clock.now))
    made = book(wanted, person.id, CLIENT, BASE_URL, clock.now).booked.appointment
    clock.set(made.starts_at)
    assert look_guardian(made.public_id, THERAPIST.name, clock.now) is None
    assert check_in(made.public_id, THERAPIST, clock.now).appointment.status == "checked_in"


@pytest.mark.parametrize(
    ("from_age", "born_on", "code"), [(None, TEEN, "age_not_treated"), (16, TEEN, "age_not_treated"), (15, TEEN, None)]
)
def test_a_therapist_holds_nobody_younger_than_they_treat(person, clock, from_age, born_on, code):
    anna = bookable_provider(slug="anna")
    if from_age is not None:
        MinorPolicyFactory(provider=anna, from_age=from_age)
    CareAgeFactory(person=person, born_on=born_on.isoformat())
    if code:
        refused(code, lambda: hold_visit(anna, person, clock.now + 2 * DAY, clock.now))
    else:
        assert hold_visit(anna, person, clock.now + 2 * DAY, clock.now).state == "live"


def test_a_policy_stated_after_the_hold_counts_at_booking_and_not_for_what_is_booked(provider, person, clock, visit):
    hold = hold_visit(provider, person, clock.now + 4 * DAY, clock.now)
    state_policy(Owner(provider.account_id, provider.name, "account:anna"), None, clock.now)
    wanted = booking_of(hold, person, clock.now)
    refused("age_not_treated", lambda: book(wanted, person.id, CLIENT, BASE_URL, clock.now))
    clock.set(visit.starts_at)
    check_door(visit.public_id, DoorCheck((*EVERYTHING, "guardian")), THERAPIST, clock.now)
    assert check_in(visit.public_id, THERAPIST, clock.now).appointment.status == "checked_in"


def test_two_yeses_at_once_count_once(app, ctx, person, clock):
    CareAgeFactory(person=person)
    token, now = ask(person, clock.now), clock.now
    ended = race(app, [lambda: answer_link(token, "1", BASE_URL, now, agrees=True)] * 4)
    assert ended == {"done": 1, "not_found": 3}
    assert rows() == ["given"]


def test_yes_and_no_at_once_leave_one_answer(app, ctx, person, clock):
    CareAgeFactory(person=person)
    token, now = ask(person, clock.now), clock.now
    ended = race(app, [lambda yes=yes: answer_link(token, "1", BASE_URL, now, agrees=yes) for yes in (True, False)])
    assert ended == {"done": 1, "not_found": 1}
    assert rows() in (["given"], ["declined"])


def test_two_guardians_named_at_once_leave_one_that_holds(app, ctx, person, clock):
    CareAgeFactory(person=person)
    person_id, now = person.id, clock.now
    assert race(app, [lambda: name_guardian(person_id, HERE, "account:teen", BASE_URL, now)] * 3) == {"done": 3}
    assert sorted(rows()) == ["ended", "ended", "given"]


def test_booking_while_the_guardian_takes_it_back_is_one_or_the_other(app, ctx, provider, person, clock):
    CareAgeFactory(person=person)
    GuardianshipFactory(person=person)
    hold, now, person_id = hold_visit(provider, person, clock.now + 2 * DAY, clock.now), clock.now, person.id
    wanted = booking_of(hold, person, now)
    ended = race(
        app,
        [
            lambda: book(wanted, person_id, CLIENT, BASE_URL, now),
            lambda: withdraw_guardian(person_id, "account:teen", BASE_URL, now),
        ],
    )
    db.session.rollback()
    booked = db.session.scalars(select(Appointment)).all()
    assert ended in ({"done": 2}, {"done": 1, "guardian_needed": 1})
    assert len(booked) == ended["done"] - 1
    assert unguarded_ids(db.session(), booked) == {one.id for one in booked}
    assert db.session.get_one(Hold, hold.id, populate_existing=True).state == ("booked" if booked else "live")


def test_the_letters_say_what_to_do_and_no_health_word(app, ctx, person, clock):
    CareAgeFactory(person=person)
    agreed(person, clock.now)
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    for kind in ("guardian_asked", "guardian_given", "guardian_answered", "guardian_ended"):
        [letter] = letters(kind)
        rendered = render_letter(kind, letter.facts)
        assert letter.facts["link"] in rendered.text
        assert "2011" not in rendered.text


def test_without_a_guardian_there_is_nothing_to_take_back(person, clock):
    with pytest.raises(Conflict):
        withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)


# --- what others hear of it --------------------------------------------------------------------------------------------------------


def test_the_therapist_hears_that_it_was_taken_back_and_what_follows(app, ctx, visit, person, clock):
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    told = letters("provider_visit_unguarded")
    assert [letter.recipient for letter in told] == [provider_email(db.session(), visit.provider_id)]
    words = render_letter(told[0].kind, told[0].facts).text
    assert ("does not begin" in words, "2011" in words, f"/provider/appointments/{visit.public_id}" in words) == (True, False, True)
    agreed(person, clock.now)
    clock.advance(minutes=1)
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    assert len(letters("provider_visit_unguarded")) == 2, "each time that it comes about"


def test_no_therapist_hears_of_a_question_taken_back_or_of_a_visit_after_the_birthday(provider, person, clock):
    state_birth_date(person.id, TEEN, "account:teen", clock.now)
    ask(person, clock.now)
    withdraw_guardian(person.id, "account:teen", BASE_URL, clock.now)
    assert letters("provider_visit_unguarded") == []
