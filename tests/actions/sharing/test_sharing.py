"""Releases and letters through both databases: in no order of signing, revoking, expiring and sending does a letter leave without a release."""

from contextlib import nullcontext, suppress
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.queries import get_any
from booking.care.queries.reads import reads_of
from booking.guardians.models import Guardianship
from booking.notes.rules.content import Note
from booking.sharing.actions.open_letter import open_letter, print_letter
from booking.sharing.actions.revoke_release import revoke_release
from booking.sharing.actions.send_letter import Sending, send_letter
from booking.sharing.actions.sign_release import sign_release
from booking.sharing.actions.write_letter import begin_letter, edit_letter, look_at_draft
from booking.sharing.models import LetterDraft, LetterOpening, Release, SentLetter
from booking.sharing.queries.letters import get_own_letter, letters_of, sharing_findings
from booking.sharing.queries.releases import releases_of
from booking.sharing.rules.letters import Section, Words
from booking.sharing.rules.releases import LINK, PARTS, PRINT, Recipient, ReleaseDraft
from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db, transaction
from marketplace.kernel.errors import Limited, NotFound, Refusal, Refused, Stale
from marketplace.outbox.models import Letter
from marketplace.vault import vault
from tests.factories import (
    AppointmentFactory,
    CareAgeFactory,
    CarePlanFactory,
    GuardianshipFactory,
    HomeProgramFactory,
    OutcomeFactory,
    ReleaseFactory,
    SentLetterFactory,
    signed_note,
)
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL

DORA = Recipient("Dora Doe", "physician", "Doe Practice", "dora@practice.example.com")
CLIENT, ANNA = "account:ruth", "account:anna"
SECRET = "the left shoulder is frozen"
WORDS = Words(SECRET, (Section("visits", "1 visit took place."),), "Thank you.")


@pytest.fixture
def visit(ctx):
    """A confirmed visit, tomorrow."""
    made = AppointmentFactory(person__name="Ruth Weiss", person__email="ruth@example.com")
    db.session.commit()
    return made


def draft_of(**change):
    known = {
        "recipient": DORA, "scope": ("visits", "outcomes", "home_program"), "purpose": "my shoulder",
        "expires_on": START.date() + timedelta(days=60), "signed_name": "Ruth Weiss", "text_version": "1",
    }  # fmt: skip
    return ReleaseDraft(**known | change)


def slug_of(visit):
    return get_any(db.session(), visit.public_id).provider.slug


def sign(visit, now=START, **change):
    return sign_release(draft_of(**change), slug_of(visit), visit.person_id, CLIENT, now)


def write(visit, release, now=START, words=WORDS):
    """A letter in the making, in the therapist's words; gives what tells it from others."""
    begin_letter(visit.public_id, release, ANNA, now)
    return edit_letter(visit.public_id, words, ANNA, now).checksum


def send(visit, mark, now=START, way=LINK):
    return send_letter(visit.public_id, Sending(way, mark, ANNA, BASE_URL), now)


def token_of(letter):
    link = db.session.scalars(select(Letter.facts).where(Letter.about == letter, Letter.kind == "letter_shared")).one()["link"]
    return link.rpartition("/")[2]


def findings():
    db.session.rollback()
    return list(sharing_findings(db.session()))


# --- signing and taking back -------------------------------------------------------------------------------------------------------


def test_what_was_signed_is_kept_sealed_with_its_name_time_and_text(visit):
    sign(visit)
    [mine] = releases_of(db.session(), visit.person_id, START)
    row = mine.release
    assert (mine.live, mine.recipient, row.scope, row.signed_name, row.text_version, row.signed_at) == (
        True, DORA, ["home_program", "outcomes", "visits"], "Ruth Weiss", "1", START,
    )  # fmt: skip
    raw = str(db.session.execute(text("SELECT * FROM sharing_release")).all())
    assert not any(word in raw for word in ("Dora", "dora@", "shoulder", "Ruth"))
    assert db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all() == ["release.signed"]
    assert "Dora" not in str(db.session.scalars(select(AuditEntry.details)).all())


