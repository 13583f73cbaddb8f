"""A world in PostgreSQL, in a database or a schema for each run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.postgres_server import PASSWORD
from tests.worlds.stand.small_world import CUSTOMERS, customers, shop, world

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.stand import changed, furnish, look, release, stand, sweep

BOTH = pytest.mark.parametrize("form", ["postgres", "postgres_overlay"])


@pytest.fixture(params=["postgres", "postgres_overlay"])
def home(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[Path]:
    stand(shop(tmp_path / "world"), request.param, tmp_path / "home", address=database)
    yield tmp_path / "home"
    sweep(tmp_path / "home")


def ask(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(sql.encode(), values or None)
        return found.fetchall() if found.description else []


def test_a_run_reads_its_writes_and_no_other_run_does(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "a", name="ap_a") as one, furnish(home, tmp_path / "b", name="ap_b") as two:
        mine, yours = one.env["DATABASE_URL"], two.env["DATABASE_URL"]
        ask(mine, "UPDATE customers SET status = 'mine' WHERE customer_id = 3")
        ask(mine, 'DELETE FROM "order" WHERE customer_id = 5')
        ask(mine, "DELETE FROM customers WHERE customer_id = 5")
        ((new,),) = ask(mine, "INSERT INTO customers (full_name) VALUES ('New One') RETURNING customer_id")
        assert new == 21
        assert ask(mine, "SELECT count(*), max(status) FILTER (WHERE customer_id = 3) FROM customers") == [
            (20, "mine")
        ]
        assert ask(yours, "SELECT count(*), max(status) FILTER (WHERE customer_id = 3) FROM customers") == [
            (20, " CLOSED")
        ]
        with look(tmp_path / "a") as seen:
            found = seen.rows(
                f"SELECT full_name, '?' AS q FROM {seen.name('customers')} "
                "WHERE customer_id = ? AND full_name LIKE '%One'",
                [21],
            )
        assert found == [{"full_name": "New One", "q": "?"}]
        with look(home) as seen:
            assert seen.rows("SELECT count(*) AS n FROM customers") == [{"n": 20}]


def test_values_are_exact_and_in_their_own_types(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "run") as run:
        url = run.env["DATABASE_URL"]
        assert ask(url, 'SELECT amount, paid, "select" FROM "order" WHERE order_id = 30') == [
            (Decimal("29.10"), False, "note 29")
        ]
        ((born, seen),) = ask(
            url,
            "SELECT date_of_birth, seen AT TIME ZONE 'Europe/Berlin' FROM customers WHERE customer_id = 1",
        )
        assert (born, str(seen)) == (date(1980, 1, 1), "2026-03-29 01:59:59")
    with look(home) as view:
        assert view.rows('SELECT amount, paid FROM "order" WHERE order_id = 30') == [
            {"amount": 29.1, "paid": False}
        ]


def test_keys_and_references_hold_for_what_a_run_writes(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "run") as run:
        url = run.env["DATABASE_URL"]
        refused = {
            "INSERT INTO customers (customer_id) VALUES (7)": errors.UniqueViolation,
            "INSERT INTO customers (email) VALUES ('c3@mail.example')": errors.UniqueViolation,
            "UPDATE customers SET email = 'c3@mail.example' WHERE customer_id = 9": errors.UniqueViolation,
            'INSERT INTO "order" (order_id, customer_id) VALUES (99, 999)': errors.ForeignKeyViolation,
            "DELETE FROM customers WHERE customer_id = 1": errors.ForeignKeyViolation,
            "UPDATE customers SET customer_id = 77 WHERE customer_id = 1": errors.ForeignKeyViolation,
        }
        for sql, error in refused.items():
            with pytest.raises(error):
                ask(url, sql)
        ask(url, "UPDATE customers SET full_name = 'Twice', status = 'x' WHERE customer_id = 4")
        ask(url, "UPDATE customers SET full_name = full_name || '!' WHERE customer_id = 4")
        ask(url, "UPDATE customers SET email = NULL WHERE customer_id = 4")
        assert ask(url, "SELECT full_name, email FROM customers WHERE customer_id = 4") == [("Twice!", None)]
        assert ask(url, "SELECT count(*) FROM customers") == [(20,)]


def test_many_runs_at_once(home: Path, tmp_path: Path) -> None:
    def run(number: int) -> int:
        with furnish(home, tmp_path / f"run{number}", name=f"ap_many_{number}") as mine:
            url = mine.env["DATABASE_URL"]
            ask(url, "UPDATE customers SET status = %s", str(number))
            ((found,),) = ask(url, "SELECT count(*) FROM customers WHERE status = %s", str(number))
            return int(found)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(run, range(12))) == [20] * 12


def test_a_run_left_by_a_killed_process_gives_way_to_the_next(
    home: Path, tmp_path: Path, database: str
) -> None:
    first = furnish(home, tmp_path / "one", name="ap_w")
    ask(first.env["DATABASE_URL"], "UPDATE customers SET status = 'left'")
    with (
        psycopg.connect(first.env["DATABASE_URL"]),
        furnish(home, tmp_path / "two", name="ap_w") as second,
    ):
        assert second.env["DATABASE_URL"] == first.env["DATABASE_URL"]
        assert ask(second.env["DATABASE_URL"], "SELECT count(*) FROM customers WHERE status = 'left'") == [
            (0,)
        ]
    release(tmp_path / "one")
    names = "SELECT datname FROM pg_database UNION SELECT nspname FROM pg_namespace"
    assert ("ap_w",) not in ask(database, names)


def test_runs_nobody_released_are_dropped_when_they_are_old(
    home: Path, tmp_path: Path, database: str
) -> None:
    furnish(home, tmp_path / "old", name="ap_old")
    furnish(home, tmp_path / "young", name="ap_young")
    kind = json.loads((home / "world.json").read_text())["form"]
    what = "DATABASE" if kind == "postgres" else "SCHEMA"
    ask(database, f"COMMENT ON {what} ap_old IS 'agentprobe run, 2020-01-01 00:00:00+00'")
    with furnish(home, tmp_path / "next", name="ap_next"):
        names = "SELECT datname FROM pg_database UNION SELECT nspname FROM pg_namespace"
        left = {name for (name,) in ask(database, names) if name.startswith("ap_")}
    assert left == {"ap_young", "ap_next"}
    release(tmp_path / "young")


def test_what_is_not_ours_is_left_alone(home: Path, tmp_path: Path, database: str) -> None:
    ask(database, "CREATE SCHEMA ap_theirs")
    ask(database, "CREATE DATABASE ap_theirs")
    with pytest.raises(FixtureError, match="'ap_theirs' that no world stands in; it is left alone"):
        furnish(home, tmp_path / "run", name="ap_theirs")
    ask(database, "DROP DATABASE ap_theirs")


def test_what_was_left_before_it_had_its_comment_gives_way(home: Path, tmp_path: Path, database: str) -> None:
    ask(database, "CREATE SCHEMA ap_0123456789ab")
    ask(database, "CREATE DATABASE ap_0123456789ab")
    with furnish(home, tmp_path / "run", name="ap_0123456789ab") as run:
        assert ask(run.env["DATABASE_URL"], "SELECT count(*) FROM customers") == [(20,)]
    ask(database, "DROP DATABASE IF EXISTS ap_0123456789ab")


def test_passwords_stand_in_no_file(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "run") as run:
        assert "sesame" in run.env["DATABASE_URL"]
        assert "sesame" not in repr(run)
        for path in [*home.iterdir(), *(tmp_path / "run").iterdir()]:
            text = path.read_text()
            assert "sesame" not in text
            assert PASSWORD not in text


@BOTH
def test_a_world_with_everything_that_trips_stands(tmp_path: Path, database: str, form: str) -> None:
    odd = Table(
        name="user",
        key=("group", "code"),
        namespace="sales",
        columns=(
            Column(name="group", kind="integer", role=Role.IDENTIFIER, nullable=False),
            Column(name="code", kind="text", role=Role.CODE, nullable=False),
            Column(name="text", kind="text", role=Role.TEXT),
            Column(name="id", kind="text", role=Role.IDENTIFIER, native="uuid"),
            Column(name="bad", kind="text", role=Role.IDENTIFIER, native="uuid"),
            Column(name="data", kind="text", role=Role.JSON, native="jsonb"),
            Column(name="raw", kind="binary"),
            Column(name="near", kind="vector", role=Role.VECTOR, size=2),
            Column(name="number", kind="decimal", role=Role.MONEY, size=9),
            Column(name='we"ird', kind="float", role=Role.NUMBER),
        ),
    )
    rows = [
        {
            "group": 1,
            "code": "b",
            "text": 'a\0b\n\\.\n,"x"',
            "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "bad": "no uuid",
            "data": '{"a": 1}',
            "raw": b"\x00\xff",
            "near": [1.0, -0.5],
            "number": Decimal("12345678901234567890.5"),
            'we"ird': float("inf"),
        },
        {"group": 1, "code": "", "text": ""},
        {"group": 0, "code": "\\.", "text": "\\."},
    ]
    loose = Table(name="loose", columns=(Column(name="a", kind="integer"), Column(name="b", kind="text")))
    made = world(
        tmp_path / "w",
        [odd, loose],
        {"user": rows, "loose": [{"a": 1, "b": None}] * 2 + [{"a": 2, "b": "x"}]},
    )
    standing = stand(made, form, tmp_path / "home", address=database)
    assert (
        "user: 1 texts hold a null byte, which PostgreSQL refuses; U+FFFD stands in its place"
        in standing.notes
    )
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        url = run.env["DATABASE_URL"]
        name = '"user"' if form == "postgres_overlay" else 'sales."user"'
        found = ask(
            url,
            'SELECT text, id::text, bad, data ->> \'a\', raw, near::text, number, "we""ird" '
            f"FROM {name} WHERE code = 'b'",
        )
        text = 'a\ufffdb\n\\.\n,"x"'
        near = found[0][5]
        assert found == [
            (
                text,
                rows[0]["id"],
                "no uuid",
                "1",
                b"\x00\xff",
                near,
                Decimal("12345678901234567890.5"),
                float("inf"),
            )
        ]
        assert near in ("{1,-0.5}", "[1,-0.5]")
        assert ask(url, f'SELECT "group", code, text FROM {name} WHERE bad IS NULL ORDER BY 1') == [
            (0, "\\.", "\\."),
            (1, "", ""),
        ]
        ask(url, "DELETE FROM loose WHERE a = 1 AND b IS NULL")
        ask(url, "UPDATE loose SET b = 'y' WHERE a = 2")
        ask(url, "INSERT INTO loose VALUES (3, 'z')")
        ask(url, "UPDATE loose SET b = b || b")
        assert ask(url, "SELECT a, b FROM loose ORDER BY a") == [(2, "yy"), (3, "zz")]
    sweep(tmp_path / "home")


@BOTH
def test_cyclic_references_and_broken_ones_stand(tmp_path: Path, database: str, form: str) -> None:
    def table(name: str, other: str) -> Table:
        columns = tuple(Column(name=one, kind="integer", role=Role.IDENTIFIER) for one in ("id", "other"))
        reference = ForeignKey(columns=("other",), table=other, to=("id",))
        return Table(name=name, key=("id",), columns=columns, references=(reference,))

    rows = {"a": [{"id": 1, "other": 1}], "b": [{"id": 1, "other": 1}, {"id": 2, "other": 404}], "c": []}
    made = world(tmp_path / "w", [table("a", "b"), table("b", "a"), table("c", "c")], rows)
    standing = stand(made, form, tmp_path / "home", address=database)
    assert [note.partition(" hold")[0] for note in standing.notes] == ["b(other) -> a does not"]
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        ask(run.env["DATABASE_URL"], "INSERT INTO c VALUES (1, 1)")
        ask(run.env["DATABASE_URL"], "INSERT INTO a VALUES (2, 2)")
        with pytest.raises(errors.ForeignKeyViolation):
            ask(run.env["DATABASE_URL"], "INSERT INTO b VALUES (3, 404)")
    sweep(tmp_path / "home")


@BOTH
def test_1600_columns_stand(tmp_path: Path, database: str, form: str) -> None:
    columns = tuple(Column(name=f"c{number}", kind="integer", role=Role.NUMBER) for number in range(1600))
    wide = Table(name="wide", key=("c0",), columns=columns)
    made = world(tmp_path / "w", [wide], {"wide": [{one.name: 1 for one in columns[:200]}]})
    stand(made, form, tmp_path / "home", address=database)
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        ask(run.env["DATABASE_URL"], "UPDATE wide SET c7 = 9")
        assert ask(run.env["DATABASE_URL"], "SELECT c0, c7, c1599 FROM wide") == [(1, 9, None)]
    sweep(tmp_path / "home")


def test_the_base_of_an_overlay_refuses_writes_by_its_own_name(tmp_path: Path, database: str) -> None:
    standing = stand(shop(tmp_path / "w"), "postgres_overlay", tmp_path / "home", address=database)
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        for sql in ("DELETE FROM {0}.customers", "TRUNCATE {0}.customers CASCADE"):
            with pytest.raises(errors.RaiseException, match="this is the base of all runs"):
                ask(run.env["DATABASE_URL"], sql.format(standing.base))


def test_an_overlay_uses_the_indexes_of_its_base(tmp_path: Path, database: str) -> None:
    made = shop(tmp_path / "w", people=20_000, sold=10)
    stand(made, "postgres_overlay", tmp_path / "home", address=database)
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        for condition in (
            "customer_id = 7",
            "email = 'c7@mail.example'",
            "full_name ILIKE '%o''brie%' AND seen IS NULL",
        ):
            plan = ask(run.env["DATABASE_URL"], f"EXPLAIN SELECT * FROM customers WHERE {condition}")
            assert "Seq Scan on customers" not in str(plan), plan


def test_what_a_run_changed_in_an_overlay_is_listed_by_key(tmp_path: Path, database: str) -> None:
    stand(shop(tmp_path / "w"), "postgres_overlay", tmp_path / "home", address=database)
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        url = run.env["DATABASE_URL"]
        ask(url, "UPDATE customers SET status = 'x' WHERE customer_id IN (3, 4)")
        ask(url, 'DELETE FROM "order" WHERE order_id = 9')
        ask(url, "INSERT INTO customers (full_name) VALUES ('New One')")
        found = changed(tmp_path / "run", tmp_path / "home", "customers")
        assert (found.inserted, found.updated, found.deleted) == (((21,),), ((3,), (4,)), ())
        assert changed(tmp_path / "run", tmp_path / "home", "order").deleted == ((9,),)


def test_a_world_that_cannot_be_loaded_leaves_nothing(tmp_path: Path, database: str) -> None:
    rows = customers(4)
    rows[0]["customer_id"] = rows[1]["customer_id"]
    before = ask(database, "SELECT count(*) FROM pg_database")
    for form in ("postgres", "postgres_overlay"):
        with pytest.raises(FixtureError, match="could not create unique index") as caught:
            stand(
                world(tmp_path / form, [CUSTOMERS], {"customers": rows}),
                form,
                tmp_path / "h",
                address=database,
            )
        assert "sesame" not in str(caught.value)
    assert ask(database, "SELECT count(*) FROM pg_database") == before
    assert ask(
        database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'world%%'".replace("%%", "%")
    ) == [(0,)]
    assert not (tmp_path / "h").exists()


def test_addresses_that_cannot_be_read_are_told_without_their_password(tmp_path: Path) -> None:
    made = shop(tmp_path / "w")
    with pytest.raises(ConfigError, match="needs the address of a server"):
        stand(made, "postgres", tmp_path / "h")
    for address in (
        "mysql://u:sesame@h/d",
        "postgresql://u:sesame/@h:12:34/d",
        "postgresql://u:sesame@127.0.0.1:1/d",
    ):
        with pytest.raises((ConfigError, FixtureError)) as caught:
            stand(made, "postgres", tmp_path / "h", address=address)
        assert "sesame" not in str(caught.value)
