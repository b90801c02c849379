"""The process that reads one calendar: its limits first, then a line of JSON (the window), then the file; the answer is JSON.

Memory is bounded by what the process may map for data, time by the processor's seconds; whoever started it bounds the clock on the wall.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict

from providers.calendars.ics import reader
from providers.calendars.rules.reading import Unreadable, Window

CPU_SECONDS = 5
MEMORY_BYTES = 200 * 1024 * 1024


def main() -> None:
    """Read, answer, and say in one word what went wrong."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(_answer()))


def _answer() -> dict[str, object]:
    try:
        window = Window(**json.loads(sys.stdin.buffer.readline()))
        return asdict(reader.read_calendar(sys.stdin.buffer.read(), window))
    except Unreadable as reason:
        return {"unreadable": reason.code}
    except MemoryError:
        return {"unreadable": "too_costly"}
    except RecursionError:
        return {"unreadable": "broken"}


if __name__ == "__main__":
    main()
