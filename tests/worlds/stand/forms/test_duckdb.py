"""A world in DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.worlds.stand.small_world import shop

from agentprobe.errors import FixtureError
from agentprobe.worlds.stand import furnish, look, stand


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Customers are few enough to be copied, orders are not."""
    monkeypatch.setattr("agentprobe.worlds.stand.forms.duckdb.REAL_UP_TO", 100)
    standing = stand(shop(tmp_path / "world", people=20, sold=300), "duckdb", tmp_path / "home")
    assert standing.views == ("order",)
    return tmp_path / "home"


def test_a_run_writes_small_tables_and_reads_large_ones(home: Path, tmp_path: Path) -> None:
    with furnish(home, tmp_path / "one") as run, furnish(home, tmp_path / "two"):
        assert run.env["DATABASE_URL"] == f"duckdb:///{tmp_path}/one/world.duckdb"
        with duckdb.connect(run.env["WORLD_DUCKDB"]) as agent:
            agent.execute("UPDATE customers SET status = 'mine' WHERE customer_id = 3")
            with pytest.raises(duckdb.Error):
                agent.execute('DELETE FROM "order"')
        for folder, status in (("one", "mine"), ("two", " CLOSED")):
            with look(tmp_path / folder) as seen:
                assert seen.rows("SELECT status, seen FROM customers WHERE customer_id = ?", [3]) == [
                    {"status": status, "seen": "2026-03-29 00:59:59+00:00"}
                ]
                assert seen.rows(f"SELECT max(amount) AS m FROM {seen.name('order')}") == [{"m": 299.1}]


def test_large_tables_that_runs_must_write_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentprobe.worlds.stand.forms.duckdb.REAL_UP_TO", 100)
    made = shop(tmp_path / "world", sold=300)
    stand(made, "duckdb", tmp_path / "home", writes=("order",))
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        with duckdb.connect(run.env["WORLD_DUCKDB"]) as agent:
            agent.execute('DELETE FROM "order" WHERE order_id < 100')
        with look(tmp_path / "run") as seen:
            assert seen.rows('SELECT min(order_id) AS m FROM "order"') == [{"m": 100}]


def test_parquet_that_a_run_changed_is_found_out(home: Path, tmp_path: Path) -> None:
    run = furnish(home, tmp_path / "run")
    with (home / "tables/0.parquet").open("ab") as file:
        file.write(b"more")
    with pytest.raises(FixtureError, match="a run changed"):
        run.release()


def test_a_key_that_stands_twice_is_said_without_its_value(tmp_path: Path) -> None:
    made = shop(tmp_path / "world")
    files = made.files("customers")
    (files[0].parent / "9000.parquet").write_bytes(files[0].read_bytes())
    with pytest.raises(FixtureError, match=r"cannot stand in DuckDB: Constraint Error$"):
        stand(made, "duckdb", tmp_path / "home")
    assert not (tmp_path / "home").exists()
