"""The hours editor's fields. What was typed is kept as text, wrong or right; the same reader as the JSON's judges it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import number_or_text, placed_faults
from providers.schedule.rules.drafts import CONTACT, RULE_NAMES, schedule_mark, spoken_clock
from providers.schedule.rules.months import runs_of_days

MOST_A_DAY = 4
WORDED = frozenset({"week_a_from", "contact_phone", "contact_email", "fill_gaps"})
TYPED = tuple(name for name in RULE_NAMES if name != "closed_holidays")
LONGEST_RUN_DAYS = 366
_LISTS = frozenset({"settings", "services"})
_TICKS = frozenset({"closed", "first_visits", "contact"})
_ROW = re.compile(r"(w[0-6]|e)-(\d{1,3})-(opens|closes|settings|place|staffing|on|until|closed|weeks|services|first_visits|contact)")


@dataclass
class Row:
    """One line of the editor: a range of a weekday (with its `weeks`), or an exception (`on`, `until` and `closed` are its alone)."""

    name: str
    opens: str = ""
    closes: str = ""
    settings: list[str] = field(default_factory=list)
    place: str = ""
    staffing: str = ""
    on: str = ""
    closed: bool = False
    until: str = ""
    weeks: str = ""
    services: list[str] = field(default_factory=list)
    first_visits: bool = False
    contact: bool = False

    @property
    def spoken(self) -> str:
        """The range in words: `6:30 PM – 10:00 PM`."""
        return f"{spoken_clock(self.opens) or '…'} – {spoken_clock(self.closes) or '…'}"

    @property
    def special(self) -> bool:
        """Whether something is said that most hours leave unsaid: then it is not folded away."""
        return bool(self.weeks or self.services or self.first_visits or self.contact)

    @property
    def days(self) -> tuple[str, ...]:
        """The dates it is about, as texts; none where what was typed is no date or no run of days."""
        said = _days(self)
        return tuple(said.get("dates", ())) or ((said["on"],) if said.get("on") else ())

    @property
    def blank(self) -> bool:
        """Whether nothing was typed that means anything: such a line is left out."""
        return not (self.opens or self.closes or self.on)


@dataclass
class HoursPage:
    """The whole editor: lines by weekday, exceptions, rules as texts; and the dates that are chosen in the month shown, not yet lines.

    `mark` is that of the stored schedule which the editor was filled in from.
    """

    weekdays: list[list[Row]]
    exceptions: list[Row]
    rules: dict[str, str]
    holidays: list[str] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    month: str = ""
    mark: str = ""
    picked_opens: str = ""
    picked_closes: str = ""

    def body(self) -> dict[str, Any]:
        """What it says in the contract's shape."""
        return {
            "weekly": [_weekly(number, row) for number, row in self._lines()],
            "exceptions": [_exception(row) for row in self.exceptions if not row.blank],
            "rules": {name: text or None if name in WORDED else number_or_text(text) for name, text in self.rules.items()}
            | {"closed_holidays": self.holidays},
        }

    def place_faults(self, faults: Sequence[FieldFault]) -> dict[str, list[str]]:
        """Each fault's message under the name of the field on the page that it belongs to."""
        names = {f"weekly[{at}]": row.name for at, (_, row) in enumerate(self._lines())}
        names |= {f"exceptions[{at}]": row.name for at, row in enumerate(row for row in self.exceptions if not row.blank)}
        return placed_faults(faults, names | {f"rules.{name}": name for name in RULE_NAMES})

    def _lines(self) -> list[tuple[int, Row]]:
        return [(number, row) for number, rows in enumerate(self.weekdays) for row in rows if not row.blank]


def page_of_body(body: Mapping[str, Any]) -> HoursPage:
    """The editor of a stored schedule, in the contract's shape."""
    weekdays: list[list[Row]] = [[] for _ in range(7)]
    for hours in body["weekly"]:
        rows = weekdays[hours["weekday"]]
        rows.append(_row(f"w{hours['weekday']}-{len(rows)}", hours))
    exceptions = [replace(row, name=f"e-{at}") for at, row in enumerate(_joined([_row("e", one) for one in body["exceptions"]]))]
    rules = {name: str(said) if (said := body["rules"].get(name)) is not None else "" for name in TYPED}
    return HoursPage(weekdays, exceptions, rules, list(body["rules"].get("closed_holidays", ())), mark=schedule_mark(body))


