"""What a campaign writes beside its traces holds no secret, and nothing that a file cannot hold."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from agentprobe.domain.evidence import Evidence, Regime, Run, Status
from agentprobe.domain.task import ExpectedEffect, Task
from agentprobe.domain.verdict import Decision, Verdict
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.lab.book import Book
from agentprobe.lab.cleaning import MOST_KEPT, Cleaning
from agentprobe.lab.grid import Plan, Selection
from agentprobe.lab.run import run_plan
from agentprobe.lab.settings import AgentSettings, Experiment, ModelChoice, TaskSettings, TraceSettings
from agentprobe.lab.summary import Bar, summarise
from agentprobe.lab.warnings import note, taken

KEY = "sk-proj-abcdefghijklmnop1234567890"
RUN = Run(agent="secret-agent", task="reset-password", regime=Regime(rows=10), repetition=0, seed=1, key="k")
CLEAN = Cleaning.of(TraceSettings())
LEAKY = f"""
import sys

def run(prompt):
    print("my key is {KEY}")
    if "move" in prompt.lower():
        raise RuntimeError("Incorrect API key provided: {KEY}")
    return "I used {KEY} and a half letter: \\ud83d"
"""
ONE_EACH = Selection(tasks=("where-1", "move-1"), rows=(10,), faults=False, repetitions=1)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_secret_of_a_run_or_of_the_settings_reaches_the_disk(experiment: Experiment) -> None:
    (experiment.folder / "leaky.py").write_text(LEAKY)
    agent = AgentSettings(call="leaky:run", env={"SEARCH_API_KEY": "not-for-everybody"})
    book = run_plan(msgspec.structs.replace(experiment, agents={"it": agent}), ONE_EACH)
    kept = everything_in(book.folder)
    assert b"my key is sk-proj-REDACTED" in kept
    assert KEY.encode() not in kept
    assert b"not-for-everybody" not in kept
    answers = {item.run.task: item.answer for item in book.evidence}
    assert answers["where-1"].startswith("I used sk-proj-REDACTED")
    assert answers["where-1"].endswith("a half letter: \\ud83d")


def test_no_secret_that_a_command_prints_stays_in_its_output(experiment: Experiment) -> None:
    (experiment.folder / "leaky.py").write_text(LEAKY + "\nprint(sys.argv[1], run(''), file=sys.stderr)")
    agent = AgentSettings(command=(sys.executable, "leaky.py", "{prompt}"))
    book = run_plan(msgspec.structs.replace(experiment, agents={"it": agent}), ONE_EACH)
    kept = everything_in(book.folder)
    assert b"my key is sk-proj-REDACTED" in kept
    assert KEY.encode() not in kept
    assert {path.stat().st_mode & 0o077 for path in (book.folder / "output").iterdir()} == {0}


def test_a_report_shows_no_password_of_the_models_address(experiment: Experiment, tmp_path: Path) -> None:
    model = ModelChoice(at="https://me:hidden@models.example/v1")
    with Book.at(tmp_path, Plan(id="p", runs=(), digests={})) as book:
        found = summarise(
            msgspec.structs.replace(experiment, model=model),
            book,
            Verdict(decision=Decision.NOT_OBSERVED),
            Bar(required=0.5, confidence=0.95),
        )
    assert found.model.startswith("https://me:[redacted:password:")
    assert found.model.endswith("@models.example/v1")


def test_which_run_it_was_and_how_it_went_is_left_as_it_is() -> None:
    evidence = Evidence(run=RUN, status=Status.PASSED, answer="Kew", effects=(("move 1", 2),), input_tokens=7)
    assert CLEAN.evidence(evidence) == evidence


def test_a_long_output_is_cleaned_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_bytes(b"a plain line\n" * 70_000 + KEY.encode())
    CLEAN.file(path)
    assert path.read_bytes().startswith(b"a plain line\n" * 70_000 + b"sk-proj-REDACTED")


def test_of_an_endless_output_the_beginning_is_kept_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_bytes(b"x" * (MOST_KEPT - 20) + b"\n" + KEY.encode() + b"\n" * 1000)
    CLEAN.file(path)
    kept = path.read_bytes()
    assert kept.startswith(b"x" * (MOST_KEPT - 20) + b"\n\xe2\x80\xa6 1,034 further bytes are left out")
    assert b"sk-pro" not in kept
    path.write_bytes(KEY.encode() * (MOST_KEPT // 10))
    CLEAN.file(path)
    assert path.stat().st_size < 100


def test_an_output_that_never_was_is_not_made(tmp_path: Path) -> None:
    CLEAN.file(tmp_path / "it.log")
    assert list(tmp_path.iterdir()) == []


TELLING = """
import agentprobe

