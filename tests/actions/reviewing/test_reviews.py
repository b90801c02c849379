"""Reviews of signed notes through both databases: named and accepted, offered, read, returned or accepted, ended at once, never changed."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from booking.care.queries.reads import reads_of
from booking.notes.actions.sign import add_to_note
from booking.notes.models import ClinicalNote
from booking.notes.queries import note_findings
from booking.reviewing.actions.offer_note import look_at_reviews, offer_note, take_back
from booking.reviewing.actions.review_note import Verdict, decide_review, read_note
from booking.reviewing.actions.supervise import accept_supervision, end_supervision, name_supervisor
from booking.reviewing.models import NoteReview, NoteReviewStep, Supervision
from booking.reviewing.queries import count_waiting, get_review, list_reviews, reviewing_findings
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.credentials.models import Credential
from providers.registry.models import Provider
from tests.factories import (
    NoteReviewFactory,
    NoteReviewStepFactory,
    PersonFactory,
    ProviderFactory,
    SupervisionFactory,
    bookable_provider,
    signed_note,
)
from tests.support.racing import race
from tests.support.visits import BASE_URL, book_visit

pytestmark = pytest.mark.usefixtures("database")
ANNA, BEA, COMMENTS = "account:anna", "account:bea", "Say for how long the pressure was held."


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def bea(ctx):
    return bookable_provider(slug="bea", name="Bea Birch")


@pytest.fixture
def person(ctx):
    return PersonFactory(name="Ruth Weiss")


@pytest.fixture
def visit(anna, person, clock):
    """A visit whose note is signed."""
    booked = book_visit(anna, person, clock.now + timedelta(days=2), clock.now).booked.appointment
    signed_note(booked)
    return booked


def agreed(anna, bea, clock):
    pair = name_supervisor("bea", anna.id, ANNA, BASE_URL, clock.now)
    accept_supervision(pair.supervision.public_id, bea.id, BEA, BASE_URL, clock.now)
    return pair.supervision.public_id


def offered(visit, supervision, clock):
    return offer_note(visit.public_id, supervision, visit.provider_id, ANNA, BASE_URL, clock.now).review.public_id


def read(review, bea, clock):
    return read_note(review, bea.id, BEA, clock.now)


def said(review, bea, clock, kind="returned", comments=COMMENTS):
    return decide_review(review, bea.id, Verdict(kind, comments), BEA, BASE_URL, clock.now)


def whole(review):
    db.session.rollback()
    return get_review(db.session(), NoteReview.public_id == review)


def outcomes():
    return [one.facts["outcome"] for one in db.session.scalars(select(Letter).where(Letter.kind == "supervision").order_by(Letter.id))]


def kept():
    """Every note as it lies in the database."""
    db.session.rollback()
    return [(row.content, row.digest, row.version) for row in db.session.scalars(select(ClinicalNote).order_by(ClinicalNote.id))]


def test_a_note_is_returned_added_to_offered_again_and_accepted(anna, bea, person, visit, clock):
    before, review = kept(), offered(visit, agreed(anna, bea, clock), clock)
    assert count_waiting(db.session(), bea.id) == 1
    first = read(review, bea, clock)
    assert first.kept.signature is not None
    said(review, bea, clock)
    assert count_waiting(db.session(), bea.id) == 0
    with pytest.raises(NotFound):
        read(review, bea, clock)
    db.session.rollback()
    clock.advance(hours=1)
    add_to_note(visit.public_id, anna.id, "Held for two minutes.", ANNA, clock.now)
    supervision = db.session.scalars(select(Supervision.public_id)).one()
    assert offered(visit, supervision, clock) == review, "it is the same review"
    assert [one.text for one in read(review, bea, clock).kept.addenda] == ["Held for two minutes."]
    said(review, bea, clock, "accepted", "")
    steps = [(step.number, step.kind, step.content["comments"]) for step in whole(review).steps]
    assert steps == [(1, "offered", ""), (2, "returned", COMMENTS), (3, "offered", ""), (4, "accepted", "")]
    with pytest.raises(Conflict, match="wrong_state"):
        offered(visit, supervision, clock)
    db.session.rollback()
    assert outcomes() == ["named", "agreed", "offered", "returned", "offered", "accepted"]
    assert kept() == before, "no review touches a note"
    assert note_findings(db.session()) == list(reviewing_findings(db.session())) == []


def test_each_look_is_in_the_clients_log(anna, bea, person, visit, clock):
    review = offered(visit, agreed(anna, bea, clock), clock)
    look_at_reviews(visit.public_id, anna.id, ANNA, clock.now)
    assert reads_of(db.session(), person.id) == [], "nothing was read yet"
    read(review, bea, clock)
    said(review, bea, clock)
    look_at_reviews(visit.public_id, anna.id, ANNA, clock.now)
    seen = [(one.who, one.what, one.about) for one in reads_of(db.session(), person.id)]
    assert seen == [(ANNA, "note_review", visit.public_id), (BEA, "note_review", visit.public_id)]


def test_letters_and_audit_name_no_client_and_nothing_of_a_note(anna, bea, visit, clock):
    supervision = agreed(anna, bea, clock)
    said(offered(visit, supervision, clock), bea, clock)
    end_supervision(supervision, bea.id, BEA, BASE_URL, clock.now)
    told = db.session.scalars(select(Letter).where(Letter.kind == "supervision")).all()
    assert len(told) == 5
    for letter in told:
        text = render_letter(letter.kind, letter.facts)
        for word in ("Ruth", "Weiss", "pressure", "how long"):
            assert word not in text.subject + text.text
    deeds = db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_kind.in_(["review", "supervision"])).order_by(AuditEntry.id)
    ).all()
    assert [deed.verb for deed in deeds] == [
        "supervision.named", "supervision.accepted", "review.offered", "review.returned", "supervision.ended",
    ]  # fmt: skip
    assert all("pressure" not in str(deed.details) for deed in deeds)


def test_nothing_is_seen_before_a_yes(anna, bea, visit, clock):
    pair = name_supervisor("bea", anna.id, ANNA, BASE_URL, clock.now)
    with pytest.raises(Refused, match="invalid"):
        offered(visit, pair.supervision.public_id, clock)
    db.session.rollback()
    with pytest.raises(Conflict, match="named_already"):
        name_supervisor("bea", anna.id, ANNA, BASE_URL, clock.now)
    db.session.rollback()
    for provider_id, refusal in ((anna.id, Conflict), (bookable_provider().id, NotFound)):
        with pytest.raises(refusal):
            accept_supervision(pair.supervision.public_id, provider_id, ANNA, BASE_URL, clock.now)
        db.session.rollback()


@pytest.mark.parametrize("side", ["anna", "bea"])
def test_either_ends_it_at_once(anna, bea, visit, clock, side):
    supervision = agreed(anna, bea, clock)
    review = offered(visit, supervision, clock)
    end_supervision(supervision, {"anna": anna, "bea": bea}[side].id, side, BASE_URL, clock.now)
    for late in (partial(read, review, bea, clock), partial(said, review, bea, clock)):
        with pytest.raises(NotFound):
            late()
        db.session.rollback()
    with pytest.raises(Refused, match="invalid"):
        offered(visit, supervision, clock)
    db.session.rollback()
    with pytest.raises(Conflict, match="wrong_state"):
        end_supervision(supervision, anna.id, ANNA, BASE_URL, clock.now)
    db.session.rollback()
    again = agreed(anna, bea, clock)
    other = offered(visit, again, clock)
    assert other != review
    assert [one.waits for one in list_reviews(db.session(), NoteReview.id > 0)].count(True) == 1


def test_who_is_not_listed_or_lapses_supervises_nobody(anna, bea, visit, clock):
    draft = ProviderFactory(slug="cleo", state="submitted")
    bare = ProviderFactory(slug="dora")
    for one, code in (("nobody", "invalid"), ("anna", "invalid"), (draft.slug, "not_in_standing"), (bare.slug, "not_in_standing")):
        with pytest.raises(Refused, match=code):
            name_supervisor(one, anna.id, ANNA, BASE_URL, clock.now)
        db.session.rollback()
    supervision = agreed(anna, bea, clock)
    review = offered(visit, supervision, clock)
    db.session.execute(update(Credential).where(Credential.provider_id == bea.id, Credential.kind == "license").values(status="revoked"))
    db.session.commit()
    for late in (partial(read, review, bea, clock), partial(said, review, bea, clock)):
        with pytest.raises(Refused, match="not_in_standing"):
            late()
        db.session.rollback()


def test_a_suspended_colleague_reads_nothing(anna, bea, visit, clock):
    review = offered(visit, agreed(anna, bea, clock), clock)
    db.session.execute(update(Provider).where(Provider.id == bea.id).values(state="suspended"))
    db.session.commit()
    with pytest.raises(Refused, match="not_in_standing"):
        read(review, bea, clock)


def test_only_a_signed_note_of_ones_own_is_offered(anna, bea, person, visit, clock):
    supervision = agreed(anna, bea, clock)
    plain = book_visit(anna, person, clock.now + timedelta(days=4), clock.now).booked.appointment
    with pytest.raises(Conflict, match="note_open"):
        offered(plain, supervision, clock)
    db.session.rollback()
    with pytest.raises(NotFound):
        offer_note(visit.public_id, supervision, bea.id, BEA, BASE_URL, clock.now)


def test_one_colleague_looks_at_a_time_and_it_can_be_taken_back(anna, bea, visit, clock):
    supervision = agreed(anna, bea, clock)
    bookable_provider(slug="cleo")
    second = name_supervisor("cleo", anna.id, ANNA, BASE_URL, clock.now)
    accept_supervision(second.supervision.public_id, second.supervisor.id, "account:cleo", BASE_URL, clock.now)
    review = offered(visit, supervision, clock)
    for one in (supervision, second.supervision.public_id):
        with pytest.raises(Conflict, match="offered_already"):
            offered(visit, one, clock)
        db.session.rollback()
    take_back(visit.public_id, anna.id, ANNA, clock.now)
    with pytest.raises(NotFound):
        read(review, bea, clock)
    db.session.rollback()
    with pytest.raises(Conflict, match="wrong_state"):
        take_back(visit.public_id, anna.id, ANNA, clock.now)
    db.session.rollback()
    assert offered(visit, second.supervision.public_id, clock) != review


def test_of_many_verdicts_at_once_one_counts(app, clock):
    with app.app_context():
        anna, bea = bookable_provider(slug="anna"), bookable_provider(slug="bea")
        visit = book_visit(anna, PersonFactory(), clock.now + timedelta(days=2), clock.now).booked.appointment
        signed_note(visit)
        review, bea_id = offered(visit, agreed(anna, bea, clock), clock), bea.id
        db.session.expunge_all()
    verdicts = [Verdict("accepted"), Verdict("returned", COMMENTS)] * 3
    ended = race(app, [partial(decide_review, review, bea_id, one, BEA, BASE_URL, clock.now) for one in verdicts])
    assert ended == {"done": 1, "not_found": 5}
    with app.app_context():
        assert len(whole(review).steps) == 2


@pytest.mark.parametrize(
    "table, change",
    [
        (Supervision, {"accepted_at": None}),
        (Supervision, {"named_by": "account:other"}),
        (NoteReview, {"public_id": "another"}),
        (NoteReviewStep, {"kind": "accepted"}),
        (NoteReviewStep, {"number": 7}),
        (NoteReviewStep, {"by": "account:other"}),
    ],
)
def test_what_was_agreed_and_said_stays(ctx, table, change):
    NoteReviewStepFactory()
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(update(table).values(**change))
    db.session.rollback()


@pytest.mark.parametrize("made", [SupervisionFactory, NoteReviewFactory, NoteReviewStepFactory])
def test_nothing_of_it_is_deleted(ctx, made):
    row = made()
    with pytest.raises(DBAPIError), transaction() as session:
        session.delete(session.merge(row))
    db.session.rollback()


def test_a_review_of_somebody_elses_note_is_found(ctx):
    wrong = NoteReviewFactory(supervision=SupervisionFactory())
    found = list(reviewing_findings(db.session()))
    assert f"review {wrong.public_id} is of a note that could not be offered" in found
