"""A real MariaDB for the tests: a server of its own, in a temporary folder and on a socket."""

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

_RUN = """
"$0" --no-defaults --auth-root-authentication-method=normal --datadir="$1/data" --skip-test-db \\
    >"$1/log" 2>&1 &&
"$2" --no-defaults --datadir="$1/data" --socket="$1/socket" --skip-networking --pid-file="$1/pid" \\
    --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M --sql-mode="" >>"$1/log" 2>&1 &
while ! [ -S "$1/socket" ]; do kill -0 $! 2>/dev/null || exit 1; sleep 0.05; done
echo ready
read _
kill -9 "$(cat "$1/pid")"
"""
"""Ends with the one who has started it: `read` ends when that is gone."""


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Path]:
    """The socket of a running server; skips where MariaDB is not installed."""
    install, server = shutil.which("mariadb-install-db"), _program()
    if install is None or server is None:
        missing = "MariaDB is not installed here; on Debian: apt-get install mariadb-server"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with tempfile.TemporaryDirectory(prefix="ap-my-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), _user()
        if user is not None:  # the server refuses to be root
            os.chown(folder, user.pw_uid, user.pw_gid)
        with subprocess.Popen(
            ["sh", "-c", _RUN, install, name, server],
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
            yield folder / "socket"
            running.stdin.close()


_numbers = count(1)


@pytest.fixture
def mariadb(mariadb_server: Path) -> str:
    """The address of an empty database."""
    import pymysql

    name = f"test_{next(_numbers)}"
    with pymysql.connect(unix_socket=str(mariadb_server), user="root", autocommit=True) as connection:
        connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    return f"mysql://root@localhost/{name}?unix_socket={mariadb_server}"


def _program() -> str | None:
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or shutil.which("mysqld", path="/usr/sbin")


def _user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None
