"""A throw-away PostgreSQL cluster: one for all workers of a run, on a unix socket, gone when the run ends."""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.haste import MEMORY

FOLDER = "LICENSED_HANDS_TEST_CLUSTER"
OWNER = "marketplace"
# Nothing in a throw-away cluster has to survive a power cut; the odd zone shows code that leans on the server's.
# Without statistics the server would take small questions for large ones and compile them.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "jit": "off",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "timezone": "Asia/Kathmandu",
    "autovacuum": "off",
    "log_min_messages": "panic",
}


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version first; None where no server is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -float(folder.parent.name))
    on_path = shutil.which("initdb")
    candidates = [*installed, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _servant() -> dict[str, object]:
    """The server refuses to run as root: whom to run it as instead, in subprocess's words."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {"user": 65534, "group": 65534, "extra_groups": []}


def announce() -> None:
    """In the process that leads the run: choose the folder that all workers will share."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="lh-pg-", dir=MEMORY))
        folder.chmod(0o755)
        (folder / "leader").write_text(str(os.getpid()))
        os.environ[FOLDER] = str(folder)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One worker at a time."""
    with (Path(os.environ[FOLDER]) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Cluster:
    """A running server. Made by `start`, shared by all workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of one's own; each statement stands by itself."""
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True)

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Execute each statement by itself, outside a transaction."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def has(self, database: str) -> bool:
        """Whether a database of this name exists."""
        with self.connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def start(bin_folder: Path) -> Cluster:
    """The run's cluster, started by whoever comes first."""
    folder = Path(os.environ[FOLDER])
    with alone("start"):
        if not (folder / "data" / "postmaster.pid").exists():
            _create(bin_folder, folder)
            _watch(folder)
    return Cluster(folder)


def _call(folder: Path, program: Path, *arguments: str) -> None:
    """Run one of the server's programs as the servant. Its output goes to a file: a server that inherits a pipe keeps it open for ever."""
    with (folder / f"{program.name}.out").open("wb") as output:
        outcome = subprocess.run(
            [program, "--pgdata=data", *arguments],
            check=False,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **_servant(),
        )
    if outcome.returncode != 0:
        raise RuntimeError(f"{program.name} failed:\n{Path(output.name).read_text(errors='replace')}")


def _create(bin_folder: Path, folder: Path) -> None:
    servant = _servant()
    if servant:
        os.chown(folder, servant["user"], servant["group"])
    _call(folder, bin_folder / "initdb", f"--username={OWNER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    options = " ".join(f"-c {name}='{value}'" for name, value in {**OPTIONS, "unix_socket_directories": folder}.items())
    _call(folder, bin_folder / "pg_ctl", "start", "--wait", "--timeout=60", "--log=log", f"--options={options}")


def _watch(folder: Path) -> None:
    """Should the run be killed, a shell of two lines ends the server and sweeps up."""
    script = (
        '(while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -QUIT "$(head -1 "$2/data/postmaster.pid")" 2>/dev/null; rm -rf "$2") &'
    )
    leader = (folder / "leader").read_text()
    subprocess.run(
        ["sh", "-c", script, "watch", leader, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )


def stop() -> None:
    """In the process that leads the run, when all workers are done."""
    folder = Path(os.environ.pop(FOLDER, "") or "/nonexistent")
    if (folder / "data" / "postmaster.pid").exists():
        bin_folder = programs()
        assert bin_folder is not None
        _call(folder, bin_folder / "pg_ctl", "stop", "--mode=immediate")
    shutil.rmtree(folder, ignore_errors=True)
