"""Tasks come from settings and from the world, each under a name of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.task import ExpectedEffect, ExpectedState, Observation, Task
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.lab.settings import AgentSettings, Experiment, TaskSettings, TaskSource
from agentprobe.lab.sources import Sources
from agentprobe.lab.tasks import digest_of_task, tasks_in


def experiment(folder: Path, *written: TaskSettings, make: str | None = None) -> Experiment:
    return Experiment(
        project="p",
        folder=folder,
        agents={"a": AgentSettings(call="agent:run")},
        tasks=written,
        source=TaskSource(make=make) if make else None,
    )


def module(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(f"from agentprobe.domain.task import Task\n{text}\n")


def test_written_and_made_tasks_stand_side_by_side(tmp_path: Path) -> None:
    module(tmp_path, "both", "def make(folder, rows):\n    return [Task(id='made', prompt=str(rows))]")
    tasks = tasks_in(experiment(tmp_path, TaskSettings(id="w", prompt="p"), make="both:make"), tmp_path, 10)
    assert [(task.id, task.prompt) for task in tasks] == [("w", "p"), ("made", "10")]


def test_a_written_task_can_name_its_check(tmp_path: Path) -> None:
    module(tmp_path, "checks", "def empty(found):\n    return None if not found.answer else 'not empty'")
    (task,) = tasks_in(
        experiment(tmp_path, TaskSettings(id="w", prompt="p", check="checks:empty")), None, None
    )
    assert task.check is not None
    assert task.check(Observation(answer="x", ledger=None)) == "not empty"  # type: ignore[arg-type]  # not looked at


def test_two_tasks_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = (TaskSettings(id="w", prompt="p"), TaskSettings(id="w", prompt="q"))
    with pytest.raises(FixtureError, match="two tasks are called 'w'"):
        tasks_in(experiment(tmp_path, *twice), None, None)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("raising", "raise KeyError('x')", r"raising:make failed: KeyError: 'x' \(raising.py, line 3\)"),
        ("strings", "return ['task']", "strings:make returned a str among its tasks"),
        ("none", "return []", "there is no task to run"),
        ("nothing", "return None", "nothing:make failed: TypeError"),
        ("leaving", "raise SystemExit(5)", r"leaving:make failed: SystemExit: 5 \(leaving.py, line 3\)"),
        ("numbered", "return [Task(id=3, prompt='p')]", "a task 3 whose `id` is of type int: 3"),
        ("unnamed", "return [Task(id=' ', prompt='p')]", "whose `id` is empty"),
        (
            "escaping",
            r"return [Task(id='\x1b[2J', prompt='p')]",
            "`id` holds characters that cannot be shown",
        ),
        ("mute", "return [Task(id='t', prompt=None)]", "a task 't' whose `prompt` is of type NoneType"),
        ("spelled", "return [Task(id='t', prompt='p', contains='abc')]", "`contains` is of type str: 'abc'"),
        ("mixed", "return [Task(id='t', prompt='p', lacks=('a', 1))]", "`lacks` holds 1, of type int"),
        ("opened", "return [Task(id='t', prompt='p', matches='(')]", "`matches` cannot be read: '\\('"),
        ("judged", "return [Task(id='t', prompt='p', check='no')]", "`check` is of type str: 'no'"),
    ],
)
def test_a_maker_that_gives_no_tasks_is_said(tmp_path: Path, name: str, body: str, said: str) -> None:
    module(tmp_path, name, f"def make(folder, rows):\n    {body}")
    with pytest.raises(FixtureError, match=said):
        tasks_in(experiment(tmp_path, make=f"{name}:make"), tmp_path, 10)


def test_a_maker_that_takes_something_else_is_said(tmp_path: Path) -> None:
    module(tmp_path, "other", "def make(folder):\n    return []")
    with pytest.raises(ConfigError, match=r"'other:make' is called with \(folder, rows\), and it takes"):
        tasks_in(experiment(tmp_path, make="other:make"), tmp_path, 10)


def test_a_maker_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no module 'absent'"):
        tasks_in(experiment(tmp_path, make="absent:make"), tmp_path, 10)


def test_a_tasks_digest_follows_what_it_asks_and_how_it_is_judged(tmp_path: Path) -> None:
    sources = Sources(tmp_path)
    tasks = [
        Task(id="t", prompt="p"),
        Task(id="t", prompt="q"),
        Task(id="t", prompt="p", contains=("x",)),
        Task(id="t", prompt="p", lacks=("x",)),
        Task(id="t", prompt="p", asks_back=True),
        Task(id="t", prompt="p", effects=(ExpectedEffect(tool="f", arguments={"a": 1}),)),
        Task(id="t", prompt="p", effects=(ExpectedEffect(tool="f", arguments={"a": 2}),)),
        Task(id="t", prompt="p", unknowable=True),
        Task(id="t", prompt="p", state=(ExpectedState(table="a", count=1),)),
        Task(id="t", prompt="p", state=(ExpectedState(table="a", count=2),)),
    ]
    assert len({digest_of_task(task, sources) for task in tasks}) == len(tasks)
    assert digest_of_task(Task(id="t", prompt="p"), sources) == digest_of_task(tasks[0], sources)
