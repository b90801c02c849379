"""Names as little as the page needs."""

from __future__ import annotations


def short_name(name: str) -> str:
    """First name and the initial of the last: `Priya N.`; enough at the desk, too little on a screen in the subway."""
    words = name.split()
    if not words:
        return "Client"
    return words[0] if len(words) == 1 else f"{words[0]} {words[-1][0].upper()}."
