"""The exclusion list through the database: whole or not at all, and a person judges."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.registry.models import Change, Provider
from providers.verification.actions.exclude import decide_hit, import_exclusions, match_exclusions
from providers.verification.exclusions_port import ExclusionFile
from providers.verification.models import ExclusionEntry, ExclusionHit, ExclusionImport
from tests.factories import CredentialFactory, ProviderFactory
from tests.support.clocks import START
from tests.support.exclusions import HEADER, long_list, row, write_list

DOE = row("DOE", "JANE")


@pytest.fixture
def take(ctx, tmp_path):
    """`take([rows])` reads a file of these rows in."""

    def read(rows, now=START, smaller=False, **words):
        return import_exclusions(ExclusionFile(write_list(tmp_path / "list.csv", rows, **words)), "command:test", now, smaller=smaller)

    return read


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_file_takes_the_place_of_the_list(take):
    assert take([DOE, row("ROE", "RICK")]).rows == 2
    assert take([row("POE", "EDGAR")]).rows == 1
    assert db.session.scalars(select(ExclusionEntry.name_key)).all() == ["POE|EDGAR|"]
    assert count(ExclusionImport) == 2


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("latin-1", "\n"), ("utf-8-sig", "\r\n"), ("utf-8", "")])
def test_encodings_and_ends_of_lines(take, encoding, end):
    words = {"end": end, "encoding": encoding}
    assert take([row("MUÑOZ", "JOSÉ"), DOE], **words).rows == 2
    assert "MUNOZ|JOSE|" in db.session.scalars(select(ExclusionEntry.name_key)).all()


def test_bad_rows_are_counted_and_skipped(take):
    bad = [row("A", "B", excluded="20191340"), "only,three,cells", row("", ""), 'x,"unclosed' + "," * 16, "\x00" + DOE, ""]
    done = take([DOE, *bad, row("ROE", "RICK"), row("POE", "E"), row("MOE", "M"), row("LOW", "L")])
    assert (done.rows, done.skipped) == (5, 5)


@pytest.mark.parametrize(
    ("rows", "words", "code"),
    [
        ([DOE], {"header": HEADER.replace("NPI", "NPX")}, "wrong_header"),
        ([DOE], {"header": "<!doctype html>"}, "wrong_header"),
        ([DOE], {"header": HEADER + ",MORE"}, "wrong_header"),
        ([DOE, DOE[:40]], {}, "truncated_file"),
        ([DOE, DOE[:40]], {"end": ""}, "truncated_file"),
        ([DOE, 'DOE,JANE,"'], {"end": ""}, "truncated_file"),
        ([], {}, "empty_file"),
        ([row("A", "B", excluded="x")] * 3 + [DOE], {}, "too_many_bad_rows"),
        ([DOE], {}, "much_smaller"),
    ],
)
def test_a_file_that_is_none_changes_nothing(take, rows, words, code):
    take([row("ROE", "RICK"), row("POE", "EDGAR"), row("LOW", "ANN")])
    with pytest.raises(Refused) as refused:
        take(rows, **words)
    assert refused.value.code == code
    assert count(ExclusionEntry) == 3
    assert count(ExclusionImport) == 1


def test_an_empty_file_is_refused(ctx, tmp_path):
    (tmp_path / "none.csv").write_bytes(b"")
    with pytest.raises(Refused):
        import_exclusions(ExclusionFile(tmp_path / "none.csv"), "x", START)


def test_a_shorter_list_is_taken_when_somebody_says_so(take):
    take([row("ROE", "RICK"), row("POE", "EDGAR"), row("LOW", "ANN")])
    assert take([DOE], smaller=True).rows == 1


def test_eighty_thousand_rows_are_read(take, statements):
    jane = ProviderFactory(name="Jane Doe")
    with statements() as seen:
        done = take([*long_list(80_000), DOE])
    assert (done.rows, done.skipped, done.hits) == (80_001, 0, 1)
    assert db.session.scalar(select(ExclusionHit.provider_id)) == jane.id
    assert len(seen) < 80, "batches, not rows"


def hit_of(provider):
    return db.session.scalars(select(ExclusionHit).where(ExclusionHit.provider_id == provider.id)).all()


def test_likenesses_wait_for_a_person(take):
    jane, other = ProviderFactory(name="Jane Q. Doe"), ProviderFactory(name="Someone Else")
    npi = ProviderFactory(name="Quite Another")
    CredentialFactory(provider=npi, kind="npi", plain_number="1234567893", holder_name="Quite Another")
    legal = ProviderFactory(name="Janey", legal_name="Jane Doe")
    done = take([DOE, row("SMITH", "AL", npi="1234567893")])
    assert done.hits == 3
    assert [(hit.matched_by, hit.status) for hit in hit_of(jane) + hit_of(npi) + hit_of(legal)] == [
        ("name", "open"),
        ("npi", "open"),
        ("name", "open"),
    ]
    assert hit_of(other) == []
    assert set(db.session.scalars(select(Provider.state))) == {"listed"}


def test_the_number_of_a_physician_is_not_the_providers(take):
    provider = ProviderFactory(name="Quite Another")
    CredentialFactory(provider=provider, kind="physician_collaboration", holder_name="Jane Doe")
    assert take([row("DOE", "JANE", npi="1234567893")]).hits == 0


def test_who_comes_later_is_matched_by_the_job(take):
    take([DOE])
    assert match_exclusions(START) == 0
    jane = ProviderFactory(name="Jane Doe", state="draft")
    assert match_exclusions(START) == 1
    assert match_exclusions(START) == 0
    jane.name = "Janet Doe"
    db.session.commit()
    other = ProviderFactory(name="Somebody")
    CredentialFactory(provider=other, kind="license", holder_name="Doe, Jane")
    assert match_exclusions(START) == 1
    assert len(hit_of(jane)) == len(hit_of(other)) == 1


def test_dismissed_stays_dismissed_until_the_entry_changes(take):
    jane = ProviderFactory(name="Jane Doe")
    take([DOE])
    decide_hit(hit_of(jane)[0].public_id, "dismiss", "Born in another year", "account:boss", START)
    take([DOE, row("ROE", "RICK")])
    assert [hit.status for hit in hit_of(jane)] == ["dismissed"]
    take([row("DOE", "JANE", city="NEW YORK"), DOE])
    assert [hit.status for hit in hit_of(jane)] == ["dismissed", "open"]
    assert db.session.scalar(select(Provider.state).where(Provider.id == jane.id)) == "listed"


def test_confirmed_suspends_at_once(take):
    jane = ProviderFactory(name="Jane Doe")
    take([DOE])
    before = count(Change)
    decide_hit(hit_of(jane)[0].public_id, "confirm", "Same birth date", "account:boss", START)
    state, reason = db.session.execute(select(Provider.state, Provider.state_reason).where(Provider.id == jane.id)).one()
    assert (state, "exclusion list" in reason) == ("suspended", True)
    assert count(Change) == before + 1
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert {"exclusions_imported", "exclusion_decided", "provider_suspended"} <= set(verbs)
    assert "Same birth date" not in str(db.session.scalars(select(AuditEntry.details)).all())
    assert list(broken_entries(db.session())) == []


def test_it_is_judged_once(take):
    jane = ProviderFactory(name="Jane Doe", state="suspended")
    take([DOE])
    public_id = hit_of(jane)[0].public_id
    decide_hit(public_id, "confirm", "It is", "account:boss", START)
    with pytest.raises(Conflict):
        decide_hit(public_id, "dismiss", "It is not", "account:boss", START + timedelta(days=1))
    with pytest.raises(NotFound):
        decide_hit("nobody", "dismiss", "x", "account:boss", START)