@agentprobe.tool(effect="write")
def look(who, note):
    return "seen"

def run(prompt):
    look(who="EMP-4711", note="zebra77stripes9")
    print("printed EMP-4711 and zebra77stripes9")
    return "EMP-4711 has zebra77stripes9"
"""


def told(experiment: Experiment, rules: TraceSettings) -> tuple[Book, bytes]:
    """A campaign of an agent that gives away a secret of its environment, and one that only we know of."""
    (experiment.folder / "telling.py").write_text(TELLING)
    agent = AgentSettings(call="telling:run", env={"ACME_API_KEY": "zebra77stripes9"})
    book = run_plan(msgspec.structs.replace(experiment, agents={"it": agent}, trace=rules), ONE_EACH)
    return book, everything_in(book.folder)


def test_a_secret_has_the_same_word_in_the_trace_the_book_and_the_output(experiment: Experiment) -> None:
    book, kept = told(experiment, TraceSettings(redact=("EMP-[0-9]+",)))
    assert b"zebra77" not in kept
    assert b"EMP-4711" not in kept
    person, _, key = book.evidence[0].answer.partition(" has ")
    assert person.startswith("[redacted:own_1:")
    assert key.startswith("[redacted:acme_api_key:")
    for text in (person, key):
        for place in ("traces", "output"):
            assert text.encode() in everything_in(book.folder / place)


def test_what_a_rule_hides_is_still_expected_of_an_agent() -> None:
    task = Task(id="t", prompt="?", effects=(ExpectedEffect(tool="look", arguments={"who": "EMP-4711"}),))
    (effect,) = Cleaning.of(TraceSettings(redact=("EMP-[0-9]+",))).task(task).effects
    assert effect.arguments["who"].startswith("[redacted:own_1:")
    (effect,) = Cleaning.of(TraceSettings(redact_keys=("who",))).task(task).effects
    assert effect.arguments["who"].startswith("[redacted:who:")
    assert CLEAN.task(task).effects == task.effects


def test_without_content_no_word_of_an_agent_is_kept(experiment: Experiment) -> None:
    tasks = tuple(task for task in experiment.tasks if not task.effects)
    plain = msgspec.structs.replace(
        experiment, source=None, tasks=tasks or (TaskSettings(id="where-1", prompt="?"),)
    )
    (experiment.folder / "telling.py").write_text(TELLING)
    agent = AgentSettings(call="telling:run")
    found = msgspec.structs.replace(plain, agents={"it": agent}, trace=TraceSettings(content=False))
    book = run_plan(found, Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1))
    assert b"4711" not in everything_in(book.folder)
    assert book.evidence[0].answer.startswith("[not kept: 28 characters, ")
    assert book.evidence[0].tool_calls == 1


def test_a_task_that_cannot_be_judged_without_content_is_refused_at_once(experiment: Experiment) -> None:
    with pytest.raises(FixtureError, match="'move-1' is judged by the arguments of a tool"):
        run_plan(msgspec.structs.replace(experiment, trace=TraceSettings(content=False)), ONE_EACH)


def test_a_pattern_that_is_none_is_said_before_anything_runs(experiment: Experiment) -> None:
    with pytest.raises(ConfigError, match=r"\[trace\] redact: .*no regular expression"):
        run_plan(msgspec.structs.replace(experiment, trace=TraceSettings(redact=("(",))), ONE_EACH)


def test_a_warning_is_told_once(tmp_path: Path) -> None:
    note(tmp_path, "traces/a.jsonl, line 3 holds the value of KEY")
    note(tmp_path, "traces/a.jsonl, line 3 holds the value of KEY")
    assert list(taken(tmp_path)) == ["traces/a.jsonl, line 3 holds the value of KEY"]
    assert list(taken(tmp_path)) == []
