"""Every import contract is broken on purpose, to see it bite."""

import shutil
import subprocess
import sys
from copy import deepcopy
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.domain.contract import Contract, registry

ROOT = Path(__file__).resolve().parents[2]

# contract, who imports, what
SINS = [
    ("floors", "marketplace.audit", "providers.registry.models"),
    ("floors", "marketplace.kernel.money", "booking.quotes.rules"),
    ("floors", "providers.schedule.queries", "booking.appointments.models"),
    ("roof", "booking.appointments.views", "wsgi"),
    ("roof", "providers.services.rules", "tests"),
    ("rooms-marketplace", "marketplace.db", "marketplace.accounts.models"),
    ("rooms-marketplace", "marketplace.kernel.walltime", "marketplace.settings"),
    ("rooms-marketplace", "marketplace.webkit.filters", "marketplace.accounts.queries"),
    ("rooms-marketplace", "marketplace.utilities", None),
    ("rooms-providers", "providers.places.changes", "providers.schedule.changes"),
    ("rooms-providers", "providers.helpers", None),
    ("rooms-booking", "booking.openings.queries", "booking.appointments.models"),
    ("rooms-booking", "booking.common", None),
    ("files", "booking.appointments.models", "booking.appointments.queries"),
    ("files", "booking.appointments.rules", "booking.appointments.models"),
    ("files", "booking.appointments.queries", "booking.appointments.changes"),
    ("files", "providers.schedule.changes", "providers.schedule.actions"),
    ("files", "providers.schedule.actions.block_time", "providers.schedule.forms"),
    ("files", "booking.appointments.api", "booking.appointments.views"),
    ("files", "booking.appointments.helpers", None),
    ("files", "marketplace.accounts.utils", None),
    ("pure", "booking.quotes.rules", "sqlalchemy"),
    ("pure", "providers.schedule.rules.hours", "providers.schedule.models"),
    ("pure", "providers.schedule.rules.hours", "marketplace.db"),
    ("pure", "providers.schedule.rules.hours", "marketplace.clock"),
    ("pure", "booking.screening.rules", "random"),
    ("pure", "marketplace.kernel.money", "babel"),
    ("no-flask-below-views", "booking.appointments.actions.book", "flask"),
    ("no-flask-below-views", "booking.appointments.changes", "flask_babel"),
    ("no-flask-below-views", "providers.profiles.queries", "marketplace.webkit.identity"),
    ("door-stripe", "booking.payments.actions.refund", "stripe"),
    ("door-stripe", "booking.appointments.views", "stripe"),
    ("door-fpdf", "booking.papers.views", "fpdf"),
    ("door-geopy", "booking.openings.queries", "geopy"),
    ("door-huey", "marketplace.outbox.changes", "huey"),
    ("door-http", "providers.verification.state_port", "requests"),
    ("door-http", "booking.openings.queries", "http"),
    ("files", "providers.verification.state_port", "providers.verification.actions.ask"),
    ("files", "providers.verification.exclusions_port", "providers.verification.changes"),
    ("files", "providers.verification.rules.sources", "providers.verification.nppes_port"),
    ("door-icalendar", "booking.appointments.actions.book", "icalendar"),
    ("door-icalendar", "providers.schedule.actions.sync", "recurring_ical_events"),
    ("door-clock", "booking.appointments.actions.book", "marketplace.clock"),
    ("door-clock", "providers.schedule.queries", "marketplace.clock"),
    ("door-clock", "marketplace.audit", "marketplace.clock"),
    ("verbs-across-topics", "booking.appointments.actions.book", "providers.schedule.actions.block_time"),
    ("verbs-across-topics", "booking.care.actions", "booking.appointments.actions.cancel"),
    ("verbs-inside-a-topic", "booking.appointments.actions.reschedule", "booking.appointments.actions.cancel"),
    ("no-circles", "marketplace.kernel.errors", "marketplace.accounts.models"),
]


@cache
def options():
    configuration.configure()
    found = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(found)
    return found


@cache
def house() -> grimp.ImportGraph:
    return grimp.build_graph(*options().session_options["root_packages"], include_external_packages=True, cache_dir=None)


def contract_called(id_: str) -> Contract:
    described = next(entry for entry in options().contracts_options if entry["id"] == id_)
    return registry.get_contract_class(described["type"])(described["name"], options().session_options, described)


def ensure(graph: grimp.ImportGraph, module: str) -> None:
    inside = module.split(".", maxsplit=1)[0] in options().session_options["root_packages"]
    names = [module.rsplit(".", n)[0] for n in range(module.count("."), -1, -1)] if inside else [module]
    for name in names:
        if name not in graph.modules:
            graph.add_module(name, is_squashed=not inside)


def test_every_contract_has_a_sin():
    assert {id_ for id_, _, _ in SINS} == {entry["id"] for entry in options().contracts_options}


@pytest.mark.parametrize("id_", sorted({sin[0] for sin in SINS}))
def test_the_house_keeps_it(id_):
    assert contract_called(id_).check(deepcopy(house()), verbose=False).kept


@pytest.mark.parametrize(("id_", "importer", "imported"), SINS, ids=str)
def test_it_bites(id_, importer, imported):
    graph = deepcopy(house())
    ensure(graph, importer)
    if imported:
        ensure(graph, imported)
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="planted")
    if id_ == "no-circles":
        graph.add_import(importer=imported, imported=importer, line_number=1, line_contents="planted")
    assert not contract_called(id_).check(graph, verbose=False).kept


def test_the_command_itself_fails(tmp_path):
    for package in options().session_options["root_packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static", "data"))
    shutil.copytree(ROOT / "tests" / "house", tmp_path / "tests" / "house", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "providers" / "schedule" / "helpers.py").write_text("import stripe\n")
    program = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([program, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert "providers.schedule.helpers" in outcome.stdout
    assert "stripe" in outcome.stdout
