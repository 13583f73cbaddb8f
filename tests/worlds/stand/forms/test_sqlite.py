"""A world in SQLite, and runs that write a lot into their own view of it."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from tests.worlds.stand.small_world import CUSTOMERS, ORDERS, customers, shop, world

from agentprobe.errors import FixtureError
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.stand import changed, furnish, look, release, stand


@pytest.fixture
def home(tmp_path: Path) -> Path:
    stand(shop(tmp_path / "world", people=2000, sold=3000), "sqlite", tmp_path / "home")
    return tmp_path / "home"


def bytes_of(home: Path) -> str:
    return hashlib.sha256((home / "world.sqlite").read_bytes()).hexdigest()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def agent(database: Path | str, code: str) -> str:
    """What a process of its own prints that does something with a database."""
    program = (
        "import sqlite3, sys\n"
        "def tried(sql):\n"
        "    try: return c.execute(sql).fetchone()\n"
        "    except sqlite3.OperationalError as error: return str(error)\n"
        "c = sqlite3.connect(sys.argv[1], timeout=0.05)\n" + code
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(database)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


MUCH = "c.execute(\"UPDATE customers SET full_name = printf('%3000s', 'x')\"); c.commit()\n"
"""More pages than SQLite writes before it makes a checkpoint by itself."""


def test_rows_come_back_as_they_are_in_the_world(tmp_path: Path) -> None:
    odd = Table(
        name="odd",
        key=("code",),
        columns=(
            Column(name="code", kind="text", role=Role.CODE, nullable=False),
            Column(name="exact", kind="decimal", role=Role.MONEY, size=2),
            Column(name="long", kind="decimal", role=Role.MONEY, size=9),
            Column(name="at", kind="timestamp", role=Role.DATE),
            Column(name="zoned", kind="timestamp", role=Role.DATE, zoned=True),
            Column(name="clock", kind="time", role=Role.DATE),
            Column(name="raw", kind="binary"),
            Column(name="near", kind="vector", role=Role.VECTOR, size=2),
            Column(name="day", kind="date", role=Role.DATE),
            Column(name="yes", kind="boolean", role=Role.FLAG),
        ),
    )
    rows: list[dict[str, object]] = [
        {
            "code": "b\0c",
            "exact": Decimal("12.30"),
            "long": Decimal("123456789012345678.123456789"),
            "at": datetime(2026, 3, 29, 2, 30, 0, 500000),  # noqa: DTZ001 - a moment without a zone
            "zoned": datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC),
            "clock": time(23, 59, 59),
            "raw": b"\x00\xff",
            "near": [1.0, -0.5],
            "day": date(1900, 2, 28),
            "yes": False,
        },
        {"code": "a\ufffd"},
    ]
    standing = stand(world(tmp_path / "w", [odd], {"odd": rows}), "sqlite", tmp_path / "home")
    with look(tmp_path / "home") as seen:
        first, second = seen.rows('SELECT * FROM "odd" ORDER BY rowid')
    assert first == dict.fromkeys(first) | {"code": "a\ufffd"}
    assert second == {
        "code": "b\0c",
        "exact": 12.3,
        "long": "123456789012345678.123456789",
        "at": "2026-03-29 02:30:00.5",
        "zoned": "2026-03-29 01:00:00+00:00",
        "clock": "23:59:59",
        "raw": b"\x00\xff",
        "near": b"\x00\x00\x80?\x00\x00\x00\xbf",
        "day": "1900-02-28",
        "yes": 0,
    }
    assert standing.notes == ("odd.long holds decimals longer than SQLite's numbers: kept as text",)


def test_rows_stand_in_the_order_of_their_key(home: Path) -> None:
    with look(home) as seen:
        ids = [row["customer_id"] for row in seen.rows("SELECT customer_id FROM customers")]
    assert ids == list(range(1, 2001))


def test_queries_of_agents_use_an_index(home: Path) -> None:
    asked = (
        "SELECT * FROM customers WHERE full_name = 'John Smith'",
        "SELECT * FROM customers WHERE full_name LIKE 'john%'",
        "SELECT * FROM customers WHERE email = 'c1@mail.example'",
        "SELECT * FROM customers WHERE seen BETWEEN '2026-01-01' AND '2026-02-01'",
        "SELECT * FROM customers WHERE status = 'active' AND seen > '2026-01-01'",
        "SELECT * FROM customers_search WHERE full_name LIKE '%o''bri%'",
        'SELECT * FROM "order" WHERE customer_id = 7',
    )
    with look(home) as seen:
        plans = [seen.rows(f"EXPLAIN QUERY PLAN {sql}")[0]["detail"] for sql in asked]
    assert "(status=? AND seen>?)" in plans[4]
    assert all("USING" in plan or "VIRTUAL TABLE INDEX 0:L" in plan for plan in plans), plans


def test_a_search_for_a_part_of_a_word_sees_what_the_run_wrote(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "run") as run:
        found = agent(
            run.env["WORLD_SQLITE"],
            "c.execute(\"UPDATE customers SET full_name = 'Zoë Quxley' WHERE customer_id = 3\")\n"
            'c.execute("DELETE FROM customers WHERE customer_id = 9")\n'
            "print(tried(\"SELECT rowid FROM customers_search WHERE full_name LIKE '%quxl%'\"),"
            "tried(\"SELECT count(*) FROM customers_search WHERE full_name LIKE '%o''brien%'\"))",
        )
    brien = sum(row["full_name"] == "Mary O'Brien" for row in customers(2000))
    assert found == f"(3,) ({brien - 2},)"


def test_a_duplicate_makes_an_index_that_is_not_unique(tmp_path: Path) -> None:
    rows = customers(4)
    rows[0]["email"] = rows[1]["email"]
    standing = stand(world(tmp_path / "w", [CUSTOMERS], {"customers": rows}), "sqlite", tmp_path / "home")
    assert standing.notes == ("customers(email) is not unique in this world",)


def test_a_key_that_stands_twice_is_said(tmp_path: Path) -> None:
    rows = customers(4)
    rows[0]["customer_id"] = rows[1]["customer_id"]
    with pytest.raises(FixtureError, match="has a value of its key 'customer_id' twice"):
        stand(world(tmp_path / "w", [CUSTOMERS], {"customers": rows}), "sqlite", tmp_path / "home")
    assert not list(tmp_path.glob("home*")) + list(tmp_path.glob(".standing*"))


def test_cyclic_references_and_empty_tables_stand(tmp_path: Path) -> None:
    def table(name: str, other: str, at: str) -> Table:
        columns = tuple(Column(name=one, kind="integer", role=Role.IDENTIFIER) for one in ("id", at))
        reference = ForeignKey(columns=(at,), table=other, to=("id",))
        return Table(name=name, key=("id",), columns=columns, references=(reference,))

    people, teams = table("person", "team", "team"), table("team", "person", "lead")
    empty = Table(name="nothing", columns=(Column(name="group", kind="text", role=Role.TEXT),))
    made = world(
        tmp_path / "w",
        [people, teams, empty],
        {"person": [{"id": 1, "team": 1}], "team": [{"id": 1, "lead": 1}]},
    )
    stand(made, "sqlite", tmp_path / "home")
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        assert (
            agent(
                run.env["WORLD_SQLITE"],
                "c.execute('PRAGMA foreign_keys = ON')\n"
                "c.execute('INSERT INTO person VALUES (2, 2)'); c.execute('INSERT INTO team VALUES (2, 2)')\n"
                "c.commit(); print(tried('PRAGMA foreign_key_check'))\n"
                "print(tried('SELECT count(*) FROM [nothing]'))",
            )
            == "None\n(0,)"
        )


def test_1600_columns_stand(tmp_path: Path) -> None:
    wide = Table(
        name="wide",
        key=("c0",),
        columns=tuple(Column(name=f"c{n}", kind="integer", role=Role.IDENTIFIER) for n in range(1600)),
    )
    rows = [{f"c{n}": n for n in range(1600)}]
    stand(world(tmp_path / "w", [wide], {"wide": rows}), "sqlite", tmp_path / "home")
    with look(tmp_path / "home") as seen:
        assert seen.rows("SELECT c1599 FROM wide WHERE c7 = 7") == [{"c1599": 1599}]


def test_a_run_reads_its_writes_and_the_world_stays_as_it_was(home: Path, tmp_path: Path) -> None:
    before = bytes_of(home)
    with furnish(home, tmp_path / "run") as run:
        told = agent(
            run.env["WORLD_SQLITE"],
            MUCH
            + "print(tried('PRAGMA wal_checkpoint(TRUNCATE)')[0], tried('PRAGMA journal_mode = DELETE'))\n"
            "print(tried('PRAGMA locking_mode = EXCLUSIVE'), tried('DELETE FROM customers'))\n"
            "tried('PRAGMA locking_mode = NORMAL'); c.commit(); c.close()\n"
            "c = sqlite3.connect(sys.argv[1]); c.execute('VACUUM'); c.close()\n"
            "c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM customers WHERE customer_id > 1990')\n"
            "c.commit(); print(tried('SELECT count(*), max(length(full_name)) FROM customers'))",
        )
        assert told.splitlines() == [
            "1 database is locked",
            "('exclusive',) database is locked",
            "(1990, 3000)",
        ]
        with look(tmp_path / "run") as seen:
            assert seen.rows("SELECT count(*) AS n FROM customers WHERE length(full_name) = ?", [3000]) == [
                {"n": 1990}
            ]
        assert bytes_of(home) == before
    assert bytes_of(home) == before
    assert names_in(tmp_path / "run") == []
    assert names_in(home) == ["world.json", "world.sqlite"]


def test_two_runs_at_once_do_not_see_each_other(home: Path, tmp_path: Path) -> None:
    code = "c.execute(\"UPDATE customers SET status = '{0}'\"); c.commit(); input(); c.close(); print('{0}')"
    before = bytes_of(home)
    with furnish(home, tmp_path / "a") as first:
        # Another worker, with its own run, at the same time.
        other = (
            "import sys; from pathlib import Path; from agentprobe.worlds.stand import furnish\n"
            "run = furnish(Path(sys.argv[1]), Path(sys.argv[2])); print(run.notes, flush=True); input()\n"
            "run.release()"
        )
        worker = subprocess.Popen(
            [sys.executable, "-c", other, str(home), str(tmp_path / "b")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "()\n"
            agents = [
                subprocess.Popen(
                    [
                        sys.executable,
                        "-c",
                        f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); {code.format(word)}",
                        path,
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for word, path in (
                    ("mine", first.env["WORLD_SQLITE"]),
                    ("yours", str(tmp_path / "b/world.sqlite")),
                )
            ]
            assert [one.communicate("\n")[0] for one in agents] == ["mine\n", "yours\n"]
            for folder, word in (("a", "mine"), ("b", "yours")):
                with look(tmp_path / folder) as seen:
                    assert seen.rows("SELECT DISTINCT status FROM customers") == [{"status": word}]
            worker.communicate("\n")
        assert worker.returncode == 0
    assert bytes_of(home) == before


def test_an_agent_that_is_killed_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    before = bytes_of(home)
    with furnish(home, tmp_path / "run") as run:
        program = (
            f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); {MUCH}print('done', flush=True); input()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program, run.env["WORLD_SQLITE"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as killed:
            assert killed.stdout is not None
            killed.stdout.readline()
            killed.send_signal(signal.SIGKILL)
        assert (
            agent(run.env["WORLD_SQLITE"], "print(tried('SELECT max(length(full_name)) FROM customers'))")
            == "(3000,)"
        )
    assert bytes_of(home) == before


def test_a_run_whose_worker_was_killed_is_released_by_another_process(home: Path, tmp_path: Path) -> None:
    before = bytes_of(home)
    program = (
        "import os, signal, sys; from pathlib import Path; from agentprobe.worlds.stand import furnish\n"
        "furnish(Path(sys.argv[1]), Path(sys.argv[2])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(home), str(tmp_path / "run")], check=False)
    survivor = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])\n"
        "c.execute(\"UPDATE customers SET status = 'late' WHERE customer_id = 1\"); c.commit()\n"
        f"print('open', flush=True); input()\n{MUCH}c.close(); print('closed')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", survivor, str(tmp_path / "run/world.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        release(tmp_path / "run")
        assert process.communicate("\n")[0] == "closed\n"
    assert bytes_of(home) == before
    assert names_in(tmp_path / "run") == []


def test_a_connection_left_open_in_this_process_does_not_reach_the_next_run(
    home: Path, tmp_path: Path
) -> None:
    before = bytes_of(home)
    first = furnish(home, tmp_path / "one")
    left = sqlite3.connect(first.env["WORLD_SQLITE"])
    left.execute("UPDATE customers SET status = 'left'")
    left.commit()
    first.release()
    with furnish(home, tmp_path / "two") as second:
        with sqlite3.connect(second.env["WORLD_SQLITE"]) as fresh:
            assert fresh.execute("SELECT count(*) FROM customers WHERE status = 'left'").fetchone() == (0,)
            fresh.execute("UPDATE customers SET status = 'fresh'")
        left.execute("UPDATE customers SET full_name = printf('%3000s', 'late')")
        left.commit()
        assert fresh.execute("SELECT DISTINCT status FROM customers").fetchall() == [("fresh",)]
        assert fresh.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        fresh.close()
        left.close()
    assert bytes_of(home) == before
    with furnish(home, tmp_path / "three"):
        assert (home / "world.sqlite").samefile(tmp_path / "three/world.sqlite")


def test_many_runs_of_one_process_are_apart(home: Path, tmp_path: Path) -> None:
    before = bytes_of(home)
    runs = [furnish(home, tmp_path / str(number), alone=False) for number in range(3)]
    open_ = [sqlite3.connect(run.env["WORLD_SQLITE"]) for run in runs]
    for number, connection in enumerate(open_):
        connection.execute(
            "UPDATE customers SET status = ?, full_name = printf('%3000s', 'x')", [str(number)]
        )
        connection.commit()
    seen = [one.execute("SELECT DISTINCT status FROM customers").fetchall() for one in open_]
    for connection, run in zip(open_, runs, strict=True):
        connection.close()
        run.release()
    assert seen == [[("0",)], [("1",)], [("2",)]]
    assert bytes_of(home) == before


def test_a_run_that_writes_past_the_database_is_found_out(home: Path, tmp_path: Path) -> None:
    run = furnish(home, tmp_path / "run")
    with (tmp_path / "run/world.sqlite").open("r+b") as file:
        file.seek(5000)
        file.write(b"spoilt")
    with pytest.raises(FixtureError, match="past the database; stand the world again"):
        run.release()
    with pytest.raises(FixtureError, match="stand the world again"):
        furnish(home, tmp_path / "next")


def test_a_replaced_file_is_the_runs_own_affair(home: Path, tmp_path: Path) -> None:
    before = bytes_of(home)
    with furnish(home, tmp_path / "run"):
        (tmp_path / "run/world.sqlite").unlink()
        (tmp_path / "run/world.sqlite").write_bytes(b"mine")
    assert bytes_of(home) == before


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_run_changed_is_listed_by_key(home: Path, tmp_path: Path, times: int) -> None:
    for number in range(times):
        with furnish(home, tmp_path / str(number)) as run:
            assert not changed(tmp_path / str(number), home, "customers")
            agent(
                run.env["WORLD_SQLITE"],
                'c.execute("UPDATE customers SET status = NULL WHERE customer_id = 5")\n'
                'c.execute("DELETE FROM customers WHERE customer_id = 7")\n'
                "c.execute(\"INSERT INTO customers (full_name) VALUES ('New One')\"); c.commit()",
            )
            found = changed(tmp_path / str(number), home, "customers")
            assert (found.inserted, found.updated, found.deleted) == (((2001,),), ((5,),), ((7,),))
            assert not changed(tmp_path / str(number), home, "order")


def test_without_links_a_run_gets_a_copy(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse: Callable[..., None] = lambda *_: (_ for _ in ()).throw(OSError(18, "other file system"))  # noqa: E731
    monkeypatch.setattr("agentprobe.worlds.stand.shared_file.os.link", refuse)
    with furnish(home, tmp_path / "run") as run:
        assert run.notes[0].startswith("world.sqlite is c")
        agent(run.env["WORLD_SQLITE"], MUCH)
        assert not (home / "world.sqlite").samefile(tmp_path / "run/world.sqlite")


def test_a_look_only_reads(home: Path) -> None:
    with look(home) as seen:
        for sql in ("DELETE FROM customers", "SELEKT"):
            with pytest.raises(FixtureError, match="a look failed"):
                seen.rows(sql)
    assert seen.name('a"b') == '"a""b"'


def test_columns_that_differ_in_capitals_are_refused(tmp_path: Path) -> None:
    twice = Table(name="t", columns=(Column(name="Id", kind="text"), Column(name="id", kind="text")))
    with pytest.raises(FixtureError, match="two columns of table 't' are called 'Id' and 'id'"):
        stand(world(tmp_path / "w", [twice], {}), "sqlite", tmp_path / "home")


def test_the_sold_orders_keep_their_customers(home: Path) -> None:
    with look(home) as seen:
        assert seen.rows("PRAGMA foreign_key_check") == []
        assert seen.rows(f"SELECT sum(amount) AS s FROM {seen.name(ORDERS.name)}")[0]["s"] == pytest.approx(
            sum(range(3000)) + 300
        )