def page_of_form(form: MultiDict[str, str]) -> HoursPage:
    """The editor as it was sent."""
    rows: dict[str, dict[int, Row]] = {name: {} for name in ("e", *(f"w{number}" for number in range(7)))}
    for key in form:
        match = _ROW.fullmatch(key)
        if match is None:
            continue
        group, number, part = match[1], int(match[2]), match[3]
        row = rows[group].setdefault(number, Row(f"{group}-{number}"))
        if part in _LISTS:
            setattr(row, part, form.getlist(key))
        elif part in _TICKS:
            setattr(row, part, True)
        else:
            setattr(row, part, form[key].strip())
    lines = {group: [row for _, row in sorted(numbered.items())] for group, numbered in rows.items()}
    rules = {name: form.get(name, "").strip() for name in TYPED}
    page = HoursPage([lines[f"w{number}"] for number in range(7)], lines["e"], rules, form.getlist("closed_holidays"))
    page.picked = sorted({text for text in form.getlist("picked") if _day(text)})[:LONGEST_RUN_DAYS]
    page.mark = form.get("mark", "")
    page.month = form.get("show_month") or form.get("month", "")
    page.picked_opens, page.picked_closes = form.get("picked_opens", "").strip(), form.get("picked_closes", "").strip()
    return page


def add_line(page: HoursPage, where: str, settings: Sequence[str]) -> None:
    """One more empty line for a weekday (`w0`) or an exception (`e`); a weekday has four at most."""
    rows = page.exceptions if where == "e" else page.weekdays[int(where[1:])]
    if where == "e" or len(rows) < MOST_A_DAY:
        number = 1 + max((int(row.name.rpartition("-")[2]) for row in rows), default=-1)
        rows.append(Row(f"{where}-{number}", settings=list(settings)))


def add_dates(page: HoursPage, settings: Sequence[str], *, closed: bool) -> None:
    """A line for each run of the chosen dates, closed or with the hours typed beside them; then none is chosen."""
    for first, last in runs_of_days(day for text in page.picked if (day := _day(text))):
        add_line(page, "e", settings)
        row = page.exceptions[-1]
        row.on, row.until, row.closed = first.isoformat(), "" if last == first else last.isoformat(), closed
        if not closed:
            row.opens, row.closes = page.picked_opens, page.picked_closes
    page.picked = []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Lines that say the same of days in a row as one line, where each date has only one."""
    count = Counter(row.on for row in rows)
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and count[last.until or last.on] == count[row.on] == 1 and _follows(last, row):
            last.until = row.on
        else:
            joined.append(row)
    return joined


def _follows(last: Row, row: Row) -> bool:
    before, day = _day(last.until or last.on), _day(row.on)
    alike = replace(last, on="", until="") == replace(row, on="", until="")
    return before is not None and day is not None and alike and day - before == timedelta(days=1)


def drop_line(page: HoursPage, name: str) -> None:
    """Without the line of this name."""
    page.exceptions = [row for row in page.exceptions if row.name != name]
    page.weekdays = [[row for row in rows if row.name != name] for rows in page.weekdays]


def _row(name: str, facts: Mapping[str, Any]) -> Row:
    return Row(
        name,
        facts.get("opens", ""),
        facts.get("closes", ""),
        list(facts.get("settings", ())),
        facts.get("place", ""),
        facts.get("staffing", ""),
        facts.get("on", ""),
        facts.get("closed", False),
        weeks=facts.get("weeks", ""),
        services=list(facts.get("services", ())),
        first_visits=facts.get("first_visits", False),
        contact="booking" in facts,
    )


def _weekly(weekday: int, row: Row) -> dict[str, Any]:
    return {"weekday": weekday, **_times(row), **({"weeks": row.weeks} if row.weeks else {})}


def _exception(row: Row) -> dict[str, Any]:
    days = _days(row)
    return {**days, "closed": True} if row.closed else {**days, **_times(row)}


def _days(row: Row) -> dict[str, Any]:
    """One date, or each day up to another one; what is no such run of days is left to the reader to refuse."""
    try:
        first, last = date.fromisoformat(row.on), date.fromisoformat(row.until or row.on)
    except ValueError:
        return {"on": row.on or row.until}
    if not 0 < (last - first).days < LONGEST_RUN_DAYS:
        return {"on": row.on} if last == first else {"dates": []}
    return {"dates": [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]}


def _times(row: Row) -> dict[str, Any]:
    words = {"place": row.place, "staffing": row.staffing, "services": row.services, "first_visits": row.first_visits}
    words["booking"] = CONTACT if row.contact else ""
    return {"opens": row.opens, "closes": row.closes, "settings": row.settings, **{name: word for name, word in words.items() if word}}
