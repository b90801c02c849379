"""The linter of public texts: what it finds, and above all what it leaves alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.demo import catalogue as demo
from marketplace.kernel.errors import Conflict
from providers.services.catalogue import conditions, techniques
from providers.wording.catalogue import advice_on, words
from providers.wording.rules import LONGEST_EXCERPT, STATUSES, lint, next_status

INNOCENT = [
    "Deep tissue, prenatal and oncology massage, each with its certificate.",
    "You get a Good Faith Estimate (GFE) before the first visit.",
    "The GFE is a Good Faith Estimate.",
    "I cannot promise a cure, and nobody should.",
    "There is no guarantee that it helps.",
    "I do not quote a success rate.",
    "It may help with pain and function.",
    "It may help you relax; this is not a relaxation massage.",
    "Massage does not remove toxins.",
    "I work with physical therapists and with your doctor, when you allow it.",
    "I trained beside a physical therapist for six years.",
    "As a physical therapist's neighbor I learned to ask first.",
    "Your doctor may ask for a note.",
    "With a doctor's clearance I work near the scar.",
    "It works best on a slow day, and I do my best to be on time.",
    "The best time to reach me is the morning.",
    "Free cancellation up to 24 hours before.",
    "Rest for 24 hours after the visit.",
    "Please give 24 hours' notice.",
    "Pain that keeps you up all night belongs to a physician.",
    "You can pay by cash or card.",
    "I see evening clients until 10 PM.",
    "Trigger point release and myofascial release.",
    "Release of tension in the neck is what we look for.",
    "I take photos of your posture only with your consent.",
    "Sessions last 45-60 minutes; the studio is on West 34-36 Street.",
    "My NPI is 1234567893.",
    "I secure the table; the linen is fresh.",
    "I work on healed scars and on the healing of your trust.",
    "No rushing: you set the limit.",
    "Full-service clinic with two physical therapists.",
    "I am a licensed massage therapist and work in a doctor's office.",
    "I am a member of a study group with a nurse and an acupuncturist.",
    "Four years of hospital work. Hands-on practice since 2014.",
    "Lymphatic drainage after surgery, with clearance.",
    "Draping is always used; only the area we work on is uncovered.",
    "Women, men and everybody else are welcome.",
    "Ask your insurer whether a plan pays.",
    "I keep the state's hours of continuing education.",
    "Craniosacral work, hot stone and cupping.",
    "I write to your physician at your request.",
    "I have lived in Queens, N.Y. since 2010.",
]

FOUND = [
    ("I guarantee relief in one session.", "guarantee", {"advice", "look"}),
    ("Your money-back promise.", "guarantee", {"advice", "look"}),
    ("This cures migraines.", "cure", {"advice", "look"}),
    ("My hands heal your back.", "cure", {"advice", "look"}),
    ("I treat the root cause of your pain.", "effect", {"advice"}),
    ("Clinically proven to work.", "effect", {"advice"}),
    ("Breaks up scar tissue.", "effect", {"advice"}),
    ("The best massage in Manhattan.", "superiority", {"advice"}),
    ("NYC's best hands.", "superiority", {"advice"}),
    ("The #1 studio downtown.", "superiority", {"advice"}),
    ("My success rate is 98%.", "success_rate", {"advice", "look"}),
    ("95% of my clients leave without pain.", "success_rate", {"advice", "look"}),
    ("Most plans: covered by your insurance.", "insurance_promise", {"advice"}),
    ("I am a trained physical therapist.", "title_physical_therapist", {"advice", "look"}),
    ("As a doctor, I know necks.", "title_doctor", {"advice", "look"}),
    ("Your masseuse in Chelsea.", "old_title", {"advice"}),
    ("Let me pamper you.", "spa_words", {"advice"}),
    ("A relaxation massage like no other.", "spa_words", {"advice"}),
    ("Flushes toxins from your body.", "toxins", {"advice"}),
    ("A full detox.", "toxins", {"advice"}),
    ("Happy endings.", "coded_words", {"look"}),
    ("Sensual touch for busy people.", "coded_words", {"look"}),
    ("Full service.", "coded_words", {"look"}),
    ("GFE on request.", "coded_words", {"look"}),
    ("Body rub by new girls.", "coded_words", {"look"}),
    ("No rules here.", "no_rules", {"look"}),
    ("Discreet entrance.", "no_rules", {"look"}),
    ("Open 24/7.", "all_night", {"look"}),
    ("We are open all night.", "all_night", {"look"}),
    ("24 hours a day.", "all_night", {"look"}),
    ("Real pics, 100% real.", "photos", {"look"}),
    ("See my photos.", "photos", {"look"}),
    ("Text me on WhatsApp.", "contact", {"advice", "look"}),
    ("Call (212) 555-0147.", "contact", {"advice", "look"}),
    ("Call 2125550147 now.", "contact", {"advice", "look"}),
    ("Write to rosa@example.org.", "contact", {"advice", "look"}),
    ("More at www.rosa.example.", "contact", {"advice", "look"}),
    ("Cash only.", "cash_only", {"look"}),
    ("Tips are expected.", "cash_only", {"look"}),
    ("Gentlemen only.", "clientele", {"look"}),
]


def found(text, profession="lmt", field="about"):
    return lint({field: text}, profession, words())


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_sentences_are_left_alone(text):
    assert [(one.code, one.severity, one.excerpt) for one in found(text)] == []


@pytest.mark.parametrize(("text", "code", "severities"), FOUND)
def test_what_is_found_and_for_whom(text, code, severities):
    hits = found(text)
    assert {one.code for one in hits} == {code}
    assert {one.severity for one in hits} == severities
    assert all(one.excerpt == text for one in hits)


def test_every_code_of_the_list_is_found_somewhere_in_these_tables():
    seen = {code for _text, code, _severities in FOUND} | {"title_chiropractor", "title_nurse"}
    assert {row.code for row in words()} == seen


@pytest.mark.parametrize("name", ["Dr. Rosa Lindqvist", "dr Lindqvist", "Doctor Rosa"])
def test_a_title_before_the_name_belongs_to_those_who_hold_it(name):
    assert {one.code for one in found(name, field="name")} == {"title_doctor"}
    assert found(name, "physician", "name") == ()
    assert found(name, field="about") == ()


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("I am a physical therapist.", "pt"),
        ("I am a chiropractor.", "chiropractor"),
        ("I am a registered nurse", "nurse"),
        ("As a doctor, I ask first.", "podiatrist"),
    ],
)
def test_titles_may_be_used_by_those_who_hold_them(text, holder):
    assert found(text, "lmt")
    assert found(text, holder) == ()


def test_the_excerpt_is_the_sentence_and_a_long_one_is_cut_around_the_words():
    text = "I work slowly. Cash only, please. Ask me."
    assert found(text)[0].excerpt == "Cash only, please."
    long = "word " * 60 + "cash only " + "word " * 60
    (hit,) = found(long)
    assert "cash only" in hit.excerpt
    assert len(hit.excerpt) <= LONGEST_EXCERPT


def test_letters_that_hide_do_not():
    assert found("ca\u200bsh on\u00adly")
    assert found("\uff23ash only")  # a full-width C


def test_the_fingerprint_is_the_sentences_whatever_else_changes():
    one, other = found("Cash only. I like necks.")[0], found("I like backs.  CASH ONLY!", field="headline")[0]
    assert one.fingerprint == other.fingerprint
    assert found("Cash only on Mondays.")[0].fingerprint != one.fingerprint


def test_a_no_far_away_or_in_another_sentence_takes_nothing_back():
    assert found("No. I guarantee it.")
    assert found("There are no stairs in my building, which is on a quiet street, and I guarantee relief.")


def test_advice_never_holds_what_only_a_person_looks_at():
    assert advice_on({"about": "Cash only. No rules."}, "lmt") == ()
    assert {one.code for one in advice_on({"about": "I guarantee it."}, "lmt")} == {"guarantee"}


def test_our_own_words_are_innocent():
    ours = [row.name for row in techniques().values()] + [row.words for row in techniques().values()]
    ours += [row.name for row in conditions().values()]
    sample = demo.words()
    ours += [text for focus in sample.focuses for text in (focus.service, *focus.headlines, *focus.sentences)]
    ours += [text for texts in sample.answers.values() for text in texts]
    assert [(text, one.code) for text in ours for one in found(text)] == []


def test_every_row_says_why_and_whence():
    for row in words():
        assert row.reason.endswith(".")
        assert row.source
        assert set(row.severity) <= {"advice", "look"}


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_excerpt_stands_in_it(text):
    for one in found(text):
        assert one.excerpt
        assert len(one.excerpt) <= LONGEST_EXCERPT


@given(st.sampled_from([row[0] for row in FOUND]), st.sampled_from(INNOCENT), st.sampled_from(INNOCENT))
def test_what_is_found_alone_is_found_between_innocent_sentences(text, before, after):
    unless = re.compile("estimate|full-service", re.IGNORECASE)
    if unless.search(before + after):
        return
    alone = {one.fingerprint for one in found(text)}
    assert {one.fingerprint for one in found(f"{before} {text} {after}")} == alone


def test_a_flag_is_cleared_once_and_for_good():
    allowed = {(status, decision) for status in STATUSES for decision in STATUSES if _allowed(status, decision)}
    assert allowed == {("open", "cleared"), ("open", "kept"), ("kept", "cleared")}


def _allowed(status, decision):
    try:
        return next_status(status, decision) == decision
    except Conflict:
        return False
