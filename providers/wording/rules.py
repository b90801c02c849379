"""The linter of public texts: pure, over word lists that are data.

`advice` is said kindly to whoever writes and blocks nothing. `look` is for a person who checks; the writer never sees it, and it accuses
nobody: a word is a reason to read, no more.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.kernel.errors import Conflict

ADVICE, LOOK = "advice", "look"
OPEN, CLEARED, KEPT = "open", "cleared", "kept"
STATUSES = (OPEN, CLEARED, KEPT)
DECISIONS = (CLEARED, KEPT)
LONGEST_EXCERPT = 160

_NEGATION = re.compile(r"\b(?:no|not|never|nor|none|nobody|nothing|without|cannot|can['’]t|don['’]t|doesn['’]t|won['’]t)\b", re.IGNORECASE)
_WORDS_OF_NEGATION = 6
_ENDS = re.compile(r"[.!?](?=\s|$)|\n")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


@dataclass(frozen=True)
class WordRow:
    """One row of the word list. `unless` anywhere in the text clears it, so does `held_by` the profession; `negatable`: so does a "not".

    `fields` are the kinds of text it reads (name, headline, about, service, answer); empty: all.
    """

    code: str
    severity: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    reason: str
    source: str
    unless: tuple[re.Pattern[str], ...] = ()
    fields: frozenset[str] = frozenset()
    held_by: frozenset[str] = frozenset()
    negatable: bool = False


@dataclass(frozen=True)
class Finding:
    """A word or claim in one text: `field` is where (such as about or answer:approach), `excerpt` the sentence it stands in."""

    code: str
    field: str
    excerpt: str
    severity: str
    reason: str
    source: str

    @property
    def fingerprint(self) -> str:
        """The same for the same words in the same sentence, whatever else of the text changes and in whichever field it stands."""
        folded = re.sub(r"\W+", " ", self.excerpt.casefold()).strip()
        return hashlib.sha256(f"{self.code}|{folded}".encode()).hexdigest()


def lint(texts: Mapping[str, str], profession: str, rows: Iterable[WordRow]) -> tuple[Finding, ...]:
    """What is found in public texts by field, in the order of the fields; each sentence once for a code and severity."""
    kept = [row for row in rows if profession not in row.held_by]
    found = [finding for field, text in texts.items() for row in kept for finding in _found(field, _plain(text), row)]
    return tuple(dict.fromkeys(found))


def next_status(status: str, decision: str) -> str:
    """Where a decision leads a flag. What is cleared stays so; what was kept may be cleared later. Raises Conflict `wrong_state`."""
    if (status, decision) not in ((OPEN, CLEARED), (OPEN, KEPT), (KEPT, CLEARED)):
        raise Conflict("wrong_state", f"This flag is {status}; that step is not possible.")
    return decision


def _plain(text: str) -> str:
    """Compatibility forms folded and invisible characters gone, so that they hide nothing."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


def _found(field: str, text: str, row: WordRow) -> Iterable[Finding]:
    if row.fields and field.partition(":")[0] not in row.fields:
        return
    if any(pattern.search(text) for pattern in row.unless):
        return
    for pattern in row.patterns:
        for match in pattern.finditer(text):
            begin, end = _sentence(text, match.start(), match.end())
            if row.negatable and _negated(text[begin : match.start()]):
                continue
            excerpt = _clipped(text, begin, end, match.start(), match.end())
            yield from (Finding(row.code, field, excerpt, severity, row.reason, row.source) for severity in row.severity)


def _sentence(text: str, begin: int, end: int) -> tuple[int, int]:
    """Where the sentence around a match begins and ends."""
    before = [one.end() for one in _ENDS.finditer(text, 0, begin)]
    after = _ENDS.search(text, end)
    return (before[-1] if before else 0), (after.end() if after else len(text))


def _negated(before: str) -> bool:
    """Whether one of the last words before a claim takes it back."""
    return _NEGATION.search(" ".join(before.split()[-_WORDS_OF_NEGATION:])) is not None


def _clipped(text: str, begin: int, end: int, first: int, last: int) -> str:
    """The sentence; of a long one as much around the match as may be kept."""
    spare = max(LONGEST_EXCERPT - (last - first), 0) // 2
    begin, end = max(begin, first - spare), min(end, last + spare)
    return " ".join(text[begin:end].split())[:LONGEST_EXCERPT]
