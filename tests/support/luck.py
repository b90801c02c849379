"""Luck that is the same every time: what a test draws by chance depends on its name alone.

A token of forty random letters may spell the word that a test says is not on a page, once in some thousand runs. A gate that is red by chance
is a gate nobody believes. Processes that a test starts draw for themselves.
"""

from __future__ import annotations

import os
import random

import pytest


@pytest.fixture(autouse=True)
def same_luck(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public ids, tokens, codes, nonces and seals come from a generator that the test's own name seeds."""
    draw = random.Random(request.node.nodeid).randbytes
    monkeypatch.setattr(os, "urandom", draw)
    monkeypatch.setattr(random, "_urandom", draw)  # what `secrets` draws from took its name when it was imported