def test_for_somebody_under_18_it_names_the_guardian_who_has_agreed(visit):
    CareAgeFactory(person_id=visit.person_id, person=None)
    with pytest.raises(Refused, match="guardian_needed"):
        sign(visit)
    guardian = GuardianshipFactory(person_id=visit.person_id, person=None, name="Greta Grownup", relation="parent")
    release = sign(visit)
    assert [one.guardian for one in releases_of(db.session(), visit.person_id, START)] == ["Greta Grownup, parent"]
    mark = write(visit, release)
    letter = send(visit, mark)
    with transaction() as session:
        session.get_one(Guardianship, guardian.id).state, later = "ended", START + timedelta(days=1)
        session.get_one(Guardianship, guardian.id).ended_at = later
    told = dict(get_own_letter(db.session(), letter, visit.person_id, later).paper.facts)
    assert told["Guardian who agreed"] == "Greta Grownup, parent"
    [kept] = releases_of(db.session(), visit.person_id, later)
    assert kept.guardian == "Greta Grownup, parent", "who agreed that day stays known"


def test_of_adults_no_guardian_is_named(visit):
    CareAgeFactory(person_id=visit.person_id, person=None, born_on="1980-06-01")
    mark = write(visit, sign(visit))
    assert [one.guardian for one in releases_of(db.session(), visit.person_id, START)] == [None]
    letter = send(visit, mark)
    assert "Guardian who agreed" not in dict(get_own_letter(db.session(), letter, visit.person_id, START).paper.facts)


def test_it_names_a_therapist_of_ones_own_visits(visit):
    other = AppointmentFactory(person__email="else@example.com")
    for slug in (slug_of(other), "nobody"):
        with pytest.raises(Refused, match="visit with") as refused:
            sign_release(draft_of(), slug, visit.person_id, CLIENT, START)
        assert [fault.field for fault in refused.value.faults] == ["provider"]


def test_a_hundred_are_the_most(visit, monkeypatch):
    monkeypatch.setattr("booking.sharing.actions.sign_release.MOST", 2)
    sign(visit)
    gone = sign(visit)
    with pytest.raises(Limited):
        sign(visit)
    revoke_release(gone, visit.person_id, CLIENT, START)
    assert sign(visit)


def test_taking_back_holds_at_once_and_once(visit):
    public_id = sign(visit)
    mark = write(visit, public_id)
    revoke_release(public_id, visit.person_id, CLIENT, START + timedelta(hours=1))
    revoke_release(public_id, visit.person_id, CLIENT, START + timedelta(hours=2))
    [mine] = releases_of(db.session(), visit.person_id, START)
    assert (mine.reason, mine.release.revoked_at) == ("revoked", START + timedelta(hours=1))
    assert db.session.scalar(select(func.count(LetterDraft.id))) == 0
    with pytest.raises(NotFound):
        send(visit, mark, START + timedelta(hours=3))
    with pytest.raises(Refused, match="release_revoked"):
        begin_letter(visit.public_id, public_id, ANNA, START + timedelta(hours=3))
    with pytest.raises(NotFound):
        revoke_release(public_id, visit.person_id + 1, CLIENT, START)


@pytest.mark.parametrize(
    "change",
    ["person_id = person_id + 1", "scope = '[\"notes\"]'", "expires_on = '2030-01-01'", "signed_at = '2020-01-01 00:00:00.000000'"],
)
def test_the_database_keeps_what_was_signed(visit, change):
    sign(visit)
    for word in (f"UPDATE sharing_release SET {change}", "DELETE FROM sharing_release"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(word))
        db.session.rollback()


def test_what_was_taken_back_is_never_given_back_by_any_statement(visit):
    revoke_release(sign(visit), visit.person_id, CLIENT, START)
    with pytest.raises(DBAPIError):
        db.session.execute(text("UPDATE sharing_release SET revoked_at = NULL"))
    db.session.rollback()


# --- writing -----------------------------------------------------------------------------------------------------------------------


def test_a_draft_is_drawn_from_what_there_is_and_is_permitted(visit):
    done = AppointmentFactory(
        person_id=visit.person_id, provider=get_any(db.session(), visit.public_id).provider, status="completed",
        starts_at=START - timedelta(days=7),
    )  # fmt: skip
    OutcomeFactory(person_id=visit.person_id)
    CarePlanFactory(appointment=done)
    signed_note(done, note=Note(objective="Stiff neck.", assessment="Better."))
    HomeProgramFactory(appointment=visit, content={"swollen": False, "items": [{"kind": "sleep", "words": "early"} | UNSAID]})
    db.session.commit()
    made = begin_letter(visit.public_id, sign(visit, scope=tuple(PARTS)), ANNA, START)
    told = {one.code: one.text for one in made.words.sections}
    assert told["visits"] == "1 visit took place: January 5, 2027.\nThe next visit is planned on January 13, 2027."
    assert told["outcomes"].startswith("Pain (now): 7 of 10 on ")
    assert told["home_program"] == "Sleep: early."
    assert told["plan"] == "Goal: sit through a film (Pain, now, to reach 2 of 10).\nPlanned: 6 visits, about 7 days apart."
    assert told["notes"] == "Visit of January 5, 2027.\nFound: Stiff neck.\nAssessment: Better."
    assert begin_letter(visit.public_id, sign(visit, scope=("outcomes",)), ANNA, START).words.parts == ("outcomes",)
    assert [one.what for one in reads_of(db.session(), visit.person_id)] == ["letter_draft", "letter_draft"]


