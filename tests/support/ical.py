"""A linter of calendar files that shares nothing with the library that writes them: RFC 5545, 5546 and 7986 as far as we use them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LINE = re.compile(r'(?P<name>[A-Z][A-Z0-9-]*)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)', re.DOTALL)
PARAM = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)')
UTC_STAMP, LOCAL_STAMP = re.compile(r"\d{8}T\d{6}Z"), re.compile(r"\d{8}T\d{6}")
DURATION = re.compile(r"-?P(?:\d+D|(?:\d+D)?T(?:\d+H)?(?:\d+M)?(?:\d+S)?)")
OFFSET = re.compile(r"[+-]\d{4}")
TEXTS = {"SUMMARY", "LOCATION", "DESCRIPTION", "UID", "NAME", "X-WR-CALNAME", "TZNAME", "PRODID"}
MAY_STAND_IN = {"VCALENDAR": {"VTIMEZONE", "VEVENT"}, "VEVENT": {"VALARM"}, "VTIMEZONE": {"STANDARD", "DAYLIGHT"}}
KNOWN = {
    "VCALENDAR": {"VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "REFRESH-INTERVAL"},
    "VEVENT": {
        "UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "CLASS", "TRANSP", "STATUS", "URL", "LOCATION", "DESCRIPTION",
        "ORGANIZER", "ATTENDEE",
    },
    "VALARM": {"ACTION", "DESCRIPTION", "TRIGGER"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"},
    "DAYLIGHT": {"DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"},
}  # fmt: skip
NEEDED = {
    "VCALENDAR": {"VERSION", "PRODID"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "STATUS", "CLASS", "TRANSP"},
    "VALARM": {"ACTION", "DESCRIPTION", "TRIGGER"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}
WORDS = {
    "VERSION": {"2.0"},
    "CALSCALE": {"GREGORIAN"},
    "METHOD": {"PUBLISH", "REQUEST", "CANCEL"},
    "STATUS": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
    "CLASS": {"PUBLIC", "PRIVATE", "CONFIDENTIAL"},
    "TRANSP": {"OPAQUE", "TRANSPARENT"},
    "ACTION": {"DISPLAY"},
}
OF_A_FEED = {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"}


@dataclass
class Block:
    """A component: its properties as (name, parameters, raw value) and what stands in it."""

    name: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def all(self, name):
        return [line for line in self.lines if line[0] == name]

    def value(self, name):
        found = self.all(name)
        return found[0][2] if found else None

    def inner(self, name):
        return [block for block in self.blocks if block.name == name]


@dataclass(frozen=True)
class Seen:
    """An event as whoever reads the file understands it."""

    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str | None
    alarms: int
    text: str


class Faulty(AssertionError):
    """What a file does wrong, in order."""


def lint(content: bytes) -> list[str]:
    """Everything that is wrong with a calendar file, one sentence each."""
    faults: list[str] = []
    try:
        faults, lines = _physical(content)
        root = _tree(lines)
    except Faulty as fault:
        return [*faults, str(fault)]
    return faults + _walk(root) + _whole(root)


def read(content: bytes) -> list[Seen]:
    """The events of a file in which nothing is wrong. Raises Faulty."""
    if faults := lint(content):
        raise Faulty("\n".join(faults))
    root = _tree(_physical(content)[1])
    return [_seen(event) for event in root.inner("VEVENT")]


def calendar_value(content: bytes, name: str) -> str | None:
    """A property of the calendar itself."""
    return _tree(_physical(content)[1]).value(name)


class Rising:
    """Holds file after file against one another: the SEQUENCE of a UID never falls, and rises where time or status change."""

    def __init__(self) -> None:
        self.known: dict[str, Seen] = {}

    def look(self, events: list[Seen]) -> list[str]:
        """What has gone wrong since the last look."""
        faults = []
        for event in events:
            before = self.known.get(event.uid, event)
            if event.sequence < before.sequence:
                faults.append(f"{event.uid}: SEQUENCE fell from {before.sequence} to {event.sequence}")
            changed = (event.starts_at, event.ends_at, event.status) != (before.starts_at, before.ends_at, before.status)
            if changed and event.sequence <= before.sequence:
                faults.append(f"{event.uid}: changed and SEQUENCE stayed {event.sequence}")
            self.known[event.uid] = event
        return faults


# --- lines ---------------------------------------------------------------------------------------------------------------------


def _physical(content: bytes) -> tuple[list[str], list[str]]:
    """Faults of the lines as they travel, and the lines put together again."""
    faults, lines = [], []
    if not content.endswith(b"\r\n"):
        faults.append("the last line does not end in CRLF")
    if b"\n" in content.replace(b"\r\n", b"") or b"\r" in content.replace(b"\r\n", b""):
        faults.append("a line ends in something else than CRLF")
    for number, raw in enumerate(content.removesuffix(b"\r\n").split(b"\r\n"), 1):
        if len(raw) > 75:
            faults.append(f"line {number}: {len(raw)} octets")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Faulty(f"line {number} is not UTF-8 by itself") from None
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]", text):
            faults.append(f"line {number}: a control character")
        if not text.strip():
            faults.append(f"line {number} is empty")
        if text.startswith((" ", "\t")) and lines:
            lines[-1] += text[1:]
        else:
            lines.append(text)
    return faults, lines


def _tree(lines: list[str]) -> Block:
    top = Block("")
    open_blocks = [top]
    for text in lines:
        found = LINE.fullmatch(text)
        if found is None:
            raise Faulty(f"no property: {text[:60]!r}")
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            block = Block(value)
            open_blocks[-1].blocks.append(block)
            open_blocks.append(block)
        elif name == "END":
            if open_blocks.pop().name != value or not open_blocks:
                raise Faulty(f"END:{value} ends something else")
        else:
            open_blocks[-1].lines.append((name, {key: text.strip('"') for key, text in PARAM.findall(found["params"])}, value))
    if len(open_blocks) != 1 or top.lines or [block.name for block in top.blocks] != ["VCALENDAR"]:
        raise Faulty("not one whole VCALENDAR")
    return top.blocks[0]


# --- components ----------------------------------------------------------------------------------------------------------------


def _walk(block: Block) -> list[str]:
    faults = [f"{block.name} lacks {name}" for name in sorted(NEEDED.get(block.name, set())) if not block.all(name)]
    names = [name for name, _params, _value in block.lines]
    faults += [f"{block.name}: {name} stands {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1]
    for name, params, value in block.lines:
        if not name.startswith("X-") and name not in KNOWN.get(block.name, set()):
            faults.append(f"{block.name}: {name} does not belong there")
        faults += [f"{block.name}: {fault}" for fault in _value(name, params, value)]
    for inner in block.blocks:
        if inner.name not in MAY_STAND_IN.get(block.name, set()):
            faults.append(f"{inner.name} does not belong into {block.name}")
        faults += _walk(inner)
    return faults


def _value(name: str, params: dict[str, str], value: str) -> list[str]:
    faults = []
    if name in WORDS and value not in WORDS[name]:
        faults.append(f"{name} is {value!r}")
    if name in TEXTS and not re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value):
        faults.append(f"{name} is badly escaped: {value!r}")
    if name in ("DTSTAMP", "LAST-MODIFIED") and not UTC_STAMP.fullmatch(value):
        faults.append(f"{name} is not in UTC")
    if name == "SEQUENCE" and not value.isdecimal():
        faults.append("SEQUENCE is no number")
    if name in ("TRIGGER", "X-PUBLISHED-TTL", "REFRESH-INTERVAL") and not DURATION.fullmatch(value):
        faults.append(f"{name} is no duration")
    if name == "REFRESH-INTERVAL" and params.get("VALUE") != "DURATION":
        faults.append("REFRESH-INTERVAL does not say VALUE=DURATION")
    if name in ("TZOFFSETFROM", "TZOFFSETTO") and not OFFSET.fullmatch(value):
        faults.append(f"{name} is no offset")
    if name in ("ORGANIZER", "ATTENDEE") and not re.fullmatch(r"mailto:[^\s@;,]+@[^\s@;,]+", value):
        faults.append(f"{name} is no address")
    if name == "URL" and not re.fullmatch(r"https?://[^\s\"<>\\^`{|}]+", value):
        faults.append("URL is none")
    return faults


def _whole(root: Block) -> list[str]:
    zones = {zone.value("TZID") for zone in root.inner("VTIMEZONE")}
    events = root.inner("VEVENT")
    faults = [f"two events have the UID {uid}" for uid in _twice([event.value("UID") for event in events])]
    faults += [f"{zone} is described twice" for zone in _twice([zone.value("TZID") for zone in root.inner("VTIMEZONE")])]
    faults += ["a VTIMEZONE without rules" for zone in root.inner("VTIMEZONE") if not zone.blocks]
    if root.all("METHOD"):
        faults += [fault for event in events for fault in _scheduling(str(root.value("METHOD")), event)]
    else:
        faults += [f"a feed lacks {name}" for name in sorted(OF_A_FEED) if not root.all(name)]
        faults += [f"a feed has {name}" for event in events for name in ("ORGANIZER", "ATTENDEE") if event.all(name)]
    for event in events:
        faults += [f"{event.value('UID')}: {fault}" for fault in _times(event, zones)]
        if event.value("STATUS") == "CANCELLED" and event.inner("VALARM"):
            faults.append(f"{event.value('UID')}: an alarm of what is cancelled")
    return faults


def _twice(values: list[str | None]) -> list[str | None]:
    return sorted({value for value in values if values.count(value) > 1}, key=str)


def _scheduling(method: str, event: Block) -> list[str]:
    """RFC 5546, 3.2: what PUBLISH, REQUEST and CANCEL must and must not carry."""
    faults = [] if event.all("ORGANIZER") else [f"{method} without ORGANIZER"]
    if method == "PUBLISH" and event.all("ATTENDEE"):
        faults.append("PUBLISH with ATTENDEE")
    if method != "PUBLISH" and not event.all("ATTENDEE"):
        faults.append(f"{method} without ATTENDEE")
    if (method == "CANCEL") != (event.value("STATUS") == "CANCELLED") and method != "PUBLISH":
        faults.append(f"{method} of what is {event.value('STATUS')}")
    return faults


def _times(event: Block, zones: set[str | None]) -> list[str]:
    faults, forms, instants = [], set(), []
    for name in ("DTSTART", "DTEND"):
        for _name, params, value in event.all(name):
            forms.add(params.get("TZID"))
            zone = params.get("TZID")
            if zone is None and not UTC_STAMP.fullmatch(value):
                return [f"{name} is neither in UTC nor in a zone"]
            if zone is not None and (not LOCAL_STAMP.fullmatch(value) or zone not in zones):
                return [f"{name} is in {zone}, which has no VTIMEZONE"]
            wall = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone) if zone else UTC)
            if wall.utcoffset() != wall.replace(fold=1).utcoffset():
                faults.append(f"{name} is a time that comes twice or never")
            instants.append(wall.astimezone(UTC))
    if len(forms) != 1:
        faults.append("DTSTART and DTEND are of two kinds")
    if len(instants) == 2 and instants[1] <= instants[0]:
        faults.append("it ends before it begins")
    return faults


def _seen(event: Block) -> Seen:
    starts_at, ends_at = (_instant(event.all(name)[0]) for name in ("DTSTART", "DTEND"))
    location = event.value("LOCATION")
    return Seen(
        str(event.value("UID")), int(event.value("SEQUENCE") or 0), str(event.value("STATUS")), starts_at, ends_at,
        _plain(str(event.value("SUMMARY"))), None if location is None else _plain(location), len(event.inner("VALARM")),
        "\n".join(_plain(value) for name, _params, value in event.lines if name in TEXTS - {"UID"}),
    )  # fmt: skip


def _instant(line: tuple[str, dict[str, str], str]) -> datetime:
    _name, params, value = line
    zone = ZoneInfo(params["TZID"]) if "TZID" in params else UTC
    return datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def zone_offsets(content: bytes, days: list[datetime]) -> list[timedelta]:
    """What the file's own VTIMEZONE says of noon on these days: by its yearly rules of the nth Sunday of a month."""
    (zone,) = _tree(_physical(content)[1]).inner("VTIMEZONE")
    return [_offset_at(zone, day) for day in days]


def _offset_at(zone: Block, wall: datetime) -> timedelta:
    """`wall` is naive wall time. The latest change before it rules."""
    changes = []
    for part in zone.blocks:
        rule = dict(pair.split("=") for pair in str(part.value("RRULE")).split(";"))
        assert (rule["FREQ"], rule["BYDAY"][-2:]) == ("YEARLY", "SU")
        at = datetime.strptime(str(part.value("DTSTART")), "%Y%m%dT%H%M%S")
        for year in (wall.year - 1, wall.year):
            first = datetime(year, int(rule["BYMONTH"]), 1, at.hour, at.minute)
            sunday = first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (int(rule["BYDAY"][:-2]) - 1))
            sign, text = (-1 if str(part.value("TZOFFSETTO"))[0] == "-" else 1), str(part.value("TZOFFSETTO"))
            changes.append((sunday, sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:]))))
    return max(change for change in changes if change[0] <= wall)[1]
