"""What a therapist writes and sends, on the page and in JSON: the same values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from booking.sharing.forms.releases import PART_WORDS
from booking.sharing.rules.letters import LONGEST_SECTION, LONGEST_WORDS, Section, Words
from booking.sharing.rules.releases import LINK, PARTS, PRINT
from marketplace.webkit.reading import Fields


class WordsForm(FlaskForm):
    """The words of a letter: an opening, a field for each part that is permitted, a closing. An empty part is left out."""

    opening = TextAreaField(_l("Opening"), validators=[Length(max=LONGEST_WORDS)])
    closing = TextAreaField(_l("Closing"), validators=[Length(max=LONGEST_WORDS)])

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(self.opening.data or "", tuple(Section(code, self[code].data or "") for code in self.codes), self.closing.data or "")

    @property
    def codes(self) -> list[str]:
        """The parts that have a field."""
        return [code for code in PARTS if code in self]


def words_form(words: Words, scope: Collection[str]) -> WordsForm:
    """The form, filled with what is being written."""
    fields = {code: TextAreaField(PART_WORDS[code], validators=[Length(max=LONGEST_SECTION)]) for code in PARTS if code in scope}
    texts = {section.code: section.text for section in words.sections}
    form: WordsForm = type("WordsOfPartsForm", (WordsForm,), fields)(data={"opening": words.opening, "closing": words.closing, **texts})
    return form


def read_beginning(body: Mapping[str, Any]) -> str:
    """`{release}`: under which release a letter is begun."""
    fields = Fields(body)
    release: str = fields.text("release", longest=40)
    fields.finish()
    return release


def read_words(body: Mapping[str, Any]) -> Words:
    """`{opening?, sections: [{code, text}], closing?}`."""
    fields = Fields(body)
    opening, closing = (fields.text(name, "", longest=LONGEST_WORDS, blank=True) for name in ("opening", "closing"))
    sections = []
    for row in fields.rows("sections", most=len(PARTS)):
        sections.append(Section(row.choice("code", PARTS) or "", row.text("text", longest=LONGEST_SECTION, blank=True) or ""))
        fields.adopt(row)
    fields.finish()
    return Words(opening or "", tuple(sections), closing or "")


def read_sending(body: Mapping[str, Any]) -> tuple[str, str]:
    """`{way: link|print, checksum}`."""
    fields = Fields(body)
    way, mark = fields.choice("way", (LINK, PRINT)), fields.text("checksum", longest=64)
    fields.finish()
    return way, mark
