"""What a provider states about insurers: carriers, kinds of plans, and how they deal with them. Coverage is the insurer's to answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.services.rules.reading import Reader

ACCEPTS, OUT_OF_NETWORK, SUPERBILL = "accepts", "out_of_network", "superbill"
WAYS = (ACCEPTS, OUT_OF_NETWORK, SUPERBILL)
"""In network; billed to the insurer from out of network; paid by the client, who hands in a superbill."""

WAY_WORDS = {
    ACCEPTS: "Accepts it, in network",
    OUT_OF_NETWORK: "Bills it, out of network",
    SUPERBILL: "You pay, and get a superbill to hand in",
}
MOST_ENTRIES = 60
COVERAGE = "unknown"
"""What is said of coverage, always: nobody knows it before the insurer has answered (decision 0035)."""

ASK = "Whether a visit is covered is unknown until your insurer answers: ask them first."


@dataclass(frozen=True, slots=True)
class Named:
    """A carrier or a kind of plan: its code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class Table:
    """Every carrier and every kind of plan that can be stated, by code, in the order in which people read them."""

    version: str
    carriers: Mapping[str, Named]
    plans: Mapping[str, Named]

    def carrier_name(self, code: str) -> str:
        """A carrier's name; one that an earlier table had is called by its code."""
        return self.carriers[code].name if code in self.carriers else code.replace("_", " ").capitalize()

    def plan_name(self, code: str) -> str:
        """The name of a kind of plan; one that an earlier table had is called by its code."""
        return self.plans[code].name if code in self.plans else code.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a carrier, how its members are dealt with, and for which kinds of plans. No plan: which ones was not said."""

    carrier: str
    way: str
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """What a provider stated on a New York day. No entry: that they deal with no insurer."""

    entries: tuple[Entry, ...]
    stated_on: date


def fitting(stated: Stated | None, carriers: Collection[str] = (), plans: Collection[str] = ()) -> tuple[Entry, ...]:
    """The lines that name one of these carriers and one of these kinds of plans; empty asks for nothing.

    A line that names no kind of plan answers no question about one.
    """
    entries = () if stated is None else stated.entries
    return tuple(
        one for one in entries if (not carriers or one.carrier in carriers) and (not plans or not set(plans).isdisjoint(one.plans))
    )


def carriers_for(stated: Stated | None, plans: Collection[str]) -> set[str]:
    """The carriers with which a search for these kinds of plans would find the provider."""
    return {one.carrier for one in fitting(stated, (), plans)}


def plans_for(stated: Stated | None, carriers: Collection[str]) -> set[str]:
    """The kinds of plans with which a search for these carriers would find the provider."""
    return {plan for one in fitting(stated, carriers) for plan in one.plans}


def read_entries(body: object, table: Table) -> tuple[Entry, ...]:
    """Read `PUT /provider/insurance`: `{entries: [{carrier, way, plans?}]}`, by carrier and way in the order of the table.

    Malformed `unknown_field`; Refused `invalid_insurance` with every fault.
    """
    reader = Reader()
    facts = reader.mapping(body, "", ("entries",), ("entries",))
    rows = reader.rows(facts.get("entries", ()), "entries", MOST_ENTRIES)
    entries = [_entry(reader, row, f"entries.{at}", table) for at, row in enumerate(rows)]
    _find_twice(reader, entries)
    reader.finish("invalid_insurance", "Some of these lines cannot stand as they are.")
    order = {code: at for at, code in enumerate(table.carriers)}
    return tuple(sorted(entries, key=lambda one: (order[one.carrier], WAYS.index(one.way), one.plans)))


def _entry(reader: Reader, row: object, field: str, table: Table) -> Entry:
    facts = reader.mapping(row, field, ("carrier", "way", "plans"), ("carrier", "way"))
    carrier = reader.choice(facts["carrier"], f"{field}.carrier", tuple(table.carriers)) if "carrier" in facts else ""
    way = reader.choice(facts["way"], f"{field}.way", WAYS) if "way" in facts else ""
    asked = reader.rows(facts.get("plans", ()), f"{field}.plans", len(table.plans))
    chosen = {reader.choice(plan, f"{field}.plans.{at}", tuple(table.plans)) for at, plan in enumerate(asked)}
    return Entry(carrier, way, tuple(plan for plan in table.plans if plan in chosen))


def _find_twice(reader: Reader, entries: Sequence[Entry]) -> None:
    """A kind of plan of a carrier has one way, and so has a carrier whose plans are not named."""
    seen: set[tuple[str, str]] = set()
    for at, one in enumerate(entries):
        named = {(one.carrier, plan) for plan in one.plans or ("",)}
        if one.carrier and not seen.isdisjoint(named):
            reader.fault(f"entries.{at}.carrier", "This carrier is named twice for the same plans.")
        seen |= named


def entries_to_list(entries: Iterable[Entry]) -> list[dict[str, object]]:
    """The same shape again."""
    return [{"carrier": one.carrier, "way": one.way, "plans": list(one.plans)} for one in entries]


def insurance_from_list(kept: Sequence[Mapping[str, Any]] | None, stated_at: datetime | None) -> Stated | None:
    """What was stored; None where nothing was ever stated."""
    if kept is None or stated_at is None:
        return None
    entries = tuple(Entry(one["carrier"], one["way"], tuple(one["plans"])) for one in kept)
    return Stated(entries, local_day(to_minute(stated_at)))


def check_version(shown: int | None, newest: int) -> None:
    """Raises Refused `stale_insurance` where a page was filled in from a statement that another one has replaced."""
    if shown is not None and shown != newest:
        raise Refused("stale_insurance", "This was changed in another window meanwhile. Look at it again, then store it.")
