"""Who may read a note.

The therapist who writes it: always, a record of each client is theirs to keep (8 NYCRR 29.2(a)(3)). Its client: once it is signed. A
reviewer whom the therapist asked: the signed note, from when it was offered until they have answered. Nobody else, the staff of the
marketplace included.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTHOR, CLIENT, REVIEWER = "author", "client", "reviewer"
LEVELS = (AUTHOR, CLIENT, REVIEWER)


@dataclass(frozen=True)
class Reader:
    """Whoever asks, beside a note: the provider and the person they are, and whether the note waits for their review."""

    provider_id: int | None = None
    person_id: int | None = None
    reviews: bool = False


def level_of(reader: Reader, author_id: int, client_id: int, *, signed: bool) -> str | None:
    """As what somebody may read a note, or None where they may not."""
    if reader.provider_id is not None and reader.provider_id == author_id:
        return AUTHOR
    if not signed:
        return None
    if reader.person_id is not None and reader.person_id == client_id:
        return CLIENT
    return REVIEWER if reader.provider_id is not None and reader.reviews else None
