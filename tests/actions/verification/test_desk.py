"""The checkers' desk in both databases: taking, two persons, versions, standing and looking again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.outbox.models import Letter
from providers.credentials.actions.hand_in import resubmit_credential
from providers.credentials.catalogue import kinds
from providers.credentials.models import Credential, CredentialDecision
from providers.credentials.pillow_port import read_document
from providers.credentials.queries import list_facts
from providers.credentials.rules.drafts import CredentialDraft, Decision
from providers.credentials.rules.policies import table_to_dict
from providers.credentials.rules.standing import in_force
from providers.registry.models import Change
from providers.registry.rules import Owner
from providers.verification.actions.decide import decide_credential
from providers.verification.actions.look import open_credential
from providers.verification.actions.recheck import record_recheck
from providers.verification.actions.standing import change_standing
from providers.verification.actions.take import take_credential, take_next
from providers.verification.queries.desk import Wanted, count_due, list_due, load_page, load_queue
from providers.verification.rules.deciding import Checker, Finding, Recheck, Seen, StandingOrder
from tests.factories import AccountFactory, CredentialDocumentFactory, CredentialFactory, CredentialPolicyFactory, ProviderFactory
from tests.support.clocks import START
from tests.support.racing import race

TODAY = START.date()
LINK = "https://hands.test/provider/credentials"
YES = Decision("verify", "State license page", "REGISTERED", date(2028, 5, 31), "")
NO = Decision("reject", "", "", None, "Blurred")
ASK = Decision("needs_info", "", "", None, "Which state?")
PDF = read_document(b"%PDF-1.7\ntrailer\n%%EOF")
STILL_SO = Recheck("still_so", Finding("State license page", "REGISTERED"))
NO_LONGER = Recheck("no_longer_so", Finding("State license page", "NOT REGISTERED", note="The registration has lapsed."))


def checker_of(account):
    return Checker(account.id, account.name, f"account:{account.public_id}")


@pytest.fixture
def grace(ctx):
    return checker_of(AccountFactory(role="admin", name="Grace Idowu"))


@pytest.fixture
def owen(ctx):
    return checker_of(AccountFactory(role="admin", name="Owen Bartlett"))


def waiting(**facts):
    """A license that waits to be checked."""
    return CredentialFactory(**{"status": "submitted", "verified_at": None, "verified_by": None, "submitted_at": START, **facts})


def decide(credential, decision, checker, **more):
    return decide_credential(credential.public_id, decision, checker, LINK, START, **more)


def meet(ctx, public_id, checkers, **more):
    """They decide yes at the same moment; the session of this test begins anew before and after."""
    db.session.commit()
    ended = race(ctx, [lambda one=one: decide_credential(public_id, YES, one, LINK, START, **more) for one in checkers])
    db.session.rollback()
    return ended


def now_of(credential, *names):
    """Some columns as the database has them."""
    return tuple(db.session.execute(select(*(getattr(Credential, name) for name in names)).where(Credential.id == credential.id)).one())


def letters():
    return [(letter.kind, letter.facts["decision"]) for letter in db.session.scalars(select(Letter).order_by(Letter.id))]


def made():
    """What was decided, in order, with the version it was about."""
    rows = db.session.execute(select(CredentialDecision.decision, CredentialDecision.version).order_by(CredentialDecision.id))
    return [tuple(row) for row in rows]


def owner_of(provider):
    return Owner(provider.account_id, provider.name, "account:owner")


def anew(credential, provider, number="054321", document=None):
    """The owner hands in new facts."""
    draft = CredentialDraft("license", "State", provider.name, number, date(2025, 1, 1), date(2028, 5, 31), {})
    return resubmit_credential(owner_of(provider), credential.public_id, draft, document, START)


class TestTaking:
    def test_it_lies_on_one_table_for_half_an_hour(self, grace, owen):
        credential = waiting()
        take_credential(credential.public_id, grace, START)
        assert now_of(credential, "status", "taken_by", "taken_at") == ("under_review", grace.actor, START)
        with pytest.raises(Conflict) as refusal:
            take_credential(credential.public_id, owen, START + timedelta(minutes=29, seconds=59))
        assert refusal.value.code == "taken"
        assert "Grace Idowu" in refusal.value.sentence
        take_credential(credential.public_id, owen, START + timedelta(minutes=30))
        assert now_of(credential, "taken_by") == (owen.actor,)

    def test_ones_own_is_taken_again_from_now(self, grace):
        credential = waiting()
        for minutes in (0, 20):
            take_credential(credential.public_id, grace, START + timedelta(minutes=minutes))
        assert now_of(credential, "taken_at") == (START + timedelta(minutes=20),)

    @pytest.mark.parametrize("status", ["draft", "verified", "needs_info", "rejected", "suspended", "revoked", "withdrawn"])
    def test_what_does_not_wait_is_not_taken(self, grace, status):
        credential = waiting(status=status)
        with pytest.raises(Conflict) as refusal:
            take_credential(credential.public_id, grace, START)
        assert refusal.value.code == "wrong_state"

    def test_the_next_one_is_the_first_that_lies_on_no_other_table(self, grace, owen):
        first, second = waiting(submitted_at=START - timedelta(hours=2)), waiting(submitted_at=START - timedelta(hours=1))
        assert take_next(Wanted(), grace, START) == first.public_id
        assert take_next(Wanted(), owen, START) == second.public_id
        assert take_next(Wanted(), AND_A_THIRD, START) is None
        assert take_next(Wanted(), AND_A_THIRD, START + timedelta(minutes=30)) == first.public_id

    def test_the_next_one_is_of_the_kind_that_is_wanted(self, grace):
        waiting(submitted_at=START - timedelta(hours=2))
        certificate = waiting(kind="certificate")
        assert take_next(Wanted(kind="certificate"), grace, START) == certificate.public_id

    def test_a_decision_clears_the_table(self, grace):
        credential = waiting()
        take_credential(credential.public_id, grace, START)
        decide(credential, NO, grace)
        assert now_of(credential, "status", "taken_by", "taken_at") == ("rejected", None, None)

    def test_two_who_ask_at_once_get_two(self, ctx, grace, owen):
        credentials = [waiting().public_id for _ in range(2)]
        db.session.commit()
        taken = []
        race(ctx, [lambda one=one: taken.append(take_next(Wanted(), one, START)) for one in (grace, owen)])
        assert sorted(taken) == sorted(credentials)


AND_A_THIRD = Checker(0, "Third", "account:third")


class TestQueue:
    def test_a_renewal_that_ends_soon_comes_first(self, ctx):
        provider = ProviderFactory()
        CredentialFactory(provider=provider, valid_until=TODAY + timedelta(days=14))
        old, renewal = waiting(submitted_at=START - timedelta(days=9)), waiting(provider=provider, version=2)
        later = ProviderFactory()
        CredentialFactory(provider=later, valid_until=TODAY + timedelta(days=15))
        not_yet = waiting(provider=later, version=2, submitted_at=START - timedelta(days=8))
        assert [one.public_id for one in load_queue(db.session(), Wanted(), TODAY)] == [renewal.public_id, old.public_id, not_yet.public_id]

    def test_anothers_version_and_another_kind_make_nothing_urgent(self, ctx):
        provider = ProviderFactory()
        CredentialFactory(provider=provider, kind="liability_insurance", valid_until=TODAY)
        CredentialFactory(valid_until=TODAY)
        waiting(provider=provider)
        assert [one.held_until for one in load_queue(db.session(), Wanted(), TODAY)] == [None]

    def test_a_page_goes_on_behind_what_has_been_decided_meanwhile(self, grace):
        made = [waiting(submitted_at=START + timedelta(hours=hours)) for hours in range(5)]
        first = load_page(db.session(), Wanted(), None, TODAY, 2)
        decide(made[1], NO, grace)
        second = load_page(db.session(), Wanted(), first.last, TODAY, 2)
        third = load_page(db.session(), Wanted(), second.last, TODAY, 2)
        assert [row.credential.id for page in (first, second, third) for row in page.rows] == [one.id for one in made]
        assert third.last is None


class TestTwoPersons:
    def test_the_first_vote_is_kept_and_another_persons_counts(self, grace, owen):
        credential = waiting()
        decide(credential, YES, grace, two_persons=True)
        assert now_of(credential, "status", "first_verified_by", "verified_at") == ("under_review", grace.actor, None)
        assert letters() == []
        with pytest.raises(Conflict) as refusal:
            decide(credential, YES, grace, two_persons=True)
        assert refusal.value.code == "second_person_required"
        decide(credential, YES, owen, two_persons=True)
        assert now_of(credential, "status", "first_verified_by", "verified_by") == ("verified", None, "Grace Idowu and Owen Bartlett")
        assert letters() == [("credential_decided", "verify")]
        assert made() == [("first_verify", 1), ("verify", 1)]

    @pytest.mark.parametrize(("no", "status"), [(NO, "rejected"), (ASK, "needs_info")])
    def test_a_no_forgets_the_first_vote(self, grace, owen, no, status):
        credential = waiting()
        decide(credential, YES, grace, two_persons=True)
        decide(credential, no, owen, two_persons=True)
        assert now_of(credential, "status", "first_verified_by") == (status, None)

    def test_whoever_verified_first_may_still_say_no(self, grace):
        credential = waiting()
        decide(credential, YES, grace, two_persons=True)
        decide(credential, NO, grace, two_persons=True)
        assert now_of(credential, "status") == ("rejected",)

    def test_new_facts_forget_the_first_vote(self, grace, owen):
        provider = ProviderFactory()
        credential = waiting(provider=provider)
        decide(credential, YES, grace, two_persons=True)
        new = anew(credential, provider)
        assert (new.status, new.first_verified_by) == ("submitted", None)
        decide_credential(new.public_id, YES, owen, LINK, START, two_persons=True)
        assert now_of(new, "status", "first_verified_by") == ("under_review", owen.actor)

    def test_where_the_rule_is_off_one_is_enough_whoever_began(self, grace):
        credential = waiting()
        decide(credential, YES, grace, two_persons=True)
        decide(credential, YES, grace)
        assert now_of(credential, "status", "first_verified_by", "verified_by") == ("verified", None, "Grace Idowu")

    def test_a_first_vote_passes_the_same_checks(self, grace):
        credential = waiting(expires_on=None, valid_until=None)
        with pytest.raises(Refused):
            decide(credential, Decision("verify", "State", "x", None, ""), grace, two_persons=True)
        assert now_of(credential, "status", "first_verified_by") == ("submitted", None)

    def test_two_at_the_same_moment_are_a_first_and_a_second(self, ctx, grace, owen):
        """Whoever comes second sees the first vote, on both databases: never two first votes, never two letters."""
        for _ in range(3):
            credential = waiting()
            before = len(letters())
            assert meet(ctx, credential.public_id, (grace, owen), two_persons=True) == {"done": 2}
            assert now_of(credential, "status", "first_verified_by") == ("verified", None)
            assert len(letters()) == before + 1

    def test_one_person_twice_at_the_same_moment_is_one_vote(self, ctx, grace):
        credential = waiting()
        ended = meet(ctx, credential.public_id, (grace, grace), two_persons=True)
        assert ended == {"done": 1, "second_person_required": 1}
        assert now_of(credential, "status") == ("under_review",)

    def test_without_the_rule_two_at_the_same_moment_are_one_decision(self, ctx, grace, owen):
        credential = waiting()
        ended = meet(ctx, credential.public_id, (grace, owen))
        assert ended == {"done": 1, "wrong_state": 1}
        assert letters() == [("credential_decided", "verify")]


class TestVersions:
    def test_a_decision_on_an_older_version_is_refused(self, grace):
        provider = ProviderFactory()
        credential = waiting(provider=provider)
        new = anew(credential, provider)
        with pytest.raises(Stale) as refusal:
            decide_credential(new.public_id, YES, grace, LINK, START, seen=Seen(1))
        assert (refusal.value.code, refusal.value.details["version"]) == ("changed_since", 2)
        assert now_of(new, "status") == ("submitted",)
        assert decide_credential(new.public_id, YES, grace, LINK, START, seen=Seen(2)).status == "verified"

    def test_a_decision_on_another_file_is_refused(self, grace):
        credential = waiting()
        file = CredentialDocumentFactory(credential=credential)
        for sha256 in ("", "b" * 64):
            with pytest.raises(Stale):
                decide(credential, YES, grace, seen=Seen(1, sha256))
        assert decide(credential, YES, grace, seen=Seen(1, file.sha256)).status == "verified"
        kept = db.session.execute(select(CredentialDecision.version, CredentialDecision.document_sha256)).one()
        assert tuple(kept) == (1, file.sha256)

    def test_what_changed_and_what_was_decided_before_is_shown(self, grace):
        provider = ProviderFactory(name="Rosa Lindqvist", legal_name="Rosa M. Lindqvist")
        credential = waiting(provider=provider, plain_number="012345", issuer="State")
        decide(credential, ASK, grace)
        new = anew(credential, provider)
        opened = open_credential(new.public_id, grace.actor, START)
        assert ("number", "012345", "054321") in [(one.name, one.before, one.after) for one in opened.changes]
        assert [(one.decision.decision, one.decision.version, one.by) for one in opened.decisions] == [("needs_info", 1, "Grace Idowu")]
        assert [(one.version, one.status) for one in opened.earlier] == [(1, "withdrawn")]
        assert [one.code for one in opened.warnings] == ["no_file"]

    def test_a_number_used_elsewhere_is_warned_of(self, grace):
        CredentialFactory(provider=ProviderFactory(name="Anna Known"), kind="liability_insurance", plain_number="PL-1")
        credential = waiting(kind="liability_insurance", plain_number="PL-1")
        (first, *_) = open_credential(credential.public_id, grace.actor, START).warnings
        assert first.code == "number_verified_elsewhere"
        assert "Anna Known" in first.sentence

    def test_old_evidence_is_warned_of(self, grace):
        credential = waiting()
        CredentialDocumentFactory(credential=credential, uploaded_at=START - timedelta(days=121))
        assert [one.code for one in open_credential(credential.public_id, grace.actor, START).warnings] == ["old_evidence"]


class TestOldEvidence:
    def old(self, days, **facts):
        credential = waiting(**facts)
        CredentialDocumentFactory(credential=credential, uploaded_at=START - timedelta(days=days))
        return credential

    def test_after_120_days_it_verifies_nothing_whatever_is_noted(self, grace):
        credential = self.old(121)
        with pytest.raises(Refused) as refusal:
            decide(credential, replace(YES, note="Seen by myself"), grace)
        assert (refusal.value.code, refusal.value.details) == (
            "evidence_too_old",
            {"evidence_on": str(TODAY - timedelta(days=121)), "document_days": 120},
        )
        assert "121 days old" in refusal.value.sentence
        assert now_of(credential, "status", "verified_source") == ("submitted", "Public register")
        assert (letters(), made()) == ([], [])

    def test_on_the_last_day_it_does(self, grace):
        assert decide(self.old(120), YES, grace).status == "verified"

    @pytest.mark.parametrize(("decision", "status"), [(ASK, "needs_info"), (NO, "rejected")])
    def test_it_can_be_asked_about_and_rejected(self, grace, decision, status):
        assert decide(self.old(500), decision, grace).status == status

    def test_without_a_file_the_day_of_handing_in_counts(self, grace):
        assert decide(waiting(submitted_at=START - timedelta(days=120)), YES, grace).status == "verified"
        with pytest.raises(Refused, match="The facts are 121 days old"):
            decide(waiting(submitted_at=START - timedelta(days=121)), YES, grace)

    def test_new_facts_with_the_old_file_do_not_make_it_younger_and_a_new_file_does(self, grace):
        provider = ProviderFactory(name="Rosa Lindqvist")
        credential = self.old(130, provider=provider)
        decide(credential, ASK, grace)
        again = anew(credential, provider)
        with pytest.raises(Refused, match="The file is 130 days old"):
            decide(again, YES, grace)
        decide(again, ASK, grace)
        assert decide(anew(again, provider, document=PDF), YES, grace).status == "verified"

    def test_both_of_two_votes_must_pass(self, grace, owen):
        credential = self.old(120)
        decide(credential, YES, grace, two_persons=True)
        with pytest.raises(Refused, match="121 days old"):
            decide_credential(credential.public_id, YES, owen, LINK, START + timedelta(days=1), two_persons=True)
        assert now_of(credential, "status") == ("under_review",)

    def test_the_policy_of_the_day_says_how_old_it_may_be(self, grace):
        stricter = table_to_dict(replace(kinds(), document_days=30))
        CredentialPolicyFactory(version=2, effective_from=TODAY, table=stricter)
        with pytest.raises(Refused, match="After 30 days"):
            decide(self.old(31), YES, grace)


class TestStanding:
    @pytest.mark.parametrize(
        ("status", "action", "after"),
        [
            ("verified", "suspend", "suspended"),
            ("suspended", "reinstate", "verified"),
            ("verified", "revoke", "revoked"),
            ("suspended", "revoke", "revoked"),
        ],
    )
    def test_each_way_with_a_letter_a_record_and_a_note_to_the_feed(self, grace, status, action, after):
        credential = CredentialFactory(status=status)
        before = db.session.scalar(select(func.count()).select_from(Change))
        change_standing(credential.public_id, StandingOrder(action, "Complaint 12"), grace, LINK, START)
        assert now_of(credential, "status") == (after,)
        assert letters() == [("credential_standing", action)]
        assert db.session.scalar(select(Letter)).facts["note"] == "Complaint 12"
        assert made() == [(action, 1)]
        assert f"credential_{action}" in db.session.scalars(select(AuditEntry.verb)).all()
        assert db.session.scalar(select(func.count()).select_from(Change)) == before + 1

    @pytest.mark.parametrize(
        ("status", "action"),
        [
            *(
                (status, "suspend")
                for status in ("draft", "submitted", "under_review", "needs_info", "rejected", "suspended", "revoked", "withdrawn")
            ),
            *(
                (status, "reinstate")
                for status in ("draft", "submitted", "under_review", "needs_info", "rejected", "verified", "revoked", "withdrawn")
            ),
            *((status, "revoke") for status in ("draft", "submitted", "under_review", "needs_info", "rejected", "revoked", "withdrawn")),
        ],
    )
    def test_nothing_else_leads_there(self, grace, status, action):
        credential = CredentialFactory(status=status)
        with pytest.raises(Conflict) as refusal:
            change_standing(credential.public_id, StandingOrder(action, "x"), grace, LINK, START)
        assert (refusal.value.code, now_of(credential, "status"), letters()) == ("wrong_state", (status,), [])

    def test_it_counts_from_that_second_on_and_back(self, grace):
        credential = CredentialFactory()
        assert in_force(TODAY, list_facts(db.session(), credential.provider_id), "license")
        change_standing(credential.public_id, StandingOrder("suspend", "x"), grace, LINK, START)
        assert not in_force(TODAY, list_facts(db.session(), credential.provider_id), "license")
        change_standing(credential.public_id, StandingOrder("reinstate", "x"), grace, LINK, START)
        assert in_force(TODAY, list_facts(db.session(), credential.provider_id), "license")

    def test_what_is_not_there_is_missing(self, grace):
        with pytest.raises(NotFound):
            change_standing("nobody", StandingOrder("suspend", "x"), grace, LINK, START)


class TestLookingAgain:
    def due(self, **facts):
        return CredentialFactory(**{"next_check_on": TODAY, **facts})

    @pytest.mark.parametrize(
        ("facts", "listed"),
        [
            ({}, True),
            ({"next_check_on": TODAY - timedelta(days=9)}, True),
            ({"next_check_on": TODAY + timedelta(days=1)}, False),
            ({"next_check_on": None}, False),
            ({"valid_until": TODAY}, True),
            ({"valid_until": TODAY - timedelta(days=1)}, False),
            ({"valid_until": None, "expires_on": None}, True),
            ({"status": "suspended"}, False),
            ({"status": "submitted"}, False),
        ],
    )
    def test_what_is_in_force_and_whose_day_has_come(self, ctx, facts, listed):
        self.due(**facts)
        assert len(list_due(db.session(), TODAY, None, 10)) == count_due(db.session(), TODAY) == int(listed)

    def test_the_longest_overdue_first_and_pages_follow(self, grace):
        made = [self.due(next_check_on=TODAY - timedelta(days=days)) for days in (0, 3, 3, 1)]
        expected = [made[1].id, made[2].id, made[3].id, made[0].id]
        first = [row.credential.id for row in list_due(db.session(), TODAY, None, 2)][:2]
        second = [row.credential.id for row in list_due(db.session(), TODAY, first[-1], 2)][:2]
        assert first + second == expected

    @pytest.mark.parametrize(("kind", "days"), [("license", 30), ("liability_insurance", 30), ("background_check", 365)])
    def test_still_so_moves_the_next_look_by_the_kinds_interval(self, grace, kind, days):
        credential = self.due(kind=kind)
        record_recheck(credential.public_id, STILL_SO, grace, LINK, START)
        assert now_of(credential, "status", "next_check_on") == ("verified", TODAY + timedelta(days=days))
        assert (letters(), made()) == ([], [("still_so", 1)])

    def test_the_next_look_is_never_after_the_end(self, grace):
        credential = self.due(valid_until=TODAY + timedelta(days=5))
        record_recheck(credential.public_id, STILL_SO, grace, LINK, START)
        assert now_of(credential, "next_check_on") == (TODAY + timedelta(days=5),)

    def test_a_day_that_was_chosen_is_kept(self, grace):
        credential = self.due()
        chosen = TODAY + timedelta(days=7)
        record_recheck(credential.public_id, Recheck("still_so", Finding("State", "x", next_check_on=chosen)), grace, LINK, START)
        assert now_of(credential, "next_check_on") == (chosen,)

    def test_no_longer_so_suspends_with_a_letter(self, grace):
        credential = self.due()
        record_recheck(credential.public_id, NO_LONGER, grace, LINK, START)
        assert now_of(credential, "status") == ("suspended",)
        assert letters() == [("credential_standing", "suspend")]
        assert made() == [("no_longer_so", 1)]

    @pytest.mark.parametrize(
        "status", ["draft", "submitted", "under_review", "needs_info", "rejected", "suspended", "revoked", "withdrawn"]
    )
    @pytest.mark.parametrize("recheck", [STILL_SO, NO_LONGER])
    def test_what_is_not_in_force_is_not_looked_at_again(self, grace, status, recheck):
        credential = self.due(status=status)
        with pytest.raises(Conflict) as refusal:
            record_recheck(credential.public_id, recheck, grace, LINK, START)
        assert (refusal.value.code, now_of(credential, "status")) == ("wrong_state", (status,))


def test_a_new_file_starts_again_what_was_verified_while_the_old_version_stands(grace):
    provider = ProviderFactory()
    credential = CredentialFactory(provider=provider, plain_number="012345")
    draft = CredentialDraft("license", "State", provider.name, "012345", date(2025, 1, 1), date(2028, 5, 31), {})
    new = resubmit_credential(owner_of(provider), credential.public_id, draft, PDF, START)
    assert (new.status, new.version, now_of(credential, "status")) == ("submitted", 2, ("verified",))
    assert [item.public_id for item in load_queue(db.session(), Wanted(), TODAY)] == [new.public_id]