UNSAID = {"minutes": None, "times_a_day": None, "until_on": None}


def test_what_is_read_is_what_leaves_word_for_word(visit):
    release = sign(visit)
    write(visit, release)
    read = look_at_draft(visit.public_id, ANNA, START)
    letter = send(visit, read.checksum)
    sent = get_own_letter(db.session(), letter, visit.person_id, START)
    assert sent.paper == read.paper
    assert open_letter(token_of(letter), START).paper == read.paper
    raw = str(db.session.execute(text("SELECT * FROM sharing_letter")).all())
    assert SECRET not in raw
    assert SECRET not in str(db.session.execute(text("SELECT * FROM outbox_letter")).all())


def test_another_letter_than_the_one_that_was_read_does_not_leave(visit):
    mark = write(visit, sign(visit))
    edit_letter(visit.public_id, Words("Else", WORDS.sections, ""), ANNA, START)
    with pytest.raises(Stale, match="letter_changed"):
        send(visit, mark)
    fresh = look_at_draft(visit.public_id, ANNA, START).checksum
    with pytest.raises(Stale):
        send(visit, fresh, START + timedelta(days=1))
    assert send(visit, fresh)


def test_nothing_is_written_that_is_not_permitted(visit):
    release = sign(visit, scope=("visits",))
    begin_letter(visit.public_id, release, ANNA, START)
    with pytest.raises(Refused, match="did not permit"):
        edit_letter(visit.public_id, Words("", (Section("outcomes", "7"),), ""), ANNA, START)
    other = AppointmentFactory()
    db.session.commit()
    with pytest.raises(NotFound):
        begin_letter(other.public_id, release, ANNA, START)


def test_without_an_address_a_letter_is_printed_alone(visit):
    mark = write(visit, sign(visit, recipient=Recipient("Dora Doe", "physician")))
    with pytest.raises(Refused, match="release_no_address"):
        send(visit, mark)
    letter = send(visit, mark, way=PRINT)
    assert db.session.scalars(select(Letter.kind)).all() == ["letter_left"]
    assert print_letter(visit.public_id, letter, ANNA, START).paper.number == letter
    assert next(one.what for one in reads_of(db.session(), visit.person_id)) == "letter_printed"
    [sent] = letters_of(db.session(), visit.person_id, START)
    assert sent.opened == (START,)


def test_a_therapist_writes_from_confirmation_until_thirty_days_after(visit):
    release = sign(visit)
    with pytest.raises(NotFound):
        begin_letter(visit.public_id, release, ANNA, START + timedelta(days=32))
    assert begin_letter(visit.public_id, release, ANNA, START + timedelta(days=31))


# --- what left ----------------------------------------------------------------------------------------------------------------------


def test_a_link_opens_ten_times_and_each_time_is_written_down(visit):
    letter = send(visit, write(visit, sign(visit)))
    token = token_of(letter)
    for minute in range(10):
        open_letter(token, START + timedelta(minutes=minute))
    with pytest.raises(NotFound):
        open_letter(token, START + timedelta(minutes=11))
    [sent] = letters_of(db.session(), visit.person_id, START)
    assert (len(sent.opened), sent.open) == (10, False)
    assert [one.what for one in reads_of(db.session(), visit.person_id)].count("letter") == 10
    assert findings() == []
    assert list(broken_entries(db.session())) == []


@pytest.mark.parametrize("later, opens", [(13, True), (14, False)])
def test_it_opens_for_fourteen_days(visit, later, opens):
    token = token_of(send(visit, write(visit, sign(visit))))
    with nullcontext() if opens else pytest.raises(NotFound):
        open_letter(token, START + timedelta(days=later))


