"""The one door to fpdf: a paper as a PDF, with the title set and the text in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from booking.papers.rules.paper import Paper, Party, Table
from booking.papers.rules.typed import Sheet

# Latin, Greek and Cyrillic letters; others have no glyph here and are left to the page.
_FONTS = files("font_source_sans_pro") / "files"
_FAMILY = "Source Sans Pro"
_BODY, _SMALL, _TITLE = 10, 8.5, 18
_LINE = 5.2
# Shares of the line.
_WIDTHS, _WIDE = {"Date": 26, "Code": 24, "Minutes": 20, "Units": 24, "Amount": 24, "Change": 24, "Balance": 24}, 80
_NUMBERS = frozenset({"Amount", "Change", "Balance"})
_NEXT: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


_UNKNOWN = "?"
_LEFT_OUT = "Some letters of a name cannot be printed in this file and stand as a question mark. The page of this paper shows them."


def pdf_of(paper: Paper) -> bytes:
    """Letter-sized pages; the table goes on over pages with its heading. Letters that the font lacks are said to be left out."""
    paper = printable(paper)
    pdf = _new(paper)
    pdf.set_font(_FAMILY, "B", _TITLE)
    pdf.cell(0, 10, paper.title, **_NEXT)
    pdf.set_font(_FAMILY, "", _SMALL)
    pdf.cell(0, _LINE, f"No. {paper.number}", **_NEXT)
    pdf.ln(3)
    for label, value in paper.facts:
        pdf.set_font(_FAMILY, "B", _BODY)
        pdf.cell(45, _LINE, label)
        pdf.set_font(_FAMILY, "", _BODY)
        pdf.multi_cell(0, _LINE, value, **_NEXT)
    pdf.ln(3)
    for party in paper.parties:
        _party(pdf, party)
    if paper.table is not None:
        _table(pdf, paper.table)
    pdf.set_font(_FAMILY, "", _SMALL)
    for notice in paper.notices:
        pdf.multi_cell(0, 4.4, notice, **_NEXT)
        pdf.ln(1.2)
    return bytes(pdf.output())


def typed_pdf(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Letter-sized pages with texts exactly where they were placed; those of one pitch in the printer's own Courier."""
    pdf = FPDF(unit="pt", format="letter")
    pdf.set_title(title)
    pdf.set_lang("en-US")
    pdf.set_auto_page_break(auto=False)
    pdf.add_font(_FAMILY, "", str(_FONTS / "SourceSansPro-Regular.ttf"))
    pdf.set_line_width(0.3)
    for sheet in sheets:
        pdf.add_page()
        for frame in sheet.frames:
            pdf.rect(frame.x, frame.y, frame.width, frame.height)
        for typed in sheet.texts:
            pdf.set_font("Courier" if typed.pitched else _FAMILY, "", typed.size)
            pdf.text(typed.x, typed.y, typed.text)
    return bytes(pdf.output())


def printable(paper: Paper) -> Paper:
    """The paper in letters that can be printed; where some cannot, a question mark stands for each and a notice says so."""
    facts = tuple((label, _known(value)) for label, value in paper.facts)
    parties = tuple(replace(party, lines=tuple(_known(line) for line in party.lines)) for party in paper.parties)
    table = paper.table and replace(paper.table, rows=tuple(tuple(_known(cell) for cell in row) for row in paper.table.rows))
    known = replace(paper, facts=facts, parties=parties, table=table)
    return paper if known == paper else replace(known, notices=(*paper.notices, _LEFT_OUT))


def _known(text: str) -> str:
    return "".join(letter if ord(letter) in _glyphs() else _UNKNOWN for letter in text)


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    with TTFont(str(_FONTS / "SourceSansPro-Regular.ttf")) as font:
        return frozenset(font.getBestCmap())


def _new(paper: Paper) -> FPDF:
    pdf = FPDF(format="letter")
    pdf.set_title(f"{paper.title} {paper.number}")
    pdf.set_lang("en-US")
    pdf.set_author("Licensed Hands")
    pdf.set_margin(18)
    pdf.set_auto_page_break(auto=True, margin=18)
    for style, file in (("", "SourceSansPro-Regular.ttf"), ("B", "SourceSansPro-Bold.ttf")):
        pdf.add_font(_FAMILY, style, str(_FONTS / file))
    pdf.add_page()
    return pdf


def _party(pdf: FPDF, party: Party) -> None:
    pdf.set_font(_FAMILY, "B", _BODY)
    pdf.cell(0, _LINE, party.title, **_NEXT)
    pdf.set_font(_FAMILY, "", _BODY)
    for line in party.lines:
        pdf.multi_cell(0, _LINE, line, **_NEXT)
    pdf.ln(2)


def _table(pdf: FPDF, listed: Table) -> None:
    width = len(listed.columns)
    shape: dict[str, Any] = {
        "col_widths": tuple(_WIDTHS.get(column, _WIDE) for column in listed.columns),
        "text_align": tuple("RIGHT" if column in _NUMBERS else "LEFT" for column in listed.columns),
        "borders_layout": "HORIZONTAL_LINES",
        "line_height": _LINE + 1,
    }
    pdf.set_font(_FAMILY, "", _BODY)
    label, total = listed.total
    total_row = (label, total) if width == 2 else ("", label, *[""] * (width - 3), total)
    with pdf.table(**shape) as table:
        for cells in (listed.columns, *listed.rows, total_row):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(4)
