"""localstripe, a stateful fake of Stripe that others wrote, in a process of its own on loopback."""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.databases import ROOT
from tests.support.profiles import missing


@contextmanager
def localstripe_served(log: Path) -> Iterator[str]:
    """Its address until the end of the block. Skips where it is not installed, or fails if everything is required.

    The door is open before the process begins: whoever knocks early waits until it is ready.
    """
    if importlib.util.find_spec("localstripe") is None:
        missing("localstripe is not installed (requirements-dev.txt)")
    life, hold = os.pipe()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door, log.open("wb") as output:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        command = [sys.executable, "-m", "tests.support.localstripe_process", str(door.fileno()), str(life)]
        files = [door.fileno(), life]
        server = subprocess.Popen(command, cwd=ROOT, pass_fds=files, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    # from here on the door is the process's alone: should it end, callers are refused at once and do not wait
    os.close(life)
    try:
        yield address
    finally:
        os.close(hold)
        server.kill()
        server.wait(timeout=30)
