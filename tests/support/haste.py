"""What makes the suite faster without changing what it asks: what depends on the code alone is made once in a process.

Each test has an application of its own with the same eight hundred routes. Werkzeug reads each rule's words when it is bound, and writes and
compiles two small functions for it: nine tenths of what it takes to make the application. They depend on the rule's words alone (what a rule's
converters do is asked at the call), so the tests keep them. So they do with what Jinja makes of a template.

Argon2 takes its time on purpose. Whether a password fits a hash never changes, so a yes is kept: an account of a factory signs in with a password
that was tried before. Hashes are made at the product's price.

Each application has an engine of its own, too, and with it SQLAlchemy would write every statement anew in every test. What it writes depends
on the statement and the dialect; so engines of one kind of database share the dialect and what was written.

Databases of tests outlive no test, so they lie in memory where the machine has a folder for that.
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from typing import Any

from argon2 import low_level
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Map, Rule

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A folder in memory, for whoever makes a temporary one; None stands for the usual place."""

Bound = dict[str, Any]
_bound: dict[tuple[str, str, bool], Bound] = {}
_compile = Rule.compile


def _kept(rule: Rule) -> None:
    """What binding makes of a rule with these words; rules with defaults or of a map with converters of its own are bound anew."""
    if rule.defaults or rule.map.converters != Map.default_converters:
        _compile(rule)
        return
    domain = rule.host if rule.map.host_matching else rule.subdomain
    key = (rule.rule, domain or "", bool(rule.merge_slashes))
    if key not in _bound:
        _compile(rule)
        made = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")}
        _bound[key] = made | {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
        return
    kept = _bound[key]
    rule._parts, rule._trace, rule._converters = kept["_parts"], kept["_trace"], kept["_converters"]
    rule.arguments = set(kept["arguments"])
    rule._build = kept["_build"].__get__(rule)
    rule._build_unknown = kept["_build_unknown"].__get__(rule)


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


_hash_secret, _verify_secret = low_level.hash_secret, low_level.verify_secret
_fits: set[tuple[bytes, bytes, low_level.Type]] = set()


def _hashing(secret: bytes, *costs: Any, type: low_level.Type, **more: Any) -> bytes:  # noqa: A002 (argon2's name)
    """The hash of a password at the product's full price; that the two fit is known from then on."""
    made: bytes = _hash_secret(secret, *costs, type=type, **more)
    _fits.add((made, secret, type))
    return made


def _verifying(hash: bytes, secret: bytes, type: low_level.Type) -> bool:  # noqa: A002 (argon2's names)
    """Whether a password fits its hash: a yes is computed once, a no each time anew."""
    if (hash, secret, type) not in _fits:
        _verify_secret(hash, secret, type)
        _fits.add((hash, secret, type))
    return True


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
    Rule.compile = _kept  # type: ignore[method-assign]
    low_level.hash_secret, low_level.verify_secret = _hashing, _verifying
    SQLAlchemy._make_engine = _sharing  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Modules and nine thousand collected tests stay until the end: the garbage collector need not walk over them again and again."""
    gc.collect()
    gc.freeze()
