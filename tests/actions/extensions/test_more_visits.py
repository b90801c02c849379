"""More visits than a prescription allows, through both databases: asked, sent on by the client, answered once, on a paper of its own."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from booking.appointments.queries import provider_email
from booking.care.actions.ending import tell_ending
from booking.care.queries.papers import prescriptions_of
from booking.care.queries.reads import reads_of
from booking.extensions.actions.answer_request import answer_request, open_request
from booking.extensions.actions.send_request import decline_request, send_request, withdraw_request
from booking.extensions.actions.tie_prescription import tie_prescription
from booking.extensions.actions.write_request import look_at_requests, write_request
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import extension_findings, list_requests
from booking.extensions.rules.asking import Draft, Reply
from booking.screening.actions import keep_prescription
from booking.screening.models import Prescription
from booking.screening.rules.prescriptions import PrescriptionDraft
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import ExtensionRequestFactory, PersonFactory, PrescriptionFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("database")
ANNA, REASON, WORDS = "account:anna", "Turning the head is better and not yet free.", "Go on as before."
NPI = "1234567893"


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def person(ctx):
    return PersonFactory(name="Ruth Weiss")


@pytest.fixture
def prescription(person):
    return PrescriptionFactory(person=person, visits_allowed=2)


@pytest.fixture
def visit(anna, person, prescription, clock):
    """The first visit of two that the prescription allows."""
    return visit_with(anna, person, prescription, clock, 2)


def visit_with(provider, person, prescription, clock, day):
    hold = hold_visit(provider, person, clock.now + timedelta(days=day), clock.now)
    return visit_of(book_hold(hold, person, clock.now, prescription=prescription.public_id))


def today(clock):
    return local_day(to_minute(clock.now))


def written(visit, clock, visits=6):
    return write_request(visit.public_id, Draft(visits, today(clock) + timedelta(days=90), REASON), ANNA, BASE_URL, clock.now)


def sent(asked, person, clock, email="office@practice.example.com"):
    """Send it on; gives the token of the newest letter."""
    send_request(asked.request.public_id, email, person.id, CLIENT.name, BASE_URL, clock.now)
    return letters("more_visits_asked")[-1].facts["link"].rpartition("/")[2]


def yes(clock, visits=4):
    return Reply(True, "Dr. Dora Doe", NPI, visits, today(clock) + timedelta(days=60), WORDS)


def letters(kind):
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def requests(clock):
    db.session.rollback()
    return list_requests(db.session(), ExtensionRequest.id > 0, clock.now)


def test_a_yes_is_a_paper_of_its_own_and_counts_its_own_visits(anna, person, prescription, visit, clock):
    visit_with(anna, person, prescription, clock, 3)
    token = sent(written(visit, clock), person, clock)
    opened = open_request(token, clock.now)
    assert (opened.reason, opened.used, opened.prescription.id) == (REASON, 2, prescription.id)
    answer_request(token, yes(clock, visits=1), BASE_URL, clock.now)
    [asked] = requests(clock)
    assert (asked.status, asked.request.answered_how, asked.request.answered_at) == ("approved", "link", clock.now)
    assert asked.request.answer == {"name": "Dr. Dora Doe", "npi": NPI, "words": WORDS}
    given = asked.given
    assert (given.visits_allowed, given.issued_on, given.expires_on) == (1, today(clock), today(clock) + timedelta(days=60))
    assert (given.diagnosis, given.icd10, given.treatment) == (prescription.diagnosis, prescription.icd10, prescription.treatment)
    assert db.session.get_one(Prescription, prescription.id).visits_allowed == 2, "the paper that there was stays as it is"
    with pytest.raises(Refused, match="prescription_used_up"):
        visit_with(anna, person, prescription, clock, 4)
    db.session.rollback()
    visit_with(anna, person, given, clock, 6)
    with pytest.raises(Refused, match="prescription_used_up"):
        visit_with(anna, person, given, clock, 7)
    db.session.rollback()
    assert {row.prescription.id: row.used for row in prescriptions_of(db.session(), person.id, clock.now)} == {
        prescription.id: 2,
        given.id: 1,
    }
    assert list(extension_findings(db.session())) == []


def test_a_no_is_told_to_both_sides_and_gives_nothing(person, visit, clock):
    token = sent(written(visit, clock), person, clock)
    answer_request(token, Reply(False, "Dr. Dora Doe", "", words="Let me see her first."), BASE_URL, clock.now)
    [asked] = requests(clock)
    assert (asked.status, asked.given, asked.request.answer["name"]) == ("refused", None, "Dr. Dora Doe")
    told = letters("more_visits_answered")
    assert [letter.facts["outcome"] for letter in told] == ["no", "no"]
    assert {letter.facts["link"] for letter in told} == {
        f"{BASE_URL}/care/more-visits", f"{BASE_URL}/provider/appointments/{visit.public_id}/more-visits",
    }  # fmt: skip
    assert written(visit, clock).status == "written", "asking again is possible"


def test_no_letter_has_a_word_of_health(anna, person, visit, clock):
    token = sent(written(visit, clock), person, clock)
    answer_request(token, yes(clock), BASE_URL, clock.now)
    told = [one for one in db.session.scalars(select(Letter)) if one.kind.startswith("more_visits")]
    assert sorted(one.kind for one in told) == [
        "more_visits_answered", "more_visits_answered", "more_visits_asked", "more_visits_written",
    ]  # fmt: skip
    for letter in told:
        text = render_letter(letter.kind, letter.facts)
        for word in ("Turning", "back pain", "M54", "therapy", "as before"):
            assert word not in text.subject + text.text
    deeds = db.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "extension_request").order_by(AuditEntry.id)).all()
    assert [deed.verb for deed in deeds] == ["more_visits.written", "more_visits.sent", "more_visits.answered"]
    assert all(REASON not in str(deed.details) for deed in deeds)


def test_a_link_is_good_for_one_answer_and_seven_days(person, visit, clock):
    asked = written(visit, clock)
    token = sent(asked, person, clock)
    with pytest.raises(Conflict, match="asked_already"):
        sent(asked, person, clock)
    db.session.rollback()
    clock.advance(days=7)
    for late in (partial(open_request, token, clock.now), partial(answer_request, token, yes(clock), BASE_URL, clock.now)):
        with pytest.raises(NotFound):
            late()
        db.session.rollback()
    assert requests(clock)[0].status == "unanswered"
    again = sent(asked, person, clock)
    assert again != token
    with pytest.raises(NotFound):
        open_request(token, clock.now)
    db.session.rollback()
    answer_request(again, yes(clock), BASE_URL, clock.now)
    with pytest.raises(NotFound):
        answer_request(again, Reply(False, "Dr. Dora Doe", ""), BASE_URL, clock.now)


@pytest.mark.parametrize("late", [timedelta(days=7), timedelta(days=6, hours=23, minutes=59, seconds=59)])
def test_the_last_second_counts(person, visit, clock, late):
    token = sent(written(visit, clock), person, clock)
    clock.advance(seconds=int(late.total_seconds()))
    if late < timedelta(days=7):
        assert open_request(token, clock.now)
    else:
        with pytest.raises(NotFound):
            open_request(token, clock.now)


def test_an_answer_that_cannot_stay_so_uses_nothing_up(person, visit, clock):
    token = sent(written(visit, clock), person, clock)
    with pytest.raises(Refused, match="invalid") as refused:
        answer_request(token, Reply(True, "Dr. Other", "1245319599", None, None), BASE_URL, clock.now)
    db.session.rollback()
    assert [fault.field for fault in refused.value.faults] == ["signer_npi", "visits", "expires_on"]
    assert requests(clock)[0].status == "sent"
    answer_request(token, yes(clock), BASE_URL, clock.now)


def test_of_many_answers_at_once_one_counts(app, clock):
    with app.app_context():
        provider, person = bookable_provider(), PersonFactory()
        visit = visit_with(provider, person, PrescriptionFactory(person=person), clock, 2)
        token = sent(written(visit, clock), person, clock)
        db.session.expunge_all()
    no = Reply(False, "Dr. Dora Doe", "")
    ended = race(app, [partial(answer_request, token, reply, BASE_URL, clock.now) for reply in (yes(clock), no) * 3])
    assert ended == {"done": 1, "not_found": 5}
    with app.app_context():
        [asked] = requests(clock)
        papers = len(db.session.scalars(select(Prescription)).all())
        assert (asked.status, papers) in {("approved", 2), ("refused", 1)}


def test_of_many_requests_at_once_one_is_open(app, clock):
    with app.app_context():
        provider, person = bookable_provider(), PersonFactory()
        visit = visit_with(provider, person, PrescriptionFactory(person=person), clock, 2).public_id
        db.session.expunge_all()
    draft = Draft(6, today(clock), REASON)
    ended = race(app, [partial(write_request, visit, draft, ANNA, BASE_URL, clock.now)] * 4)
    assert ended == {"done": 1, "asked_already": 3}


def brought(person, clock, **other):
    draft = {
        "prescriber_name": "Dr. Nia New", "prescriber_npi": NPI, "diagnosis": "Neck pain", "icd10": "M54.2", "treatment": "Massage",
        "frequency": None, "regions": (), "visits_allowed": 5, "issued_on": today(clock), "expires_on": today(clock) + timedelta(days=30),
    }  # fmt: skip
    return keep_prescription(PrescriptionDraft(**(draft | other)), person.id, CLIENT.name, clock.now)


def tied(asked, paper, provider, clock):
    return tie_prescription(asked.request.public_id, paper.public_id, provider.id, ANNA, BASE_URL, clock.now)


def test_a_new_paper_of_the_client_is_tied_to_the_request(anna, person, visit, clock):
    asked = written(visit, clock)
    assert look_at_requests(visit.public_id, ANNA, clock.now).papers == []
    clock.advance(days=1)
    token, paper = sent(asked, person, clock), brought(person, clock)
    opened = look_at_requests(visit.public_id, ANNA, clock.now)
    assert [one.id for one in opened.papers] == [paper.id]
    made = tied(asked, paper, anna, clock)
    assert (made.status, made.request.answered_how, made.given.id) == ("approved", "paper", paper.id)
    assert made.request.answer["name"] == "Dr. Nia New"
    with pytest.raises(NotFound):
        open_request(token, clock.now)
    db.session.rollback()
    with pytest.raises(Conflict, match="wrong_state"):
        tied(asked, paper, anna, clock)
    db.session.rollback()
    assert [letter.facts["outcome"] for letter in letters("more_visits_answered")] == ["yes"], "who ties it need not be told"
    following = written(visit, clock)
    assert look_at_requests(visit.public_id, ANNA, clock.now).papers == [], "one paper answers one request"
    with pytest.raises(Refused, match="invalid"):
        tied(following, paper, anna, clock)


def test_papers_that_answer_nothing(anna, person, prescription, visit, clock):
    clock.advance(minutes=1)
    asked = written(visit, clock)
    over = brought(person, clock, issued_on=today(clock) - timedelta(days=9), expires_on=today(clock) - timedelta(days=1))
    for paper in (prescription, over, brought(PersonFactory(), clock)):
        with pytest.raises(Refused, match="invalid"):
            tied(asked, paper, anna, clock)
        db.session.rollback()
    with pytest.raises(NotFound):
        tied(asked, brought(person, clock), bookable_provider(), clock)
    db.session.rollback()
    clock.advance(days=33)
    with pytest.raises(NotFound):
        tied(asked, brought(person, clock), anna, clock)


def test_the_client_decides_whether_anything_leaves(person, visit, clock):
    asked = written(visit, clock)
    assert letters("more_visits_asked") == []
    for own in (person.email, f" {person.email.upper()} ", provider_email(db.session(), visit.provider_id)):
        with pytest.raises(Refused, match="own_address"):
            sent(asked, person, clock, own)
        db.session.rollback()
    with pytest.raises(NotFound):
        send_request(asked.request.public_id, "a@b.example.com", PersonFactory().id, CLIENT.name, BASE_URL, clock.now)
    db.session.rollback()
    token = sent(asked, person, clock)
    decline_request(asked.request.public_id, person.id, CLIENT.name, BASE_URL, clock.now)
    with pytest.raises(NotFound):
        open_request(token, clock.now)
    db.session.rollback()
    [one] = requests(clock)
    assert (one.status, one.request.answered_how) == ("closed", "client")
    assert [letter.facts["outcome"] for letter in letters("more_visits_answered")] == ["closed"]
    with pytest.raises(Conflict, match="wrong_state"):
        decline_request(asked.request.public_id, person.id, CLIENT.name, BASE_URL, clock.now)


def test_the_therapist_takes_it_back(anna, visit, clock):
    asked = written(visit, clock)
    with pytest.raises(NotFound):
        withdraw_request(asked.request.public_id, bookable_provider().id, ANNA, clock.now)
    db.session.rollback()
    withdraw_request(asked.request.public_id, anna.id, ANNA, clock.now)
    assert [(one.status, one.request.answered_how) for one in requests(clock)] == [("closed", "provider")]


def test_only_a_visit_on_a_prescription_asks_for_more(anna, person, visit, clock):
    hold = hold_visit(anna, person, clock.now + timedelta(days=5), clock.now)
    plain = visit_of(book_hold(hold, person, clock.now))
    with pytest.raises(Refused, match="no_prescription"):
        written(plain, clock)
    db.session.rollback()
    clock.advance(days=33)
    with pytest.raises(NotFound):
        written(visit, clock)


def test_each_look_is_in_the_clients_log(person, visit, clock):
    token = sent(written(visit, clock), person, clock)
    look_at_requests(visit.public_id, ANNA, clock.now)
    open_request(token, clock.now)
    assert [(read.who, read.what) for read in reads_of(db.session(), person.id)] == [
        ("prescriber link", "more_visits"), (ANNA, "more_visits"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"visits": 60}, {"person_id": None}, {"state": "refused", "given_id": None}, {"answered_at": None}, {"given_id": None}],
)
def test_what_was_answered_stays(person, visit, clock, change):
    token = sent(written(visit, clock), person, clock)
    answer_request(token, yes(clock), BASE_URL, clock.now)
    other = {name: PersonFactory().id if name == "person_id" else value for name, value in change.items()}
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(update(ExtensionRequest).values(**other))
    db.session.rollback()


def test_nothing_of_it_is_deleted(ctx):
    row = ExtensionRequestFactory()
    with pytest.raises(DBAPIError), transaction() as session:
        session.delete(session.merge(row))
    db.session.rollback()


def test_a_paper_of_somebody_else_is_found(ctx):
    ExtensionRequestFactory()
    assert list(extension_findings(db.session())) == []
    wrong = ExtensionRequestFactory(prescription=PrescriptionFactory())
    assert list(extension_findings(db.session())) == [f"request {wrong.public_id} is about a prescription of somebody else"]


def test_the_new_paper_is_watched_like_any_other(person, prescription, visit, clock):
    token = sent(written(visit, clock), person, clock)
    answer_request(token, yes(clock, visits=2), BASE_URL, clock.now)
    tell_ending(clock.now, BASE_URL)
    assert len(letters("prescription_ends")) == 2, "of either paper little is left"
