"""Reading a stranger's calendar in a process of its own, which bounds its own memory and processor time and is killed when it dawdles."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from providers.calendars.rules.reading import Located, Reading, Unreadable, Window

ROOT = Path(__file__).parents[2]
WALL_SECONDS = 30.0
LARGEST_BYTES = 5 * 1024 * 1024
COMMAND = (sys.executable, "-m", "providers.calendars.ics")


def read_file(content: bytes, window: Window, seconds: float = WALL_SECONDS) -> Reading:
    """What a calendar file says of a window. Raises Unreadable with the reason; `too_costly` where the process passed its bounds."""
    if len(content) > LARGEST_BYTES:
        raise Unreadable("too_large")
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "TZ": "UTC"}
    asked = json.dumps(asdict(window)).encode() + b"\n" + content
    try:
        done = subprocess.run(  # noqa: S603 (our own module; the stranger's bytes go in as data)
            COMMAND, input=asked, capture_output=True, timeout=seconds, check=False, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_costly") from None
    if done.returncode < 0:
        raise Unreadable("too_costly")
    return _reading(done.stdout)


def _reading(said: bytes) -> Reading:
    try:
        answer = json.loads(said)
    except ValueError:
        raise Unreadable("too_costly" if not said else "broken") from None
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
    return Reading(
        busy=tuple((begin, end) for begin, end in answer["busy"]),
        warnings=tuple(answer["warnings"]),
        located=tuple(Located(**one) for one in answer["located"]),
        events=answer["events"],
        own=answer["own"],
        unplaced=answer["unplaced"],
        endless=answer["endless"],
    )
