"""What somebody looks for, from a query string."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from booking.matching.catalogue import tables
from booking.matching.rules import Need
from marketplace.kernel.errors import Refused
from marketplace.webkit.reading import Fields

NAMES = ("condition", "technique", "goal")


def read_need(args: MultiDict[str, str]) -> Need:
    """Codes of a condition, a technique, an aim; each may be left open. Raises Malformed for what is not known, Refused `invalid`."""
    known = tables()
    fields = Fields({name: text for name, text in args.items() if text or name not in NAMES})
    need = Need(
        condition=fields.choice("condition", known.conditions, None),
        technique=fields.choice("technique", known.techniques, None),
        goal=fields.choice("goal", known.goals, None),
    )
    for name in NAMES:
        if len(args.getlist(name)) > 1:
            fields.fault(name, "This may be given once.")
    fields.finish()
    return need


def typed_need(args: MultiDict[str, str]) -> Need:
    """The same for a page: what is not ours or not known is as if it were left open."""
    try:
        return read_need(MultiDict({name: args[name] for name in NAMES if name in args}))
    except Refused as refusal:
        wrong = {fault.field for fault in refusal.faults}
        return read_need(MultiDict({name: args[name] for name in NAMES if name in args and name not in wrong}))
