"""What a campaign writes beside its traces holds no secret, and nothing that a file cannot hold."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from agentprobe.domain.evidence import Evidence, Regime, Run, Status
from agentprobe.domain.verdict import Decision, Verdict
from agentprobe.lab.book import Book
from agentprobe.lab.cleaning import MOST_KEPT, clean_evidence, clean_file
from agentprobe.lab.grid import Plan, Selection
from agentprobe.lab.run import run_plan
from agentprobe.lab.settings import AgentSettings, Experiment, ModelChoice
from agentprobe.lab.summary import Bar, summarise

KEY = "sk-proj-abcdefghijklmnop1234567890"
RUN = Run(agent="secret-agent", task="reset-password", regime=Regime(rows=10), repetition=0, seed=1, key="k")
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
    assert clean_evidence(evidence) == evidence


def test_a_long_output_is_cleaned_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_bytes(b"a plain line\n" * 70_000 + KEY.encode())
    clean_file(path)
    assert path.read_bytes().startswith(b"a plain line\n" * 70_000 + b"sk-proj-REDACTED")


def test_of_an_endless_output_the_beginning_is_kept_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_bytes(b"x" * (MOST_KEPT - 20) + b"\n" + KEY.encode() + b"\n" * 1000)
    clean_file(path)
    kept = path.read_bytes()
    assert kept.startswith(b"x" * (MOST_KEPT - 20) + b"\n\xe2\x80\xa6 1,034 further bytes are left out")
    assert b"sk-pro" not in kept
    path.write_bytes(KEY.encode() * (MOST_KEPT // 10))
    clean_file(path)
    assert path.stat().st_size < 100


def test_an_output_that_never_was_is_not_made(tmp_path: Path) -> None:
    clean_file(tmp_path / "it.log")
    assert list(tmp_path.iterdir()) == []
