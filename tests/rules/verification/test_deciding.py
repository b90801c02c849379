"""Two persons, what was seen, warnings, and what changed between two versions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, FieldFault, Stale
from providers.verification.rules.deciding import Seen, check_day_fault, needs_second_vote, refuse_changed
from providers.verification.rules.versions import Facts, differences
from providers.verification.rules.warnings import Evidence, evidence_day, may_be_one_name, old_evidence, warnings_of

TODAY = date(2027, 1, 12)
FINE = Evidence("Rosa Lindqvist", ("Rosa Lindqvist",), TODAY, True, date(2028, 1, 1))
FACTS = Facts("State", "Rosa Lindqvist", "012345", date(2020, 1, 1), date(2027, 1, 1), {"profession_code": "027"}, "a" * 64)


class TestTwoPersons:
    @pytest.mark.parametrize("first", [None, "account:a", "account:b"])
    def test_without_the_rule_one_is_enough(self, first):
        assert needs_second_vote(first, "account:a", two_persons=False) is False

    def test_the_first_vote_is_kept_and_anothers_counts(self):
        assert needs_second_vote(None, "account:a", two_persons=True) is True
        assert needs_second_vote("account:b", "account:a", two_persons=True) is False

    def test_nobody_is_two_persons(self):
        with pytest.raises(Conflict) as refusal:
            needs_second_vote("account:a", "account:a", two_persons=True)
        assert refusal.value.code == "second_person_required"


class TestWhatWasSeen:
    @pytest.mark.parametrize("seen", [Seen(), Seen(2), Seen(2, "abc"), Seen(None, "abc")])
    def test_what_lies_there_is_decided(self, seen):
        refuse_changed(seen, 2, "abc")

    @pytest.mark.parametrize(
        ("seen", "sha256"), [(Seen(1), "abc"), (Seen(3), "abc"), (Seen(2, "abd"), "abc"), (Seen(2, ""), "abc"), (Seen(2, "abc"), None)]
    )
    def test_what_was_changed_is_not(self, seen, sha256):
        with pytest.raises(Stale) as refusal:
            refuse_changed(seen, 2, sha256)
        assert (refusal.value.code, refusal.value.details["version"]) == ("changed_since", 2)

    def test_no_file_then_and_now_is_no_change(self):
        refuse_changed(Seen(1, ""), 1, None)


@pytest.mark.parametrize(("days", "fine"), [(-1, False), (0, False), (1, True), (366, True), (367, False)])
def test_the_next_look_lies_ahead(days, fine):
    assert (check_day_fault(TODAY + timedelta(days=days), TODAY) is None) == fine


def test_no_day_is_the_kinds_interval():
    assert check_day_fault(None, TODAY) is None


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Rosa Lindqvist", "rosa lindqvist"),
            ("LINDQVIST ROSA M", "Rosa Lindqvist"),
            ("Rosa Maria Lindqvist", "Rosa Lindqvist"),
            ("Rosa M. Lindqvist", "Rosa Lindqvist"),
            ("José Núñez", "Jose Nunez"),
        ],
    )
    def test_one_name(self, one, other):
        assert may_be_one_name(one, other)
        assert may_be_one_name(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Rosa Lindqvist", "Rosa Lindgren"), ("Rosa Lindqvist", "Anna Lindqvist"), ("Rosa", "Rosa Lindqvist"), ("", "Rosa Lindqvist")],
    )
    def test_two_names(self, one, other):
        assert not may_be_one_name(one, other)
        assert not may_be_one_name(other, one)


class TestWarnings:
    def codes(self, **change):
        return [one.code for one in warnings_of(replace(FINE, **change), TODAY, 120)]

    def test_nothing_to_warn_of(self):
        assert self.codes() == []

    @pytest.mark.parametrize(("age", "codes"), [(120, []), (121, ["old_evidence"])])
    def test_evidence_grows_old_after_120_days(self, age, codes):
        assert self.codes(evidence_on=TODAY - timedelta(days=age)) == codes

    @pytest.mark.parametrize(
        ("has_file", "sentence"),
        [
            (True, "The file is 31 days old. After 30 days nothing is verified with it: ask for a new file."),
            (False, "The facts are 31 days old. After 30 days nothing is verified with them: ask for them anew."),
        ],
    )
    def test_the_sentence_says_how_old_and_what_to_do(self, has_file, sentence):
        assert old_evidence(TODAY - timedelta(days=31), TODAY, 30, has_file=has_file) == sentence
        assert old_evidence(TODAY - timedelta(days=30), TODAY, 30, has_file=has_file) is None

    def test_what_has_no_day_has_no_age(self):
        assert old_evidence(None, TODAY, 30, has_file=False) is None

    def test_the_file_counts_before_the_handing_in_and_by_new_yorks_day(self):
        late, early = datetime(2027, 1, 12, 4, 59, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
        assert evidence_day(late, early) == date(2027, 1, 11)
        assert evidence_day(early, late) == evidence_day(None, early) == date(2027, 1, 1)
        assert evidence_day(None, None) is None

    @pytest.mark.parametrize(
        ("change", "codes"),
        [
            ({"holder_name": "Somebody Else"}, ["name_differs"]),
            ({"known_as": ("Rose Lind", "Rosa Lindqvist")}, []),
            ({"known_as": ()}, []),
            ({"used_by": ("Anna",)}, ["number_used_elsewhere"]),
            ({"used_by": ("Anna",), "verified_by_other": True}, ["number_verified_elsewhere"]),
            ({"expires_on": TODAY}, []),
            ({"expires_on": TODAY - timedelta(days=1)}, ["ended"]),
            ({"expires_on": None}, []),
            ({"has_file": False}, ["no_file"]),
            ({"shortfalls": (FieldFault("details.aggregate_cents", "At least $3,000,000 is asked for."),)}, ["insurance_short"]),
        ],
    )
    def test_each_by_itself(self, change, codes):
        assert self.codes(**change) == codes

    def test_the_gravest_first(self):
        assert self.codes(used_by=("Anna",), holder_name="Else", has_file=False) == ["number_used_elsewhere", "name_differs", "no_file"]


class TestVersions:
    def test_nothing_changed(self):
        assert differences(FACTS, FACTS) == ()

    def test_each_change_is_named_with_both_values(self):
        after = replace(FACTS, expires_on=date(2030, 1, 1), details={"per_occurrence_cents": 100_000_000, "covers": ["b", "a"]}, file=None)
        found = {one.name: (one.before, one.after) for one in differences(FACTS, after)}
        assert found == {
            "expires_on": ("2027-01-01", "2030-01-01"),
            "profession_code": ("027", ""),
            "per_occurrence_cents": ("", "$1,000,000"),
            "covers": ("", "a, b"),
            "file": ("earlier file", ""),
        }

    def test_a_new_file_is_named_but_not_shown(self):
        (only,) = differences(FACTS, replace(FACTS, file="b" * 64))
        assert (only.name, only.before, only.after) == ("file", "earlier file", "new file")

    @given(st.sampled_from(["issuer", "holder_name", "number", "issued_on", "expires_on"]))
    def test_there_and_back_is_the_same_change_turned_round(self, name):
        after = replace(FACTS, **{name: None if name != "issuer" else "Else"})
        there, back = differences(FACTS, after), differences(after, FACTS)
        assert [(one.name, one.before, one.after) for one in there] == [(one.name, one.after, one.before) for one in back]
