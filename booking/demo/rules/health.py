"""Health answers of people in a few plain situations, judged by the real rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from booking.screening.rules.form import BOOLEAN, BodyMap, Form, Rule
from booking.screening.rules.outcome import Submission, outcome_to_dict, screen
from marketplace.kernel.walltime import NEW_YORK
from providers.services.rules.matching import Condition, Technique

CLEARANCE = "clearance"
SITUATIONS: Mapping[str, Mapping[str, object]] = {
    "clear": {"pain_now": 5, "pressure_wish": "medium"},
    "mild": {"pain_now": 2, "pressure_wish": "light"},
    "restricted": {"pain_now": 4, "varicose": True, "affected_region": ["calf_l"]},
    CLEARANCE: {"pain_now": 3, "surgery_recent": True, "affected_region": ["knee_front_r"]},
}
"""What people in each situation answer; every other question is answered with no."""


@dataclass(frozen=True)
class Screened:
    """Answers as they are kept, and what the rules made of them on a day."""

    answers: Mapping[str, Any]
    outcome: str
    result: Mapping[str, Any]
    valid_until_at: datetime
    form_version: str


class Desk:
    """Judges situations, each once a day. The tables are those of the screening and of the services."""

    def __init__(
        self, form: Form, rules: Mapping[str, Rule], body: BodyMap, conditions: Mapping[str, Condition], techniques: Mapping[str, Technique]
    ) -> None:
        self.form, self.rules, self.body, self.conditions, self.techniques = form, rules, body, conditions, techniques
        self._known: dict[tuple[str, object], Screened] = {}

    def screened(self, situation: str, at: datetime) -> Screened:
        """What answering at an instant gives."""
        key = situation, at.astimezone(NEW_YORK).date()
        if key not in self._known:
            self._known[key] = self._judge(*key)
        return self._known[key]

    def _judge(self, situation: str, today: Any) -> Screened:
        answers: dict[str, object] = {
            question.code: False for question in self.form.questions if question.type == BOOLEAN and not question.only_if
        }
        answers |= SITUATIONS[situation]
        outcome = screen(Submission(answers), self.form, self.rules, self.body, self.conditions, today=today)
        barred = [code for code, technique in self.techniques.items() if outcome.bars(technique)]
        return Screened(
            answers={"answers": answers, "region_marks": [], "concerns": []},
            outcome=outcome.outcome,
            result={**outcome_to_dict(outcome), "barred_techniques": barred},
            valid_until_at=datetime.combine(outcome.valid_until + timedelta(days=1), time(), NEW_YORK),
            form_version=outcome.form_version,
        )
