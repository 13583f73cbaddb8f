"""`agentprobe traces` with the store of a team: the same commands, the same output."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import agentprobe as probe
from agentprobe.adapters.orders import Orders
from agentprobe.cli.main import agentprobe, main


@probe.tool(effect="read")
def look_up(city: str) -> str:
    if city == "Rome":
        raise LookupError("no \x1b[31mRome")
    return f"rain in {city}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "weather" / ".agentprobe" / "traces"
    for city in ("Oslo", "Bern", "Rome"):
        orders = Orders(id=f"run-{city}", trace=folder / f"{city}.jsonl", virtual=True)
        with orders.open(), contextlib.suppress(LookupError):
            look_up(city)
    return folder


@pytest.fixture
def full(database: str, folder: Path) -> str:
    """The address of a store that holds the folder's traces."""
    assert "3 traces pushed to weather" in run("--folder", str(folder), "push", "--to", database).output
    return database


def run(*words: str, store: str | None = None) -> Result:
    environment = {"AGENTPROBE_STORE": store} if store else {}
    return CliRunner(env=environment).invoke(agentprobe, ["traces", *words], terminal_width=120)


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--failed"),
        ("list", "--json", "--text", "rain in Bern"),
        ("show", "run-O"),
        ("grep", "rain"),
        ("grep", "rain", "--json"),
        ("grep", "Paris"),
        ("stats",),
        ("stats", "--json", "--by", "tool"),
    ],
)
def test_the_store_prints_what_the_folder_prints(full: str, folder: Path, words: tuple[str, ...]) -> None:
    here = run("--folder", str(folder), *words)
    there = run("--store", full, "--project", "weather", *words)
    assert there.output == here.output
    assert there.exit_code == here.exit_code
    assert "\x1b[31m" not in there.output


def test_the_variable_names_the_store_and_a_folder_that_is_named_outdoes_it(full: str, folder: Path) -> None:
    def sessions(*words: str) -> set[str]:
        return {one["session"] for one in json.loads(run(*words, "list", "--json", store=full).output)}

    (folder / "Oslo.jsonl").unlink()
    assert sessions("--project", "weather") == {"run-Oslo", "run-Bern", "run-Rome"}
    assert sessions("--folder", str(folder)) == {"run-Bern", "run-Rome"}
    again = run("--folder", str(folder), "push", "--tool", "look*", store=full)
    assert "0 traces pushed to weather, 2 were there already" in again.output


def test_only_what_meets_the_conditions_is_pushed(database: str, folder: Path) -> None:
    done = run("--folder", str(folder), "--project", "rome", "push", "--failed", "--to", database)
    assert "1 trace pushed to rome" in done.output
    assert "run-Rome" in run("--store", database, "--project", "rome", "list").output


def test_a_trace_is_pulled_as_it_was_and_over_no_other(full: str, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    pull = ("--folder", str(place), "--project", "weather", "pull")
    assert run(*pull, "run-Oslo", "Bern.jsonl", store=full).exit_code == 0
    for name in ("Oslo.jsonl", "Bern.jsonl"):
        assert (place / name).read_bytes() == (folder / name).read_bytes()
    assert "was there already" in run(*pull, "run-Oslo", store=full).output
    (place / "Oslo.jsonl").write_text("mine")
    assert "Oslo-2.jsonl" in run(*pull, "run-Oslo", store=full).output
    assert (place / "Oslo.jsonl").read_text() == "mine"


def test_a_name_in_the_store_that_leads_out_of_the_folder_is_not_followed(
    full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import psycopg

    with psycopg.connect(full, autocommit=True) as connection:
        connection.execute("UPDATE agentprobe.sessions SET path = '../out.jsonl' WHERE path = 'Oslo.jsonl'")
    for words in (
        ["pull", "run-Oslo"],
        ["export", "--out", str(tmp_path / "p.tar.gz")],
        ["show", "run-Oslo"],
    ):
        place = str(tmp_path / "in")
        assert main(["traces", "--store", full, "--project", "weather", "--folder", place, *words]) == 2
        assert "'../out.jsonl', which is no trace" in capsys.readouterr().err
    assert not list(tmp_path.rglob("out.jsonl"))


def test_what_the_store_exports_is_taken_in(full: str, folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack.tar.gz"
    team = ("--store", full, "--project", "weather")
    assert "3 traces in" in run(*team, "export", "--out", str(pack)).output
    shutil.copytree(folder, tmp_path / "kept")
    shutil.rmtree(folder)
    assert "3 traces taken in" in run("--folder", str(folder), "import", str(pack)).output
    assert (folder / "Rome.jsonl").read_bytes() == (tmp_path / "kept/Rome.jsonl").read_bytes()
    assert run(*team, "import", str(pack)).exit_code != 0


def test_the_store_is_pruned_only_when_it_is_named(full: str) -> None:
    refused = run("--project", "weather", "prune", "--keep", "1", store=full)
    assert refused.exit_code == 2
    assert "say --store URL" in refused.output
    team = ("--store", full, "--project", "weather")
    assert "2 traces would go" in run(*team, "prune", "--keep", "1", "--dry-run").output
    assert "2 traces deleted" in run(*team, "prune", "--keep", "1").output
    assert len(json.loads(run(*team, "list", "--json").output)) == 1


def test_a_store_is_needed_to_push_and_pull(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["push"], ["pull", "run-Oslo"]):
        assert main(["traces", "--folder", str(folder), "--store", "", *words]) == 2
        assert "name the store, with --store or by the variable" in capsys.readouterr().err


def test_no_output_holds_the_password(full: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = full.replace("%40night", "wrong")
    for words in (["list"], ["push", "--to", wrong]):
        assert main(["traces", "--folder", str(folder), "--store", wrong, *words]) == 2
    said = capsys.readouterr()
    assert "password authentication failed" in said.err
    assert "sesame" not in said.err + said.out


def test_without_the_library_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert main(["traces", "--folder", str(folder), "push", "--to", "postgresql://db/traces"]) == 2
    assert "pip install 'agentprobe-prod[postgres]'" in capsys.readouterr().err
