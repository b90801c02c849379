"""Clearances through both databases: sent or asked for, decided by who treats, and what waited for them and for nothing else is confirmed."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.move import move
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.care.actions.answer_clearance import PHYSICIAN, Answer, answer_clearance, open_clearance
from booking.care.actions.decide_clearance import Decision, decide_clearance, look_at_clearance, look_at_file
from booking.care.actions.look_health import look_at_health
from booking.care.actions.send_clearance import Asking, Sender, ask_physician, send_clearance
from booking.care.queries.papers import clearances_of
from booking.care.queries.reads import reads_of
from booking.screening.rules.clearances import ClearanceDraft
from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.credentials.rules.drafts import Document
from providers.services.models import Service
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, clear_answers, hold_visit, visit_of

SURGERY = clear_answers(surgery_recent=True, affected_region=["knee_front_r"])
HEALTH_WORDS = ("surgery", "knee", "pregnan", "aneurysm", "surgeon", "Dora")


@pytest.fixture
def person(ctx):
    return PersonFactory(name="Ruth Weiss")


@pytest.fixture
def therapist(anna):
    return Doer("provider", "account:anna")


def asked_for(anna, person, clock, answers=SURGERY, days=3):
    hold = hold_visit(anna, person, clock.now + timedelta(days=days), clock.now)
    return visit_of(book_hold(hold, person, clock.now, answers))


def draft(clock, *covers, days=60):
    today = local_day(to_minute(clock.now))
    return ClearanceDraft("Dr. Dora Doe", "surgeon", None, today, today + timedelta(days=days), covers or ("surgery_recent",))


def sent_by(person, clock, *covers, document=None, provider=None, days=60):
    sender = Sender(person.id, CLIENT.name, provider.id if provider else None)
    return send_clearance(draft(clock, *covers, days=days), document, sender, BASE_URL, clock.now)


def say(row, provider, doer, clock, decision="accept", note=None):
    return decide_clearance(row.public_id, Decision(decision, note), provider.id, doer, BASE_URL, clock.now)


def anew(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def letters(kind):
    return db.session.scalars(select(Letter).where(Letter.kind == kind, Letter.withdrawn_at.is_(None)).order_by(Letter.id)).all()


def test_a_document_is_taken_and_the_visit_is_confirmed(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    assert (visit.status, visit.attention) == ("requested", ["clearance_due"])
    row = sent_by(person, clock, document=Document("application/pdf", b"%PDF-1.7 zz %%EOF", "0" * 64))
    (told,) = letters("clearance_to_decide")
    assert told.facts["link"].endswith(f"/provider/clearances/{row.public_id}")
    assert look_at_file(row.public_id, anna.id, therapist.name, clock.now) == ("application/pdf", b"%PDF-1.7 zz %%EOF")
    say(row, anna, therapist, clock)
    visit = anew(visit)
    assert (visit.status, visit.attention, visit.respond_by_at) == ("confirmed", [], None)
    assert [letter.kind for letter in letters("visit_booked")] == ["visit_booked"]
    assert letters("clearance_decided") == [], "one letter is enough"
    assert [row.status for row in clearances_of(db.session(), person.id, clock.now)] == ["accepted"]
    clock.advance(days=2)
    assert expire_requests(clock.now, BASE_URL) == 0
    assert list(broken_entries(db.session())) == []


def test_one_that_is_not_taken_leaves_everything_as_it_is_and_another_may_follow(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    say(sent_by(person, clock), anna, therapist, clock, "reject", "The date cannot be read.")
    visit = anew(visit)
    assert (visit.status, visit.attention) == ("requested", ["clearance_due"])
    (told,) = letters("clearance_decided")
    assert "The date" not in str(told.facts)
    [row] = clearances_of(db.session(), person.id, clock.now)
    assert (row.status, row.decisions[0][0].note) == ("rejected", "The date cannot be read.")
    say(sent_by(person, clock), anna, therapist, clock)
    assert anew(visit).status == "confirmed"


@pytest.mark.parametrize(
    "covers, days, confirmed, why",
    [
        (("surgery_recent", "seizure"), 60, True, "all that kept it waiting"),
        (("surgery_recent",), 60, False, "one of two"),
        (("surgery_recent", "seizure"), 2, False, "it ends before the day of the visit"),
        (("surgery_recent", "seizure"), 3, True, "its last day is the day of the visit"),
    ],
)
def test_it_lifts_what_it_names_on_its_days(anna, person, therapist, clock, covers, days, confirmed, why):
    visit = asked_for(anna, person, clock, clear_answers(surgery_recent=True, seizure=True, affected_region=["knee_front_r"]))
    say(sent_by(person, clock, *covers, days=days), anna, therapist, clock)
    assert (anew(visit).status == "confirmed") is confirmed, why


def test_two_may_lift_it_together(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock, clear_answers(surgery_recent=True, seizure=True, affected_region=["knee_front_r"]))
    for code in ("surgery_recent", "seizure"):
        say(sent_by(person, clock, code), anna, therapist, clock)
    assert anew(visit).status == "confirmed"


def test_a_visit_that_waits_for_its_therapist_too_waits_on(anna, person, therapist, clock):
    db.session.scalars(select(Service)).one().by_request = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}
    db.session.commit()
    visit = asked_for(anna, person, clock)
    assert visit.attention == ["clearance_due", "answer_due"]
    say(sent_by(person, clock), anna, therapist, clock)
    visit = anew(visit)
    assert (visit.status, visit.attention) == ("requested", ["answer_due"])
    assert visit.respond_by_at == clock.now + timedelta(hours=24)


def test_after_the_deadline_nothing_is_confirmed(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    row = sent_by(person, clock)
    clock.advance(seconds=(visit.respond_by_at - clock.now).total_seconds())
    say(row, anna, therapist, clock)
    assert anew(visit).status == "requested"
    assert expire_requests(clock.now, BASE_URL) == 1
    assert anew(visit).status == "expired"


def test_what_was_taken_once_counts_for_the_next_visit_with_the_same_therapist(anna, person, therapist, clock):
    bea = bookable_provider(slug="bea")
    asked_for(anna, person, clock)
    row = sent_by(person, clock)
    say(row, anna, therapist, clock)
    assert asked_for(anna, person, clock, days=5).status == "confirmed"
    assert asked_for(anna, person, clock, clear_answers(seizure=True), days=6).status == "requested", "it covers something else"
    other = asked_for(bea, person, clock, days=7)
    assert other.status == "requested", "another therapist decides for their own visits"
    decide_clearance(row.public_id, Decision("accept"), bea.id, Doer("provider", "account:bea"), BASE_URL, clock.now)
    assert anew(other).status == "confirmed"


def test_a_stop_that_a_physician_may_lift_is_lifted_for_who_takes_it(anna, person, therapist, clock):
    hold = hold_visit(anna, person, clock.now + timedelta(days=3), clock.now)
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(hold, person, clock.now, clear_answers(aneurysm=True))
    db.session.rollback()
    row = sent_by(person, clock, "aneurysm", provider=anna)
    say(row, anna, therapist, clock)
    visit = visit_of(book_hold(hold, person, clock.now, clear_answers(aneurysm=True)))
    assert visit.status == "confirmed"
    assert move(visit.public_id, visit.starts_at + timedelta(days=1), CLIENT, BASE_URL, clock.now)
    bea = bookable_provider(slug="bea")
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(hold_visit(bea, person, clock.now + timedelta(days=6), clock.now), person, clock.now, clear_answers(aneurysm=True))


@pytest.mark.parametrize("also", ["fever", "chest_pain", "intoxicated"])
def test_no_paper_lifts_a_stop_that_is_not_for_a_physician(anna, person, therapist, clock, also):
    row = sent_by(person, clock, "aneurysm", provider=anna)
    say(row, anna, therapist, clock)
    hold = hold_visit(anna, person, clock.now + timedelta(days=3), clock.now)
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(hold, person, clock.now, clear_answers(**{"aneurysm": True, also: True}))


def test_whom_it_does_not_concern_sees_nothing(anna, person, therapist, clock):
    bea = bookable_provider(slug="bea")
    asked_for(anna, person, clock)
    row = sent_by(person, clock)
    for look in (look_at_clearance, look_at_file):
        with pytest.raises(NotFound):
            look(row.public_id, bea.id, "account:bea", clock.now)
        db.session.rollback()
    with pytest.raises(NotFound):
        say(row, bea, Doer("provider", "account:bea"), clock)
    db.session.rollback()
    assert reads_of(db.session(), person.id) == []


# --- asking a physician ------------------------------------------------------------------------------------------------------


def ask(person, clock, email="dora@clinic.example.com", covers=("surgery_recent",)):
    asking = Asking("Dr. Dora Doe", "surgeon", email, covers)
    row = ask_physician(asking, Sender(person.id, CLIENT.name), BASE_URL, clock.now)
    return row, letters("clearance_asked")[-1].facts["link"].rpartition("/")[2]


def yes(clock, **change):
    until = local_day(to_minute(clock.now)) + timedelta(days=60)
    facts = {"agrees": True, "signer_name": "Dora Doe", "signer_profession": "surgeon", "signer_npi": "1234567893",
             "expires_on": until, "covers": ("surgery_recent",)}  # fmt: skip
    return Answer(**{**facts, **change})


def test_a_physician_answers_once_and_the_therapist_decides(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    row, token = ask(person, clock)
    opened = open_clearance(token, clock.now)
    assert (opened.person.name, opened.clearance.covers) == ("Ruth Weiss", ["surgery_recent"])
    with pytest.raises(Conflict, match="wrong_state"):
        say(row, anna, therapist, clock)
    db.session.rollback()
    answer_clearance(token, yes(clock), BASE_URL, clock.now)
    for again in (partial(open_clearance, token, clock.now), partial(answer_clearance, token, yes(clock), BASE_URL, clock.now)):
        with pytest.raises(NotFound):
            again()
        db.session.rollback()
    assert len(letters("clearance_to_decide")) == 1
    assert anew(visit).status == "requested", "their word waits for the therapist's"
    say(row, anna, therapist, clock)
    assert anew(visit).status == "confirmed"


def test_a_no_is_kept_and_lifts_nothing(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    row, token = ask(person, clock)
    answer_clearance(token, yes(clock, agrees=False, words="Not before June."), BASE_URL, clock.now)
    assert [one.status for one in clearances_of(db.session(), person.id, clock.now)] == ["refused"]
    assert letters("clearance_to_decide") == []
    with pytest.raises(Conflict, match="wrong_state"):
        say(row, anna, therapist, clock)
    db.session.rollback()
    assert anew(visit).status == "requested"


@pytest.mark.parametrize(
    "change, field",
    [
        ({"signer_npi": "123"}, "signer_npi"),
        ({"expires_on": None}, "expires_on"),
        ({"covers": ()}, "covers"),
        ({"covers": ("seizure",)}, "covers"),
        ({"regions": ("tail",)}, "regions"),
    ],
)
def test_a_yes_that_says_too_little_or_too_much_uses_nothing_up(anna, person, clock, change, field):
    _row, token = ask(person, clock)
    with pytest.raises(Refused) as refused:
        answer_clearance(token, yes(clock, **change), BASE_URL, clock.now)
    assert field in [fault.field for fault in refused.value.faults]
    db.session.rollback()
    assert open_clearance(token, clock.now)


@pytest.mark.parametrize("seconds, is_open", [(-1, True), (0, False), (1, False)])
def test_a_link_is_good_for_seven_days_to_the_second(person, clock, seconds, is_open):
    _row, token = ask(person, clock)
    clock.advance(days=7, seconds=seconds)
    if is_open:
        assert open_clearance(token, clock.now)
        return
    with pytest.raises(NotFound):
        open_clearance(token, clock.now)
    db.session.rollback()
    assert [one.status for one in clearances_of(db.session(), person.id, clock.now)] == ["expired"]


def test_nobody_asks_themselves_nor_too_often(person, clock):
    with pytest.raises(Refused, match="own_address"):
        ask(person, clock, email=person.email.upper())
    db.session.rollback()
    for _ in range(5):
        ask(person, clock)
    with pytest.raises(Limited):
        ask(person, clock)
    db.session.rollback()
    clock.advance(days=1)
    assert ask(person, clock)


def test_of_many_answers_at_once_one_counts(app, clock):
    with app.app_context():
        person = PersonFactory()
        _row, token = ask(person, clock)
        db.session.expunge_all()
    ended = race(app, [partial(answer_clearance, token, yes(clock), BASE_URL, clock.now) for _ in range(6)])
    assert ended == {"done": 1, "not_found": 5}


# --- reading -------------------------------------------------------------------------------------------------------------------


def test_each_look_is_in_the_audit_and_in_the_clients_own_log(anna, person, therapist, clock):
    visit = asked_for(anna, person, clock)
    row = sent_by(person, clock, document=Document("image/png", b"zz", "0" * 64))
    look_at_clearance(row.public_id, anna.id, therapist.name, clock.now)
    look_at_file(row.public_id, anna.id, therapist.name, clock.now)
    with pytest.raises(Refused, match="not_yet"):
        look_at_health(visit.public_id, anna.id, therapist.name, clock.now)
    db.session.rollback()
    say(row, anna, therapist, clock)
    seen = look_at_health(visit.public_id, anna.id, therapist.name, clock.now)
    assert seen.screening.result["reasons"][0]["regions"] == ["knee_front_r"]
    assert (seen.consent.version, seen.consent_is_new) == ("1", True)
    _asked, token = ask(person, clock)
    open_clearance(token, clock.now)
    db.session.rollback()
    reads = reads_of(db.session(), person.id)
    assert [(one.what, one.who) for one in reads] == [
        ("clearance", PHYSICIAN), ("health_answers", "account:anna"), ("clearance_file", "account:anna"), ("clearance", "account:anna"),
    ]  # fmt: skip
    assert reads_of(db.session(), PersonFactory().id) == []


@pytest.mark.parametrize("days, code", [(3, None), (33, None), (34, "no_longer")])
def test_answers_are_seen_until_thirty_days_after_the_visit(anna, person, clock, days, code):
    visit = asked_for(anna, person, clock, clear_answers())
    clock.advance(days=days)
    if code is None:
        assert look_at_health(visit.public_id, anna.id, "account:anna", clock.now).screening.id == visit.screening_id
        return
    with pytest.raises(Refused, match=code):
        look_at_health(visit.public_id, anna.id, "account:anna", clock.now)


def test_no_health_word_stands_in_letters_or_audit(anna, person, therapist, clock):
    asked_for(anna, person, clock)
    say(sent_by(person, clock), anna, therapist, clock, "reject", "Not about the knee surgery.")
    _row, token = ask(person, clock)
    answer_clearance(token, yes(clock, words="Careful with the knee."), BASE_URL, clock.now)
    texts = [str(entry.details) + entry.verb for entry in db.session.scalars(select(AuditEntry))]
    for letter in db.session.scalars(select(Letter)):
        rendered = render_letter(letter.kind, letter.facts)
        greeting = rendered.text.replace("Hello Dr. Dora Doe", "")  # the physician is greeted by name
        texts += [rendered.subject, greeting]
    assert [(word, text) for text in texts for word in HEALTH_WORDS if word in text] == []
