"""A run's world as the lab and the agent see it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.worlds.stand.small_world import shop

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.stand import furnish, look, release, stand
from agentprobe.worlds.stand.standing import read_standing
from agentprobe.worlds.stand.variables import variables


@pytest.fixture
def home(tmp_path: Path) -> Path:
    stand(shop(tmp_path / "world"), "sqlite", tmp_path / "home")
    return tmp_path / "home"


def test_an_agent_reads_its_address_once_for_all_runs(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "seen"
    told = variables("sqlite", address="", seen_at=place, name="w1")
    for number in range(3):
        run = furnish(home, tmp_path / f"run{number}", seen_at=place, name="w1")
        place.symlink_to(run.folder, target_is_directory=True)
        assert run.env == told
        with sqlite3.connect(told["DATABASE_URL"].removeprefix("sqlite:///")) as agent:
            assert agent.execute("SELECT count(*) FROM customers WHERE status = 'x'").fetchone() == (0,)
            agent.execute("UPDATE customers SET status = 'x'")
        agent.close()
        with look(run.folder) as seen:
            assert seen.rows("SELECT DISTINCT status FROM customers") == [{"status": "x"}]
        place.unlink()
        run.release()
        assert list(run.folder.iterdir()) == []


def test_variables_need_no_large_library() -> None:
    program = (
        "import sys; from agentprobe.worlds.stand.variables import variables\n"
        "print(sorted({'pyarrow', 'duckdb', 'numpy', 'sqlite3', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_addresses_of_servers_name_the_runs_database_or_schema() -> None:
    address = "postgresql://ana:pass%2Fword@db.example:5433/main?sslmode=require"
    place = Path("/seen")
    whole = variables("postgres", address=address, seen_at=place, name="ap_1")
    assert whole["DATABASE_URL"] == "postgresql://ana:pass%2Fword@db.example:5433/ap_1?sslmode=require"
    over = variables("postgres_overlay", address=address, seen_at=place, name="ap_1")
    assert over["DATABASE_URL"] == (
        "postgresql://ana:pass%2Fword@db.example:5433/main?sslmode=require&application_name=ap_1"
        "&options=-c%20search_path%3Dap_1%2Cpublic"
    )


def test_a_world_stands_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="there is something in"):
        stand(shop(tmp_path / "again"), "sqlite", home)
    with pytest.raises(ConfigError, match="unknown form of a world 'sqlit'; did you mean 'sqlite'"):
        stand(shop(tmp_path / "more"), "sqlit", tmp_path / "h")
    with pytest.raises(ConfigError, match="unknown choice of indexes 'many'"):
        stand(shop(tmp_path / "most"), "sqlite", tmp_path / "h", indexes="many")
    (tmp_path / "empty").mkdir()
    stand(shop(tmp_path / "there"), "sqlite", tmp_path / "empty")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".standing")]


def test_release_needs_no_world_and_never_takes_the_one_that_stands(home: Path, tmp_path: Path) -> None:
    release(tmp_path / "nothing")
    with pytest.raises(FixtureError, match="is not released"):
        release(home)
    run = furnish(home, tmp_path / "run")
    run.release()
    run.release()
    with look(home) as seen:
        assert seen.rows("SELECT count(*) AS n FROM customers") == [{"n": 20}]


def test_a_standing_world_can_be_moved(home: Path, tmp_path: Path) -> None:
    home.rename(tmp_path / "moved")
    with furnish(tmp_path / "moved", tmp_path / "run"), look(tmp_path / "run") as seen:
        assert seen.rows("SELECT count(*) AS n FROM customers") == [{"n": 20}]


def test_what_stands_says_so_of_itself(home: Path) -> None:
    standing = read_standing(home)
    assert standing.rows == {"customers": 20, "order": 30}
    assert (standing.form, standing.name, standing.as_of) == ("sqlite", "small", "2026-03-01T00:00:00+00:00")
    (home / "world.json").write_text('{"format": 99}')
    with pytest.raises(FixtureError):
        read_standing(home)
    with pytest.raises(FixtureError, match=r"there is no world\.json"):
        look(home.parent)
