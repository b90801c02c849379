"""Reading a PDF of placed texts back without the library that wrote it: inflate each page, read where each text begins."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TEXT = re.compile(rb"BT (-?[\d.]+) (-?[\d.]+) Td (?:[^\n()]*? )?\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_HEIGHT = 792.0


@dataclass(frozen=True)
class Found:
    """A text and where it begins, in points from the upper left corner."""

    x: float
    y: float
    text: str


def pages_of(file: bytes) -> list[list[Found]]:
    """The texts of each page in the order of the file, those in the printer's own fonts alone."""
    return [found for stream in _STREAM.findall(file) if (found := _texts(_inflated(stream))) is not None]


def frames_of(file: bytes) -> int:
    """How many rectangles are drawn in a file."""
    return sum(len(re.findall(rb" re S", _inflated(stream))) for stream in _STREAM.findall(file))


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def _texts(content: bytes) -> list[Found] | None:
    if b" Tf" not in content:
        return None
    # Embedded fonts write two bytes a letter, the first of them zero.
    rows = [row for row in _TEXT.findall(content) if b"\x00" not in row[2]]
    return [Found(float(x), round(_HEIGHT - float(y), 2), re.sub(rb"\\(.)", rb"\1", text).decode("latin-1")) for x, y, text in rows]
