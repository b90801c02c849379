"""What the verbs of supervision and review do inside their transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import provider_email
from booking.reviewing.models import NoteReviewStep
from booking.reviewing.queries import Pair, Review
from booking.reviewing.rules.steps import may_follow
from marketplace import audit
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.queries import list_facts, load_policies
from providers.credentials.rules.standing import standing_on
from providers.profiles.queries import get_listed_facts
from providers.registry.models import Provider

NOT_LISTED = "This colleague is not listed here with everything in force today."
READ = "note_review"


def check_colleague(session: Session, colleague: Provider, now: datetime) -> None:
    """Who supervises is listed, with all in force that is required of them everywhere. Raises Refused `not_in_standing`."""
    try:
        get_listed_facts(session, colleague.slug)
    except NotFound:
        raise Refused("not_in_standing", NOT_LISTED) from None
    facts, policies = list_facts(session, colleague.id), load_policies(session)
    if not standing_on(local_day(to_minute(now)), facts, policies, {}, profession=colleague.profession).bookable:
        raise Refused("not_in_standing", NOT_LISTED)


def add_step(session: Session, review: Review, kind: str, actor: str, now: datetime, comments: str = "") -> None:
    """Write down what became of a review; the audit hears that it did. Raises Conflict `wrong_state`."""
    last = review.steps[-1]
    if not may_follow(last.kind, kind):
        raise Conflict("wrong_state", "This note does not wait for that.")
    write_step(session, NewStep(review.review.id, last.number + 1, kind, comments), actor, now)
    record(session, f"review.{kind}", review.review.public_id, actor, now)


@dataclass(frozen=True)
class NewStep:
    """The next step of a review."""

    review_id: int
    number: int
    kind: str
    comments: str = ""


def write_step(session: Session, step: NewStep, actor: str, now: datetime) -> None:
    """The row of a step."""
    content = {"comments": step.comments.strip()}
    session.add(NoteReviewStep(review_id=step.review_id, number=step.number, kind=step.kind, content=content, by=actor, at=now))
    session.flush()


def record(session: Session, verb: str, public_id: str, actor: str, now: datetime) -> None:
    """The audit hears what was done, without a word of it."""
    audit.record(session, audit.Deed(now, actor, verb, verb.partition(".")[0], public_id))


@dataclass(frozen=True)
class News:
    """What happened (a word of the letter), what it is about (told once for each), and where to read it."""

    outcome: str
    key: str
    link: str


def tell(session: Session, pair: Pair, to: Provider, news: News, now: datetime) -> None:
    """A letter to one of the two therapists. It names no client and nothing of a note."""
    facts = {"name": to.name, "other": pair.other(to.id).name, "outcome": news.outcome, "link": news.link}
    enqueue_letter(
        session, key=f"supervision:{news.key}:{news.outcome}", kind="supervision", recipient=provider_email(session, to.id), facts=facts,
        now=now, about=pair.supervision.public_id,
    )  # fmt: skip
