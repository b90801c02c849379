"""Cursors of lists: opaque texts that say where the next page begins."""

from __future__ import annotations

import base64
import binascii
import re

from marketplace.kernel.errors import Malformed

LAST_ROW = 2**31 - 1


def encode_cursor(row_id: int) -> str:
    """A cursor that stands for a row."""
    return base64.urlsafe_b64encode(f"r{row_id}".encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> int | None:
    """The row a cursor stands for; None without a cursor. Raises Malformed `bad_cursor`."""
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
    except (ValueError, binascii.Error):
        plain = ""
    if not re.fullmatch(r"r[0-9]{1,10}", plain) or int(plain[1:]) > LAST_ROW:
        raise Malformed("bad_cursor", "This cursor is not one of ours. Begin again without it.")
    return int(plain[1:])
