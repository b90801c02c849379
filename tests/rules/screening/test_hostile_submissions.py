"""Whatever is sent as a screening is either judged or refused with fields; nothing else ever comes out."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from booking.screening import catalogue
from booking.screening.rules.outcome import SEVERITY, Submission, screen
from marketplace.kernel.errors import Refused
from providers.services import catalogue as services

FORM, BODY, RULES = catalogue.form(), catalogue.body_map(), catalogue.rules()
ASKED = [question.code for question in FORM.questions]
NONE = {question.code: False for question in FORM.questions if question.type == "boolean"}

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 20)
    | st.floats(allow_nan=True)
    | st.text(max_size=6)
    | st.sampled_from(["unsure", "calf_l", "light"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
answers = st.dictionaries(st.sampled_from(ASKED), anything, max_size=4).map(lambda some: {**NONE, **some}) | anything
mark_names = ("region", "intensity", "quality", "depth", "radiates_to", "for")
marks = st.lists(st.dictionaries(st.sampled_from(mark_names), anything, max_size=4) | anything, max_size=3) | anything
concerns = st.lists(st.sampled_from(list(services.conditions())) | anything, max_size=3) | anything


def judged(sent):
    """The outcome, or nothing and the refusal; any other exception is the test's failure."""
    try:
        return screen(sent, FORM, RULES, BODY, services.conditions(), today=date(2026, 12, 3)), None
    except Refused as refusal:
        return None, refusal


@given(answers, marks, concerns)
def test_a_submission(some_answers, some_marks, some_concerns):
    found, refusal = judged(Submission(some_answers, some_marks, some_concerns))
    if found is None:
        assert refusal.code == "invalid_answers"
        assert refusal.faults
        return
    assert found.outcome in SEVERITY
    assert (found.outcome == "clear") is (found.reasons == ())
    assert set(found.barred_regions) <= set(BODY.names)
