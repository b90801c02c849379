"""What makes the suite faster without changing what it asks: what depends on the code alone is made once in a process.

Each test has an application of its own with the same three hundred routes. Werkzeug writes and compiles two small functions for each rule when
it is bound, nine tenths of what it takes to make the application. They depend on the rule's words alone (what a rule's converters do is asked of
the rule at the call), so the tests keep them. So they do with what Jinja makes of a template.

Each application has an engine of its own, too, and with it SQLAlchemy would write every statement anew in every test. What it writes depends
on the statement and the dialect; so engines of one kind of database share the dialect and what was written.

Databases of tests outlive no test, so they lie in memory where the machine has a folder for that.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule, rules

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A folder in memory, for whoever makes a temporary one; None stands for the usual place."""

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


_engines: dict[str, Engine] = {}
_make_engine = SQLAlchemy._make_engine
STATEMENTS = 20_000


def _sharing(extension: SQLAlchemy, bind_key: str | None, options: dict[str, Any], app: Any) -> Engine:
    """A new engine with a pool of its own that writes statements where the first one of its kind does."""
    engine = _make_engine(extension, bind_key, options | {"query_cache_size": STATEMENTS}, app)
    first = _engines.get(engine.dialect.name)
    if first is None:
        with suppress(OperationalError):
            engine.connect().close()  # a dialect learns from its first connection what its server can do
            _engines[engine.dialect.name] = engine
        return engine
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


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
    rules.parse_converter_args = functools.cache(rules.parse_converter_args)
    SQLAlchemy._make_engine = _sharing  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Modules and nine thousand collected tests stay until the end: the garbage collector need not walk over them again and again."""
    gc.collect()
    gc.freeze()
