"""A crowd at the door: the product under its own server with two processes, and many programs that call at the same moment."""

import http.client
import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from marketplace.db import db
from tests.factories import AccountFactory, ApiTokenFactory, PersonFactory, RoleFactory
from tests.support.databases import ROOT, handed_on

WORKERS, THREADS = 2, 4
PATIENCE = 120


@dataclass(frozen=True)
class Call:
    """One POST: by whom (a token), where, with what."""

    token: str
    path: str
    body: dict[str, object]
    key: str | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, and how long it took."""

    status: int
    body: dict[str, object]
    replayed: bool
    seconds: float


def tokens_of_many(number: int) -> list[str]:
    """Tokens of that many clients, written in three statements instead of three for each."""
    role = RoleFactory(name="client")
    accounts = AccountFactory.build_batch(number, roles=[role])
    db.session.add_all(accounts)
    db.session.flush()
    tokens = [f"one-of-many-{account.public_id}" for account in accounts]
    for account, token in zip(accounts, tokens, strict=True):
        db.session.add_all([PersonFactory.build(account=account), ApiTokenFactory.build(account=account, token=token)])
    db.session.commit()
    return tokens


@contextmanager
def served(url: str, clock_file: Path, log: Path) -> Iterator[int]:
    """The product at a port of its own on loopback, as `make run` serves it; gives the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as door, log.open("wb") as output:
        port = door.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{door.fileno()}", "--worker-class", "gthread"),
            *(
                "--workers",
                str(WORKERS),
                "--threads",
                str(THREADS),
                "--no-control-socket",
                "--log-level",
                "warning",
                "--timeout",
                str(PATIENCE),
            ),
        ]
        environment = handed_on(url) | {"CLOCK_FILE": str(clock_file)}
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[door.fileno()], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    # The door is the server's alone now: should the server fail to start, nobody waits in vain.
    try:
        _wait_for(port, log)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)
    complaints = [line for line in log.read_text().splitlines() if "Traceback" in line or "[ERROR]" in line]
    assert complaints == [], log.read_text()


def _wait_for(port: int, log: Path) -> None:
    """Until a request is answered; the door is open already, so that it waits there by itself."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", "/api/v1/meta")
            status = connection.getresponse().status
        except OSError as error:
            raise AssertionError(log.read_text()) from error
    assert status == 200, log.read_text()


def all_at_once(port: int, calls: Sequence[Call]) -> list[Reply]:
    """Every call from a thread and over a connection of its own, at the same moment; replies in the order of the calls."""
    gate = threading.Barrier(len(calls))

    def send(call: Call) -> Reply:
        headers = {"Authorization": f"Bearer {call.token}", "Content-Type": "application/json", "Connection": "close"}
        headers |= {"Idempotency-Key": call.key} if call.key else {}
        content = json.dumps(call.body)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            gate.wait(timeout=PATIENCE)
            began = time.perf_counter()
            connection.request("POST", f"/api/v1{call.path}", content, headers)
            answer = connection.getresponse()
            words = json.loads(answer.read())
            took = time.perf_counter() - began
        return Reply(answer.status, words, answer.headers.get("Idempotency-Replayed") == "true", took)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(send, calls))


def percentile(replies: Sequence[Reply], share: float) -> float:
    """The time within which that share of the replies came, in seconds."""
    times = sorted(reply.seconds for reply in replies)
    return times[max(0, math.ceil(share * len(times)) - 1)]


def print_figures(title: str, replies: Sequence[Reply]) -> None:
    """One line to look at; nothing fails by it, because it says as much of the machine as of us."""
    half, most = percentile(replies, 0.5), percentile(replies, 0.99)
    print(f"\n{title}: {len(replies)} calls, p50 {half:.2f} s, p99 {most:.2f} s, {os.cpu_count()} cores at load {os.getloadavg()[0]:.0f}")
