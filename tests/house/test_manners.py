"""Manners that no linter knows, read from the syntax of the product."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("marketplace", "providers", "booking")
TREES = {path.relative_to(ROOT): ast.parse(path.read_text()) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Calls of a function or method of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (isinstance(called, ast.Attribute) and called.attr == name):
                yield node


def room(path: Path) -> str:
    """The name of the file among the files of a topic: `actions` for actions.py and for everything in actions/."""
    return Path(*path.parts[2:3]).stem if len(path.parts) > 2 else path.stem


def test_one_place_commits():
    sinners = [str(path) for path, tree in TREES.items() if path.name != "db.py" and any(calls(tree, "commit"))]
    assert sinners == []


# Flask-Security's own forms write from its views; each runs inside one transaction of ours.
AROUND_A_LIBRARY = {"marketplace/accounts/views/installing.py"}


def test_transactions_are_opened_by_verbs():
    openers = {str(path): room(path) for path, tree in TREES.items() if any(calls(tree, "transaction"))}
    sinners = [path for path, name in openers.items() if name not in {"actions", "db"} and path not in AROUND_A_LIBRARY]
    assert sinners == []


def test_a_verb_opens_one_transaction_and_calls_no_verb():
    """Within a file of verbs: no function that opens a transaction calls another that does."""
    sinners = []
    for path, tree in TREES.items():
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        verbs = {name for name, node in functions.items() if not name.startswith("_") and any(calls(node, "transaction"))}
        sinners += [f"{path}: {name} calls {other}" for name in verbs for other in verbs if any(calls(functions[name], other))]
    assert sinners == []


def test_relations_are_never_loaded_by_accident():
    sinners = [
        f"{path}:{call.lineno}"
        for path, tree in TREES.items()
        for call in calls(tree, "relationship")
        if not any(
            word.arg == "lazy" and isinstance(word.value, ast.Constant) and word.value.value in {"raise_on_sql", "selectin"}
            for word in call.keywords
        )
    ]
    assert sinners == []


def test_no_import_hides_in_a_function():
    sinners = [
        f"{path}:{inner.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert sinners == []


# The content policy would refuse these at run time; here they are refused before anybody looks.
@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("an inline style", r"<[^>]*\sstyle\s*="),
        ("an inline handler", r"<[^>]*\son[a-z]+\s*=\s*[\"']"),
        ("a style element", r"<style\b"),
        ("an inline script", r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)"),
        ("trust in text from people", r"\|\s*safe\b"),
        ("a link of scripts", r"href\s*=\s*[\"']javascript:"),
    ],
)
def test_templates_hold_no(fault, pattern):
    sinners = [str(path.relative_to(ROOT)) for path in TEMPLATES if re.search(pattern, path.read_text(), re.IGNORECASE)]
    assert sinners == [], fault


def test_every_form_that_posts_carries_a_token():
    sinners = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        for form in re.findall(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", path.read_text(), re.IGNORECASE | re.DOTALL)
        if not re.search(r"csrf_token|hidden_tag|\{\{ ?token\(\) ?\}\}", form)
    ]
    assert sinners == []
