"""The exclusion list as the OIG's file has it: CSV, one entry a line, UTF-8 or Latin-1, read line by line."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from marketplace.kernel.errors import Refused
from providers.verification.rules.exclusions import HEADER, BadRow, Entry, read_row

_MARK = b"\xef\xbb\xbf"
LONGEST_LINE = 8192


class ExclusionFile:
    """Iterates over the entries of a file; None stands for a row that cannot be read. `sha256` is known at the end.

    Raises Refused `wrong_header` at once, `truncated_file` after the last row where that one is broken off.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Entry | None]:
        broken = False
        with self._path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
            self._digest.update(first)
            if tuple(cell.strip().upper() for cell in _cells(first.removeprefix(_MARK)) or ()) != HEADER:
                raise Refused("wrong_header", f"This is not the exclusion list: its first line must be {','.join(HEADER)}.")
            for line in file:
                self._digest.update(line)
                if not line.strip():
                    continue
                cells = _cells(line)
                broken = cells is None
                yield _entry(cells)
        if broken:
            raise Refused("truncated_file", "The file is broken off in its last row. Nothing was read in; fetch it again.")


def _cells(line: bytes) -> list[str] | None:
    """The cells of a line; None where it is no whole row."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    if len(line) > LONGEST_LINE or "\x00" in text:
        return None
    try:
        cells = next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except csv.Error:
        return None
    return cells if len(cells) == len(HEADER) else None


def _entry(cells: list[str] | None) -> Entry | None:
    if cells is None:
        return None
    try:
        return read_row(cells)
    except BadRow:
        return None
