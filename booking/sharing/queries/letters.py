"""Drafts and letters that left, as they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from booking.papers.rules.paper import Paper
from booking.sharing.models import LetterDraft, LetterOpening, Release, SentLetter
from booking.sharing.queries.releases import grant_of, recipient_of
from booking.sharing.rules.letters import canonical, paper_from_dict
from booking.sharing.rules.releases import MOST_OPENINGS, Grant, Recipient, why_not_live, why_not_sent
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.vault import vault
from providers.registry.models import Provider

CLOSED = (
    "This letter is not open. The link may be wrong or used up, its time may be over, or the client may have taken the permission back."
)
_DIGEST = "sent letter"


@dataclass(frozen=True)
class Sent:
    """A letter that left: under which release, by whom, when it was opened or printed, and whether it can still be."""

    letter: SentLetter
    release: Release
    person: Person
    provider: Provider
    opened: tuple[datetime, ...]
    open: bool

    @property
    def recipient(self) -> Recipient:
        """To whom."""
        return recipient_of(self.release)

    @property
    def paper(self) -> Paper:
        """Word for word as it left. Raises RuntimeError for one that is not what left."""
        paper = paper_from_dict(self.letter.content)
        if letter_digest(paper) != self.letter.digest:
            raise RuntimeError(f"letter {self.letter.public_id} is not what left")
        return paper


def letter_digest(paper: Paper) -> str:
    """The keyed hash that is kept beside a letter."""
    return vault().fingerprint(canonical(paper), _DIGEST)


def find_draft(session: Session, appointment_id: int) -> LetterDraft | None:
    """What is being written at a visit."""
    draft = select(LetterDraft).where(LetterDraft.appointment_id == appointment_id)
    return session.scalar(draft.execution_options(populate_existing=True))


def letters_of(session: Session, person_id: int, now: datetime, provider_id: int | None = None) -> list[Sent]:
    """What left of a client (by one provider, where named), the newest first."""
    wanted = _joined().where(SentLetter.person_id == person_id)
    return _sent(session, wanted if provider_id is None else wanted.where(SentLetter.provider_id == provider_id), now)


def letters_by(session: Session, provider_id: int, now: datetime) -> list[Sent]:
    """What a provider sent, the newest first."""
    return _sent(session, _joined().where(SentLetter.provider_id == provider_id), now)


def get_own_letter(session: Session, public_id: str, person_id: int, now: datetime) -> Sent:
    """A letter about this client. Raises NotFound."""
    return _one(_sent(session, _joined().where(SentLetter.public_id == public_id, SentLetter.person_id == person_id), now))


def get_letter_of(session: Session, public_id: str, appointment_id: int, now: datetime) -> Sent:
    """A letter that was written at this visit. Raises NotFound."""
    wanted = _joined().where(SentLetter.public_id == public_id, SentLetter.appointment_id == appointment_id)
    return _one(_sent(session, wanted, now))


def find_by_token(session: Session, token_hash: str, now: datetime) -> Sent | None:
    """The letter behind a link, open or not."""
    return next(iter(_sent(session, _joined().where(SentLetter.token_hash == token_hash), now)), None)


def _one(found: list[Sent]) -> Sent:
    if not found:
        raise NotFound("not_found", "There is no such letter.")
    return found[0]


def _joined() -> Select[SentLetter, Release, Person, Provider]:
    rows = select(SentLetter, Release, Person, Provider).join(Release, Release.id == SentLetter.release_id)
    joined = rows.join(Person, Person.id == SentLetter.person_id).join(Provider, Provider.id == SentLetter.provider_id)
    return joined.order_by(SentLetter.sent_at.desc(), SentLetter.id.desc()).execution_options(populate_existing=True)


def _sent(session: Session, wanted: Select[SentLetter, Release, Person, Provider], now: datetime) -> list[Sent]:
    rows = session.execute(wanted).all()
    opened = openings_of(session, [row[0].id for row in rows])
    return [Sent(row[0], row[1], row[2], row[3], opened.get(row[0].id, ()), _is_open(row[0], row[1], opened, now)) for row in rows]


def _is_open(letter: SentLetter, release: Release, opened: dict[int, tuple[datetime, ...]], now: datetime) -> bool:
    left = MOST_OPENINGS - len(opened.get(letter.id, ()))
    return left > 0 and now < letter.open_until_at and why_not_live(grant_of(release), now) is None


def openings_of(session: Session, letter_ids: Collection[int]) -> dict[int, tuple[datetime, ...]]:
    """When each of these letters was opened or printed, in order."""
    found: dict[int, tuple[datetime, ...]] = {}
    rows = select(LetterOpening).where(LetterOpening.letter_id.in_(letter_ids)).order_by(LetterOpening.letter_id, LetterOpening.number)
    for row in session.scalars(rows) if letter_ids else ():
        found[row.letter_id] = (*found.get(row.letter_id, ()), row.opened_at)
    return found


def deeds_under(session: Session, release_id: int) -> list[datetime]:
    """The last times at which a letter left or was opened under a release."""
    letters = select(func.max(SentLetter.sent_at)).where(SentLetter.release_id == release_id)
    opened = select(func.max(LetterOpening.opened_at)).join(SentLetter, SentLetter.id == LetterOpening.letter_id)
    found = (session.scalar(letters), session.scalar(opened.where(SentLetter.release_id == release_id)))
    return [at for at in found if at is not None]


def sharing_findings(session: Session) -> Iterator[str]:
    """Letters that left without a release that was live then and covers each part, that are not what left, or were opened too late."""
    rows = session.execute(select(SentLetter, Release).join(Release, Release.id == SentLetter.release_id).order_by(SentLetter.id)).all()
    opened = openings_of(session, [row[0].id for row in rows])
    for letter, release in rows:
        name, at = f"letter {letter.public_id}", letter.sent_at
        grant, revoked_at = grant_of(release), release.revoked_at
        standing = grant if revoked_at is None or revoked_at < at else _before_revoking(grant)
        reason = why_not_sent(standing, letter.provider_id, letter.person_id, letter.parts, letter.way, at)
        if reason is not None:
            yield f"{name} left without a release that was live: {reason}"
        if letter_digest(paper_from_dict(letter.content)) != letter.digest:
            yield f"{name} is not what left"
        end = min(letter.open_until_at, revoked_at or letter.open_until_at)
        if any(moment > end for moment in opened.get(letter.id, ())):
            yield f"{name} was opened after its end"


def _before_revoking(grant: Grant) -> Grant:
    """The release as it was before it was revoked."""
    return replace(grant, revoked_at=None)