def test_taking_back_shuts_the_link_and_calls_back_the_mail(visit):
    release = sign(visit)
    letter = send(visit, write(visit, release))
    token = token_of(letter)
    open_letter(token, START)
    revoke_release(release, visit.person_id, CLIENT, START + timedelta(minutes=1))
    with pytest.raises(NotFound):
        open_letter(token, START + timedelta(minutes=2))
    waiting = db.session.scalars(select(Letter.kind).where(Letter.withdrawn_at.is_(None))).all()
    assert waiting == ["letter_left"]
    assert findings() == []


def test_a_letter_that_left_is_never_changed_nor_removed_and_none_comes_in_by_the_back_door(visit):
    send(visit, write(visit, release := sign(visit)))
    open_letter(token_of(db.session.scalars(select(SentLetter.public_id)).one()), START)
    for word in (
        "UPDATE sharing_letter SET digest = 'x'", "UPDATE sharing_letter SET parts = '[]'", "UPDATE sharing_letter SET way = 'print'",
        "UPDATE sharing_letter SET token_hash = 'x'", "DELETE FROM sharing_opening", "UPDATE sharing_opening SET number = 2",
        "DELETE FROM sharing_letter",
    ):  # fmt: skip
        with pytest.raises(DBAPIError):
            db.session.execute(text(word))
        db.session.rollback()
    revoke_release(release, visit.person_id, CLIENT, START)
    row = db.session.scalars(select(Release)).one()
    with pytest.raises(DBAPIError):
        SentLetterFactory(appointment=visit, release=row)
    db.session.rollback()
    with pytest.raises(DBAPIError):
        SentLetterFactory(appointment=AppointmentFactory(), release=ReleaseFactory())
    db.session.rollback()


def test_a_letter_whose_words_were_swapped_is_told_and_never_shown(visit):
    letter = send(visit, write(visit, sign(visit)))
    token = token_of(letter)
    row = db.session.scalars(select(SentLetter)).one()
    row.content = row.content | {"title": "Letter about somebody else"}
    db.session.commit()
    assert findings() == [f"letter {letter} is not what left"]
    with pytest.raises(RuntimeError, match="not what left"):
        _ = open_letter(token, START).paper


def test_sealing_anew_with_another_key_changes_no_letter(visit):
    send(visit, write(visit, sign(visit)))
    sealed = db.session.execute(text("SELECT content FROM sharing_letter")).scalar_one()
    db.session.execute(text("UPDATE sharing_letter SET content = :fresh"), {"fresh": vault().rotate(sealed)})
    db.session.commit()
    assert findings() == []


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": START - timedelta(hours=1)}, {"expires_on": (START - timedelta(days=1)).date()}, {"scope": ["notes"]}, {"email": None}],
    ids=["revoked", "expired", "scope", "address"],
)
def test_the_check_tells_of_letters_that_left_without_a_live_release(visit, change):
    own = {"person_id": visit.person_id, "provider_id": visit.provider_id, "signed_at": START - timedelta(days=9)}
    late = change.get("revoked_at")
    row = ReleaseFactory(**own, **{name: value for name, value in change.items() if name != "revoked_at"})
    letter = SentLetterFactory(appointment=visit, release=row)
    if late is not None:
        row.revoked_at = late
    db.session.commit()
    assert [one.partition(": ")[0] for one in findings()] == [f"letter {letter.public_id} left without a release that was live"]


# --- in any order --------------------------------------------------------------------------------------------------------------------

DEEDS = st.lists(st.sampled_from(["sign", "begin", "send", "open", "revoke", "wait"]), min_size=3, max_size=9)


@pytest.mark.usefixtures("ctx")
@settings(max_examples=40)
@given(DEEDS)
def test_in_no_order_does_a_letter_leave_or_open_without_a_live_release(deeds):
    visit = AppointmentFactory(starts_at=START + timedelta(days=9), person__email="ruth@example.com")
    db.session.commit()
    told = Told(visit)
    for deed in ["sign", "begin", *deeds]:
        assert getattr(told, deed)() == told.expected(deed), (deeds, deed)
        db.session.rollback()
    assert findings() == []


