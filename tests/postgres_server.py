"""A real PostgreSQL for the tests: a server of its own, in a temporary folder and on a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

PASSWORD = "open:sesame/4711@night"
_SPELLED = "open%3Asesame%2F4711%40night"
_RUN = """
"$0/initdb" -D "$1/data" -U postgres -E UTF8 --locale=C.UTF-8 \\
    -A scram-sha-256 --pwfile "$1/password" -N >"$1/log" &&
"$0/pg_ctl" -D "$1/data" -w -l "$1/log" \\
    -o "-k $1 -c listen_addresses= -c fsync=off -c shared_buffers=32MB" start >/dev/null &&
echo ready
read _
"$0/pg_ctl" -D "$1/data" -m immediate stop >/dev/null
"""
"""Ends with the one who has started it: `read` ends when that is gone."""


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """The folder of a running server's socket; skips where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        missing = "PostgreSQL is not installed here; on Debian: apt-get install postgresql"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with tempfile.TemporaryDirectory(prefix="ap-pg-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), _user()
        (folder / "password").write_text(PASSWORD)
        if user is not None:  # the server refuses to be root
            os.chown(folder, user.pw_uid, user.pw_gid)
            os.chown(folder / "password", user.pw_uid, user.pw_gid)
        with subprocess.Popen(
            ["sh", "-c", _RUN, str(programs), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=name,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            user=user.pw_uid if user is not None else None,
            group=user.pw_gid if user is not None else None,
            extra_groups=[] if user is not None else None,
            start_new_session=True,
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n", (folder / "log").read_text()
            yield folder
            running.stdin.close()


_numbers = count(1)


@pytest.fixture(scope="module")
def shared_database(server: Path) -> str:
    """The address of a database that the tests of a file share."""
    return _new_database(server)


@pytest.fixture
def database(server: Path) -> str:
    """The address of an empty database."""
    return _new_database(server)


def _new_database(server: Path) -> str:
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(url(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url(server, name)


def url(server: Path, name: str) -> str:
    return f"postgresql://postgres:{_SPELLED}@/{name}?host={server}"


def _programs() -> Path | None:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda path: int(path.parent.name))
    there = shutil.which("initdb")
    return found[-1] if found else Path(there).parent if there else None


def _user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None
