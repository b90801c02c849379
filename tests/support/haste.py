"""What makes the suite faster without changing what it asks.

Each test has an application of its own with the same three hundred routes. Werkzeug writes and compiles two small functions for each rule when
it is bound, nine tenths of what it takes to make the application. They depend on the rule's words alone (what a rule's converters do is asked of
the rule at the call), so the tests keep them. So they do with what Jinja makes of a template.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
_made: dict[tuple[str, bool, tuple[Any, ...]], Builder] = {}
_make = Rule._compile_builder


def _kept(rule: Rule, append_unknown: bool = True) -> Builder:
    """The builder of a rule with these words; rules with defaults, which are resolved by converters, are made anew."""
    if rule.defaults:
        return _make(rule, append_unknown)
    key = (rule.rule, append_unknown, tuple(rule._trace))
    if key not in _made:
        _made[key] = _make(rule, append_unknown)
    return _made[key]


class KeptTemplates(BytecodeCache):
    """Compiled templates of this process, by their names and the sum of their text."""

    def __init__(self) -> None:
        """Empty."""
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was kept, if the text is still the same: Jinja compares the sum."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()


def pytest_configure() -> None:
    """From the first application on."""
    Rule._compile_builder = _kept  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Modules and nine thousand collected tests stay until the end: the garbage collector need not walk over them again and again."""
    gc.collect()
    gc.freeze()
