"""The commands on worlds, as a user goes from one to the next."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentprobe.cli.main import main
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.manifest import read_manifest


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as production has one."""
    folder = tmp_path_factory.mktemp("production")
    grown = ["world", "grow", "customers", "--rows", "400", "--seed", "3", "--ambiguity", "none"]
    assert main([*grown, "--to", str(folder / "grown")]) == 0
    assert main(["world", "stand", str(folder / "grown"), "--to", str(folder / "db")]) == 0
    return folder / "db" / "world.sqlite"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, and a home for keys."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "150")
    return tmp_path


def test_a_first_snapshot_waits_for_a_person_to_look_at_the_plan(production: Path, here: Path) -> None:
    assert main(["world", "snapshot", str(production)]) == 75
    plan = (here / "world.toml").read_text()
    assert 'given_name = { role = "given_name"' in plan
    assert not (here / "worlds").exists()


def test_from_production_to_a_world_that_drifts_is_refreshed_and_retired(
    production: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = here / "shop.sqlite"
    database.write_bytes(production.read_bytes())
    mapped = ["world", "snapshot", str(database), "--yes", "--mapped", "--accept", "a test of few rows"]
    assert main(mapped) == 0
    assert "still personal data" in capsys.readouterr().out
    world = here / "worlds" / "shop"
    manifest = read_manifest(world)
    assert manifest.kind == "mapped"
    assert (here / "worlds" / "shop.html").is_file()
    assert (here / "home/agentprobe/keys/shop.key").stat().st_mode & 0o077 == 0

    assert main(["world", "show", str(world), "--check"]) == 0
    assert main(["world", "drift", str(world)]) == 0
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE customers SET surname = 'Smith' WHERE customer_id % 2")
    assert main(["world", "drift", str(world), "--json", "drift.json"]) == 1
    moved = json.loads((here / "drift.json").read_bytes())["moved"]
    assert any(one["where"] == "customers.surname" and one["beyond"] for one in moved)

    assert main(["world", "refresh", str(world), "--accept", "a test of few rows"]) == 0
    fresh = read_manifest(world)
    assert fresh.key_id == manifest.key_id
    assert fresh.digest != manifest.digest
    (before,) = world.parent.glob("shop@*")
    assert "derived anew as shop" in read_manifest(before).retired
    assert main(["world", "drift", str(world)]) == 0

    assert main(["world", "retire", str(world), "--because", "the shop is closed"]) == 0
    capsys.readouterr()
    assert main(["world", "list"]) == 0
    assert capsys.readouterr().out.count("retired") == 2


def test_a_snapshot_that_was_not_accepted_leaves_what_was_there(production: Path, here: Path) -> None:
    database = here / "shop.sqlite"
    database.write_bytes(production.read_bytes())
    asked = ["world", "snapshot", str(database), "--yes", "--mapped", "--accept", "a test of few rows"]
    assert main(asked) == 0
    world = here / "worlds" / "shop"
    kept = read_manifest(world).digest
    text = (here / "world.toml").read_text()
    leaking = text.replace(
        'surname = { role = "surname"', 'surname = { keep = "they are nice", role = "surname"'
    )
    assert leaking != text
    (here / "world.toml").write_text(leaking)
    assert main(["world", "refresh", str(world)]) == 1
    assert read_manifest(world).digest == kept
    assert not read_manifest(world).retired
    assert not list(world.parent.glob("shop@*"))


def test_a_key_is_never_kept_beside_the_data(
    production: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = here / "worlds" / "shop" / "my.key"
    inside.parent.mkdir(parents=True)
    inside.write_text("ab" * 32)
    asked = ["world", "snapshot", str(production), "--yes", "--to", "worlds/shop", "--key", str(inside)]
    assert main(asked) == 2
    assert "worlds/shop" in capsys.readouterr().err


def test_a_shape_leaves_production_and_grows_elsewhere(production: Path, here: Path) -> None:
    assert main(["world", "shape", str(production), "--yes", "--epsilon", "1"]) == 0
    grown = ["world", "grow", "shape.json", "--rows", "60", "--ambiguity", "nickname", "--to", "grown"]
    assert main(grown) == 0
    assert WorldFolder(here / "grown").rows("customers") > 60
    (here / "production").write_text("gone")


def test_fixtures_are_held_against_production(
    production: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", "grow", "customers", "--rows", "120", "--ambiguity", "none", "--to", "dev"]) == 0
    capsys.readouterr()
    assert main(["world", "compare", str(production), "dev"]) == 1
    assert "customers.given_name" in capsys.readouterr().out
    assert main(["world", "compare", str(production), str(production)]) == 0


def test_tasks_of_a_world_say_what_is_right(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grown = ["world", "grow", "customers", "--rows", "30", "--ambiguity", "same_name_same_city"]
    assert main(grown) == 0
    capsys.readouterr()
    assert main(["world", "tasks", "worlds/customers-30", "--family", "find_one", "--near", "3"]) == 0
    out = capsys.readouterr().out
    assert "same_name_same_city-name-and-town" in out
    assert "ask back" in out


def test_all_ambiguities_are_named_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", "plant", "--list"]) == 0
    assert "closed_twin" in capsys.readouterr().out
    assert main(["world", "plant", "--show", "closed_twin"]) == 0
    assert "Right: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grow", "custmers", "--rows", "10"], "did you mean 'customers'?"),
        (["grow", "customers", "--rows", "10", "--ambiguity", "nick_name"], "did you mean 'nickname'?"),
        (["show", "nowhere"], "nowhere is no world"),
        (["stand", "nowhere", "--to", "there"], "nowhere is no world"),
        (["snapshot"], "there is no plan world.toml"),
        (["snapshot", "env:NOT_SET_HERE"], "NOT_SET_HERE"),
        (["snapshot", "shop.xyz"], "shop.xyz"),
        (["drift", "nowhere"], "nowhere is no world"),
        (["plnat"], "did you mean 'plant'?"),
    ],
)
def test_what_cannot_be_meant_is_said_and_leaves_nothing(
    words: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", *words]) == 2
    assert said in capsys.readouterr().err
    assert not [path for path in here.rglob("*") if path.name != "worlds"]
