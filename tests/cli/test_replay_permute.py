"""`agentprobe replay --permute`: does the outcome depend on which of several tools comes first?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = """
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Barrier, Event

import agentprobe
import httpx

first, said = Event(), []


@agentprobe.tool(effect="read")
def look(city):
    together.wait(5)
    if city == "Oslo":
        first.wait(5)
    first.set() if city == "Rome" else None
    return f"rain in {city}"


def ask(text):
    asked = {"model": "m", "messages": [{"role": "user", "content": text}]}
    answer = httpx.post("https://api.openai.com/v1/chat/completions", json=asked, timeout=60)
    return answer.json()["choices"][0]["message"]["content"]


cities = ["Oslo", "Rome", "Bern"][: int(sys.argv[2])]
together = Barrier(len(cities))
with ThreadPoolExecutor(3) as pool:
    asked = [pool.submit(look, city) for city in cities]
    done = as_completed(asked) if sys.argv[1] == "careless" else asked
    said = [each.result() for each in done]
print(ask(", ".join(said)))
"""

LANGCHAIN = """@tool
def look(city: str) -> str:
    \'\'\'Tell the weather.\'\'\'
"""


def agentprobe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.py").write_text(AGENT)
    return tmp_path


def traced(folder: Path, *words: str) -> None:
    line = ("--quiet", "--sim", "echo", "--out", "t.jsonl", "--", sys.executable, "agent.py", *words)
    done = agentprobe(folder, "trace", *line)
    assert done.returncode == 0, done.stderr


def test_an_agent_that_takes_results_as_they_come_depends_on_their_order(folder: Path) -> None:
    traced(folder, "careless", "2")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute", "--json", "race.json")
    assert done.returncode == 1, done.stderr
    assert "together      calls 1 look, 2 look" in done.stderr
    assert 'was "rain in Rome, rain in Oslo", is "rain in Oslo, rain in Rome"' in done.stderr
    assert done.stderr.endswith("the outcome depends on the order in which these calls are completed\n")
    facts = json.loads((folder / "race.json").read_text())
    assert [(one["order"], one["kept"], one["exact"]) for one in facts["orders"]] == [([1, 2], True, False)]


def test_an_agent_that_sorts_its_results_does_not(folder: Path) -> None:
    traced(folder, "careful", "3")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute", "--json", "race.json")
    assert done.returncode == 0, done.stderr
    facts = json.loads((folder / "race.json").read_text())
    assert len(facts["orders"]) == 5
    assert all(one["kept"] and one["exact"] for one in facts["orders"])
    assert "the same run in 5 other orders" in done.stderr


def test_the_number_of_orders_is_bounded_and_what_is_left_out_is_said(folder: Path) -> None:
    traced(folder, "careful", "3")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute", "--orders", "2")
    assert done.returncode == 0, done.stderr
    assert "3 orders were not tried" in done.stderr


def test_a_run_with_nothing_at_once_shows_nothing(folder: Path) -> None:
    traced(folder, "careful", "1")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute")
    assert done.returncode == 3
    assert "no two calls were under way together" in done.stderr


def test_an_agent_that_is_never_the_same_is_no_evidence_of_a_race(folder: Path) -> None:
    (folder / "agent.py").write_text(AGENT.replace('", ".join(said)', "__import__('secrets').token_hex(4)"))
    traced(folder, "careful", "2")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute")
    assert done.returncode == 3
    assert "not observed: the run differs in its recorded order too" in done.stderr


def test_permuting_goes_with_neither_a_score_nor_a_fork(folder: Path) -> None:
    traced(folder, "careful", "1")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute", "--times", "2")
    assert done.returncode == 2
    assert "leave out --times and --fork" in done.stderr


def test_tools_of_a_framework_that_are_called_at_once_are_permuted_too(folder: Path) -> None:
    """LangChain's own tools, recorded by their adapter: the agent says nothing of agentprobe."""
    agent = AGENT.replace("import agentprobe\n", "from langchain_core.tools import tool\n")
    agent = agent.replace('@agentprobe.tool(effect="read")\ndef look(city):\n', LANGCHAIN)
    agent = agent.replace("pool.submit(look, city)", 'pool.submit(look.invoke, {"city": city})')
    assert "agentprobe" not in agent
    (folder / "agent.py").write_text(agent)
    traced(folder, "careless", "2")
    done = agentprobe(folder, "replay", "t.jsonl", "--permute", "--json", "race.json")
    assert done.returncode == 1, done.stderr
    assert "together      calls 1 look, 2 look" in done.stderr
    facts = json.loads((folder / "race.json").read_text())
    assert [(sorted(one["order"]), one["kept"], one["exact"]) for one in facts["orders"]] == [
        ([1, 2], True, False)
    ]