class Told:
    """One client and therapist: what they do, and what a simple twin says must come of it. Everything lasts 10 days; waiting takes 4."""

    def __init__(self, visit):
        self.visit, self.now, self.day, self.last = visit, START, 0, -1
        self.release = self.draft = self.token = None
        self.live = self.drafted = self.sent = False

    def expected(self, deed):
        fine = self.live and self.day <= self.last
        if deed == "sign":
            self.live, self.last = True, self.day + 10
            # what was written or sent under the release before is no longer looked at
            self.drafted = self.sent = False
            return True
        if deed == "begin":
            self.drafted = self.drafted or fine
            return fine
        if deed == "send":
            leaves, self.drafted = fine and self.drafted, self.drafted and not fine
            self.sent = self.sent or leaves
            return leaves
        if deed == "open":
            return fine and self.sent
        if deed == "revoke":
            self.live = self.drafted = False
            return True
        self.day += 4
        return True

    def attempt(self, verb, *given_):
        with suppress(Refusal):
            return verb(*given_)

    def sign(self):
        if self.release:
            revoke_release(self.release, self.visit.person_id, CLIENT, self.now)
        self.token = None
        self.release = sign(self.visit, self.now, expires_on=self.now.date() + timedelta(days=10))
        return True

    def begin(self):
        return self.attempt(begin_letter, self.visit.public_id, self.release, ANNA, self.now) is not None

    def send(self):
        draft = self.attempt(look_at_draft, self.visit.public_id, ANNA, self.now)
        mark = draft.checksum if draft else "none"
        letter = self.attempt(send, self.visit, mark, self.now)
        self.token = token_of(letter) if letter else self.token
        return letter is not None

    def open(self):
        return self.attempt(open_letter, self.token or "none", self.now) is not None

    def revoke(self):
        revoke_release(self.release, self.visit.person_id, CLIENT, self.now)
        return True

    def wait(self):
        self.now += timedelta(days=4)
        return True


# --- at once --------------------------------------------------------------------------------------------------------------------------


def ready(app):
    """A visit with a release and a letter in the making, kept: what a race needs to know of them."""
    with app.app_context():
        visit = AppointmentFactory(person__email="ruth@example.com")
        db.session.commit()
        release = sign(visit)
        mark = write(visit, release)
        db.session.rollback()
        db.session.refresh(visit)
        db.session.expunge_all()
    return visit, release, mark


def test_sending_and_taking_back_at_once(app):
    visit, release, mark = ready(app)
    ended = race(app, [partial(send, visit, mark), partial(revoke_release, release, visit.person_id, CLIENT, START)])
    # Whoever comes first: a letter that left is shut, or none left.
    assert ended in ({"done": 2}, {"done": 1, "not_found": 1})
    with app.app_context():
        assert findings() == []
        letters = letters_of(db.session(), visit.person_id, START)
        assert len(letters) == ended["done"] - 1
        assert not any(letter.open for letter in letters)
        assert db.session.scalar(select(func.count(Letter.id)).where(Letter.kind == "letter_shared", Letter.withdrawn_at.is_(None))) == 0
        assert db.session.scalar(select(func.count(LetterDraft.id))) == 0


def test_sending_the_same_letter_many_times_at_once(app):
    visit, _release, mark = ready(app)
    assert race(app, [partial(send, visit, mark) for _ in range(5)]) == {"done": 1, "not_found": 4}
    with app.app_context():
        assert findings() == []


def test_opening_many_times_at_once_stays_within_the_limit(app):
    visit, _release, mark = ready(app)
    with app.app_context():
        token = token_of(send(visit, mark))
        db.session.rollback()
    assert race(app, [partial(open_letter, token, START) for _ in range(13)]) == {"done": 10, "not_found": 3}
    with app.app_context():
        assert db.session.scalar(select(func.count(LetterOpening.id))) == 10
        assert findings() == []


def test_opening_and_taking_back_at_once_with_clocks_that_differ(app):
    visit, release, mark = ready(app)
    with app.app_context():
        token = token_of(send(visit, mark, START))
        db.session.rollback()
    late = START + timedelta(seconds=5)
    ended = race(app, [partial(open_letter, token, late), partial(revoke_release, release, visit.person_id, CLIENT, START)])
    assert ended in ({"done": 2}, {"done": 1, "not_found": 1})
    with app.app_context():
        assert findings() == []
        [sent] = letters_of(db.session(), visit.person_id, late)
        assert len(sent.opened) == ended["done"] - 1
        assert not sent.open


def test_beginning_anew_under_another_release_while_the_letter_is_sent(app):
    visit, _release, mark = ready(app)
    with app.app_context():
        other = sign(visit)
        db.session.rollback()
    ended = race(app, [partial(send, visit, mark), partial(begin_letter, visit.public_id, other, ANNA, START)])
    # Begun first: the letter is another one, or its turn is over.
    assert ended in ({"done": 2}, {"done": 1, "not_found": 1}, {"done": 1, "letter_changed": 1})
    with app.app_context():
        assert findings() == []
        assert db.session.scalar(select(func.count(LetterDraft.id))) == 1
