"""A PostgreSQL of the bench's own: a cluster in a folder that goes again, on a socket, under a user without rights."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchError

HOW_TO_INSTALL = (
    "PostgreSQL is not installed (Debian and Ubuntu: apt install postgresql), so nothing is held against it."
)
USERS = ("postgres", "nobody")
# Everything in memory, as kindly as it gets; nothing has to survive.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "fsync": "off",
    "jit": "off",
}


class Postgres:
    """A running server that takes SQL."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder, self._user = folder, user

    def run(self, sql: str, *, rows: Path | None = None) -> str:
        """Run SQL and give what it prints, unaligned; `rows` is fed to its COPY FROM STDIN."""
        command = ["psql", "-h", str(self._folder), "-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
        with (rows or Path(os.devnull)).open(encoding="utf-8") as source:
            return called(command, self._user, stdin=source)


def programs() -> Path | None:
    """Find where the server's programs are; None if it is not installed."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return places[-1] if places and shutil.which("psql") else None


@contextmanager
def running(bin_folder: Path) -> Iterator[Postgres]:
    """Make a cluster, start it, and leave nothing of it behind."""
    user = None if os.geteuid() else _stranger()
    with tempfile.TemporaryDirectory(prefix="earshot-bench-pg-") as made:
        folder = Path(made)
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        called(
            [
                str(bin_folder / "initdb"),
                "-D",
                str(data),
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "-U",
                user or _me(),
            ],
            user,
        )
        options = " ".join(
            f"-c {name}='{value}'" for name, value in {**SETTINGS, "unix_socket_directories": made}.items()
        )
        control = [str(bin_folder / "pg_ctl"), "-D", str(data), "-w"]
        called([*control, "-o", options, "-l", str(folder / "log"), "start"], user)
        try:
            yield Postgres(folder, user)
        finally:
            called([*control, "-m", "immediate", "stop"], user)


def called(command: list[str], user: str | None, **more: Any) -> str:
    """Run a program as a user; return its output."""
    done = subprocess.run(
        command,
        user=user,
        group=user and pwd.getpwnam(user).pw_gid,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **more,
    )
    if done.returncode:
        raise BenchError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return str(done.stdout)


def _stranger() -> str:
    """Find a user without rights, since the server refuses to run as root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
