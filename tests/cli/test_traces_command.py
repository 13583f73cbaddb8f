"""`agentprobe traces`: what a person finds again among many runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from agentprobe.adapters.orders import Orders
from agentprobe.adapters.tools import tool
from agentprobe.cli.main import agentprobe, main
from agentprobe.report.traces_table import draw_sessions
from agentprobe.trace.store import query
from agentprobe.trace.store.folder import TraceFolder
from agentprobe.trace.store.found import Wanted


@tool(effect="read")
def look_up(city: str) -> str:
    if city == "Rome":
        raise LookupError("no \x1b[31mRome")
    return f"rain in {city}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for city in ("Oslo", "Bern", "Rome"):
        orders = Orders(id=f"run-{city}", trace=tmp_path / f"{city}.jsonl", virtual=True)
        with orders.open(), contextlib.suppress(LookupError):
            look_up(city)
    return tmp_path


def traces(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(agentprobe, ["traces", "--folder", str(folder), *words], terminal_width=120)


def sessions(folder: Path, words: Sequence[str]) -> list[str]:
    return sorted(one["session"] for one in json.loads(traces(folder, "list", "--json", *words).output))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["run-Bern", "run-Oslo", "run-Rome"]),
        (("--failed",), ["run-Rome"]),
        (("--text", "rain in Bern"), ["run-Bern"]),
        (("--tool", "look*", "--error", "LookupError"), ["run-Rome"]),
        (("--model", "gpt*"), []),
        (("--since", "2027"), []),
    ],
)
def test_sessions_are_listed_by_what_happened_in_them(
    folder: Path, words: tuple[str, ...], expected: list[str]
) -> None:
    assert sessions(folder, words) == expected


def test_a_search_shows_the_words_around_and_fails_when_there_is_nothing(folder: Path) -> None:
    found = traces(folder, "grep", "Bern")
    assert found.exit_code == 0
    assert "run-Bern" in found.output
    assert "rain in Bern" in found.output
    assert traces(folder, "grep", "Paris").exit_code == 1


def test_nothing_that_was_recorded_writes_on_the_terminal(folder: Path) -> None:
    for words in (["list"], ["grep", "no"], ["stats"], ["show", "run-Rome"]):
        assert "\x1b[31m" not in traces(folder, *words).output


def test_figures_are_told_by_name_and_errors_by_how_often(folder: Path) -> None:
    said = json.loads(traces(folder, "stats", "--json").output)
    (figures,) = said["names"]
    assert (figures["name"], figures["calls"], figures["failed"]) == ("look_up", 3, 1)
    assert said["errors"][0]["times"] == 1
    assert "1 33.3%" in traces(folder, "stats").output


def test_a_date_that_is_none_is_refused(folder: Path) -> None:
    assert main(["traces", "--folder", str(folder), "list", "--since", "yesterdy"]) == 2


def test_names_stay_whole_and_a_row_is_a_line_where_no_terminal_is(folder: Path) -> None:
    lines = traces(folder, "list").output.splitlines()
    assert len(lines) == 4
    assert sorted(line.split()[0] for line in lines[1:]) == ["run-Bern", "run-Oslo", "run-Rome"]
    assert [line for line in traces(folder, "stats").output.splitlines() if line.startswith("look_up ")]


def test_names_stay_whole_however_narrow_the_terminal_is(folder: Path) -> None:
    with contextlib.closing(TraceFolder(folder)) as opened:
        opened.refresh()
        found = query.sessions(opened.index, Wanted())
    out = StringIO()
    Console(file=out, width=40).print(draw_sessions(found))
    assert "run-Rome" in out.getvalue()


def test_a_session_is_shown_by_the_beginning_of_its_name(folder: Path) -> None:
    assert "look_up" in traces(folder, "show", "run-O").output
    assert main(["traces", "--folder", str(folder), "show", "run-"]) == 2
    assert main(["traces", "--folder", str(folder), "show", "run-Olso"]) == 2


def test_traces_are_packed_pruned_and_taken_in_again(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack.tar.gz"
    assert "3 traces in" in traces(folder, "export", "--out", str(pack)).output
    assert "2 traces would go" in traces(folder, "prune", "--keep", "1", "--dry-run").output
    assert len(sessions(folder, ())) == 3
    assert "2 traces deleted" in traces(folder, "prune", "--keep", "1").output
    assert len(sessions(folder, ())) == 1
    taken = traces(folder, "import", str(pack))
    assert "2 traces taken in, 1 were there already" in taken.output
    assert len(sessions(folder, ())) == 3


def test_pruning_without_a_limit_deletes_nothing(folder: Path) -> None:
    assert traces(folder, "prune").exit_code == 2
    assert len(sessions(folder, ())) == 3


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traces", "--folder", str(tmp_path / "gone"), "list"]) == 2
    assert "record a run with `agentprobe trace`" in capsys.readouterr().err
