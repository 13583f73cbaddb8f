"""The table of effective behaviour, and the differences between two locks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from agentprobe.errors import ConfigError
from agentprobe.report.terminal_effective import (
    draw_effective,
    draw_lock_diff,
    effective_json,
    lock_diff_json,
)
from agentprobe.scan.effective.lock_diff import lock_diff
from agentprobe.scan.effective.table import effective_rows
from agentprobe.scan.effective.worst import money, span
from agentprobe.scan.engine import Scanned

CODE = """
from openai import OpenAI

client = OpenAI(max_retries=1)

def ask(messages):
    return client.chat.completions.create(model="gpt-4o", messages=messages, max_tokens=100, temperature=0.5)
"""


def drawn(what: object) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(what)
    console.file.close()
    return console.export_text()


def test_a_row_says_each_value_and_where_it_comes_from(scanned: Callable[..., Scanned]) -> None:
    (row,) = effective_rows(scanned(CODE, "limit-disabled").project)
    assert (row.call, row.function, row.model.text, row.temperature.text) == (
        "completions.create",
        "ask",
        "gpt-4o",
        "0.5",
    )
    assert (row.cap.text, row.timeout.text, row.attempts.text, row.steps.text) == (
        "100 tokens",
        "600 s",
        "2 attempts",
        "1",
    )
    assert row.timeout.source == "default of openai"
    assert row.attempts.given
    assert row.worst.text.startswith("20 min, 2 requests, $")


def test_tests_have_no_rows_unless_they_are_wanted(scanned: Callable[..., Scanned]) -> None:
    project = scanned({"tests/test_a.py": CODE}, "limit-disabled").project
    assert effective_rows(project) == ()
    assert len(effective_rows(project, tests=True)) == 1


def test_the_table_is_drawn_and_is_plain_data(scanned: Callable[..., Scanned]) -> None:
    rows = effective_rows(scanned(CODE, "limit-disabled").project)
    text = drawn(draw_effective(rows))
    for word in ("agent.py:7", "gpt-4o", "600 s", "default of openai", "line 7", "20 min"):
        assert word in text
    (plain,) = effective_json(rows)
    assert plain["timeout"]["text"] == "600 s"
    assert plain["place"]["line"] == 7
    assert "No call" in drawn(draw_effective(()))


def written(folder: Path, name: str, **versions: str) -> Path:
    path = folder / name
    if name.endswith(".txt"):
        path.write_text("".join(f"{key}=={value}\n" for key, value in versions.items()))
    else:
        path.write_text(
            "\n".join(
                f'[[package]]\nname = "{key}"\nversion = "{value}"\n' for key, value in versions.items()
            )
        )
    return path


def test_a_bump_of_langgraph_says_what_becomes_of_its_limit(tmp_path: Path) -> None:
    old = written(tmp_path, "OLD.lock", langgraph="1.0.5", openai="2.54.0", unrelated="1")
    new = written(tmp_path, "new.txt", langgraph="1.2.24", openai="3.57.0", unrelated="2")
    graph, client = lock_diff(old, new)
    assert graph.words == "langgraph 1.0.5 -> 1.2.24: recursion_limit 25 steps -> 10,007 steps"
    assert graph.defaults[0].hazard
    assert client.words == "openai 2.54.0 -> 3.57.0"
    text = drawn(draw_lock_diff((graph, client)))
    assert "recursion_limit 25 steps -> 10,007 steps" in text
    assert "1 without a change" in text
    assert lock_diff_json((graph,))[0]["defaults"][0]["new"] == "10,007 steps"


def test_a_default_that_is_another_packages_is_followed(tmp_path: Path) -> None:
    old = written(tmp_path, "a.lock", langchain="1.0.2", langgraph="1.0.5")
    new = written(tmp_path, "b.lock", langchain="1.0.2", langgraph="1.0.6")
    chain, graph = lock_diff(old, new)
    assert chain.words == "langchain 1.0.2 -> 1.0.2: recursion_limit 25 steps -> 10,000 steps"
    assert graph.package == "langgraph"


def test_new_and_gone_packages_are_told(tmp_path: Path) -> None:
    old, new = written(tmp_path, "a.lock", openai="2.54.0"), written(tmp_path, "b.lock", anthropic="2.14.0")
    assert [one.words for one in lock_diff(old, new)] == [
        "anthropic not there -> 2.14.0",
        "openai 2.54.0 -> gone",
    ]
    assert lock_diff(old, old) == ()
    assert "No package" in drawn(draw_lock_diff(()))


def test_a_file_that_is_no_lock_is_refused(tmp_path: Path) -> None:
    lock = written(tmp_path, "a.lock", openai="2.54.0")
    with pytest.raises(ConfigError):
        lock_diff(lock, tmp_path / "none.lock")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (1800, "30 min"), (9000, "2 h 30 min"), (7200, "2 h"), (6_004_200, "69 days")],
)
def test_spans_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_money_is_said_as_people_say_it() -> None:
    assert [money(one) for one in (0.421, 41.2, 120_000)] == ["$0.42", "$41", "$120,000"]
