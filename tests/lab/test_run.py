"""From an experiment to evidence: in real worker processes, with agents that behave and that do not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from agentprobe.domain.evidence import Evidence, Mode, Status
from agentprobe.errors import AgentProbeError, ConfigError, FixtureError
from agentprobe.lab.book import Book
from agentprobe.lab.grid import Selection
from agentprobe.lab.run import run_plan
from agentprobe.lab.settings import AgentSettings, Experiment, FaultSettings, ModelChoice
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.sim.server import background
from agentprobe.trace.read import read_trace

PLAIN = Selection(agents=("plain",), rows=(10,), faults=False, repetitions=1)


def changed(experiment: Experiment, **fields: object) -> Experiment:
    return msgspec.structs.replace(experiment, **fields)


def with_agent(experiment: Experiment, call: str, seconds: float = 20.0) -> Experiment:
    run = msgspec.structs.replace(experiment.run, seconds=seconds)
    return changed(experiment, agents={"it": AgentSettings(call=call)}, run=run)


def with_command(experiment: Experiment, *words: str) -> Experiment:
    return changed(experiment, agents={"it": AgentSettings(command=words)})


IT = Selection(rows=(10,), faults=False, repetitions=1)


def found(book: Book) -> dict[str, Evidence]:
    return {item.run.task: item for item in book.evidence}


def test_a_whole_experiment_shows_who_holds_and_who_collapses(experiment: Experiment) -> None:
    book = run_plan(experiment)
    assert len(book.evidence) == len(book.plan.runs) == 6 * 2 * 2 * 2 + 6 * 2 * 2
    statuses = {
        (agent, rows): Counter(
            item.status
            for item in book.evidence
            if item.run.agent == agent and item.run.regime.rows == rows and not item.run.regime.schedule
        )
        for agent in ("plain", "careful")
        for rows in (10, 200)
    }
    assert statuses["plain", 10] == {Status.PASSED: 12}
    assert statuses["plain", 200] == {Status.FAILED: 12}
    assert statuses["careful", 10] == {Status.PASSED: 12}
    assert statuses["careful", 200] == {Status.PASSED: 12}
    assert {item.mode for item in book.evidence if item.status is Status.FAILED} == {Mode.GUESSED}
    struck = [item for item in book.evidence if item.run.regime.schedule]
    assert {item.receipts for item in struck} == {("rate_limited@c1",)}
    assert {item.status for item in struck} == {Status.PASSED}


def test_each_run_leaves_a_trace_that_can_be_read(experiment: Experiment) -> None:
    book = run_plan(experiment, PLAIN)
    item = found(book)["move-1"]
    trace = read_trace(book.folder / item.trace)
    assert trace.complete
    assert len(trace.model_calls) == item.model_calls == 3
    assert [use.name for use in trace.tool_calls] == ["find", "move"]
    assert len(item.effects) == 1
    assert item.input_tokens > 0
    assert item.observed


def test_nothing_of_a_run_is_left_but_its_evidence(experiment: Experiment) -> None:
    book = run_plan(experiment, PLAIN)
    assert sorted(path.name for path in book.folder.iterdir()) == [
        "evidence.jsonl",
        "lock",
        "output",
        "plan.json",
        "traces",
    ]
    assert list((book.folder / "output").iterdir()) == []


def test_a_second_run_repeats_nothing_and_builds_nothing(experiment: Experiment) -> None:
    first = run_plan(experiment, PLAIN)
    lines = (first.folder / "evidence.jsonl").read_bytes()
    again = run_plan(experiment, PLAIN)
    assert (again.folder / "evidence.jsonl").read_bytes() == lines
    assert again.evidence == first.evidence
    assert (experiment.folder / "built.log").read_text() == "10 7\n"


def test_more_repetitions_add_only_what_is_missing(experiment: Experiment) -> None:
    first = run_plan(experiment, PLAIN)
    more = run_plan(experiment, Selection(agents=("plain",), rows=(10,), faults=False, repetitions=2))
    assert len(more.evidence) == 12
    assert set(first.evidence) < set(more.evidence)


def test_fresh_runs_everything_again(experiment: Experiment) -> None:
    first = run_plan(experiment, PLAIN)
    again = run_plan(experiment, PLAIN, fresh=True)
    assert len((again.folder / "evidence.jsonl").read_bytes().splitlines()) == 1 + len(first.evidence)


def test_the_same_seed_gives_the_same_evidence(experiment: Experiment) -> None:
    def told(book: Book) -> set[object]:
        return {replace(item, observed="") for item in book.evidence}

    chosen = Selection(rows=(10,), repetitions=1)
    first = told(run_plan(experiment, chosen, workers=1))
    assert told(run_plan(experiment, chosen, workers=3, fresh=True)) == first


def test_changed_code_is_run_again(experiment: Experiment) -> None:
    first = run_plan(experiment, PLAIN)
    (experiment.folder / "prompts" / "system.txt").write_text("Other words.")
    other = run_plan(experiment, PLAIN)
    assert other.folder != first.folder
    assert {run.key for run in other.plan.runs}.isdisjoint(run.key for run in first.plan.runs)


# -- agents that misbehave -------------------------------------------------------------------------------


def test_an_agent_that_dies_is_a_crash_and_the_others_go_on(experiment: Experiment) -> None:
    items = found(run_plan(with_agent(experiment, "agent:die"), IT))
    assert len(items) == 6
    for task in ("where-1", "move-1"):
        assert (items[task].status, items[task].mode) == (Status.FAILED, Mode.CRASHED)
        assert "exit code 3" in items[task].reason
        assert items[task].model_calls > 0
    assert items["where-2"].status is Status.PASSED


def test_what_a_dead_agent_had_done_twice_is_still_seen(experiment: Experiment) -> None:
    items = found(run_plan(with_agent(experiment, "agent:die_after_writing_twice"), IT))
    assert items["move-1"].mode is Mode.DUPLICATED_EFFECT


def test_a_segmentation_fault_is_a_crash(experiment: Experiment) -> None:
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    item = found(run_plan(with_agent(experiment, "agent:crash_hard"), chosen))["where-1"]
    assert item.mode is Mode.CRASHED
    assert "signal 11" in item.reason


def test_an_agent_that_never_ends_is_ended(experiment: Experiment) -> None:
    chosen = Selection(tasks=("where-1", "where-2"), rows=(10,), faults=False, repetitions=1)
    items = found(run_plan(with_agent(experiment, "agent:hang", seconds=0.5), chosen))
    assert {item.mode for item in items.values()} == {Mode.TIMED_OUT}
    assert "after 0.5 s" in items["where-1"].reason


def test_an_agent_that_forks_itself_reports_once(experiment: Experiment) -> None:
    book = run_plan(with_agent(experiment, "agent:fork"), IT)
    assert len((book.folder / "evidence.jsonl").read_bytes().splitlines()) == 1 + 6
    assert found(book)["where-1"].answer == "Jo 1 lives in City1."


@pytest.mark.parametrize("call", ["agent:leave_behind", "agent:leave_behind_and_die"])
def test_what_an_agent_leaves_running_is_ended(experiment: Experiment, call: str) -> None:
    run_plan(with_agent(experiment, call), IT)
    started = (experiment.folder / "left.log").read_text().split()
    assert len(started) == 6
    assert not any(_runs(int(pid)) for pid in started)


def _runs(pid: int) -> bool:
    """Is there such a process, and not only its remains that nobody has collected?"""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_an_agent_that_exits_is_a_crash(experiment: Experiment) -> None:
    item = found(run_plan(with_agent(experiment, "agent:leave"), IT))["where-1"]
    assert item.mode is Mode.CRASHED
    assert "SystemExit: I have had enough" in item.reason
    assert "agent.py, line" in item.reason


def test_what_an_agent_prints_is_kept_off_the_terminal(
    experiment: Experiment, capfd: pytest.CaptureFixture[str]
) -> None:
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    book = run_plan(with_agent(experiment, "agent:noisy"), chosen)
    assert book.evidence[0].status is Status.PASSED
    assert capfd.readouterr() == ("", "")
    (log,) = (book.folder / "output").iterdir()
    assert {"all over your terminal", "and there", "from a child"} <= set(log.read_text().splitlines())


def test_an_agent_that_changes_what_all_share_is_stopped(experiment: Experiment) -> None:
    with pytest.raises(FixtureError, match=r"agent 'it' in task '.*' changed people\.json"):
        run_plan(with_agent(experiment, "agent:spoil"), IT)
    assert run_plan(experiment, PLAIN).evidence[0].status is Status.PASSED
    assert (experiment.folder / "built.log").read_text() == "10 7\n10 7\n"


def test_an_hour_of_waiting_takes_no_time_and_is_judged_as_an_hour(experiment: Experiment) -> None:
    items = found(run_plan(with_agent(experiment, "agent:patient", seconds=15), IT))
    assert {item.mode for item in items.values()} == {Mode.TIMED_OUT}
    assert items["where-1"].seconds == 3600


def test_a_simulated_run_reaches_no_provider_and_finds_its_own_world(experiment: Experiment) -> None:
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    book = run_plan(with_agent(experiment, "agent:where"), chosen)
    world, key, url = book.evidence[0].answer.split()
    assert Path(world).is_relative_to(experiment.home)
    assert key == "simulated"
    assert url.startswith("http://127.0.0.1:9")


def test_a_policy_that_fails_is_no_failure_of_the_agent(experiment: Experiment) -> None:
    (experiment.folder / "policy.py").write_text(
        (experiment.folder / "policy.py").read_text().replace(r"(Jo \d+) ", r"(Jo [23]) ")
    )
    items = found(run_plan(experiment, PLAIN))
    assert items["where-1"].status is Status.ERROR
    assert "ValueError: nobody of that kind (policy.py, line" in items["where-1"].reason
    assert items["where-2"].status is Status.PASSED


def test_errors_are_tried_again_by_the_next_campaign(experiment: Experiment) -> None:
    whole = (experiment.folder / "policy.py").read_text()
    (experiment.folder / "policy.py").write_text(whole.replace(r"(Jo \d+) ", r"(Jo [23]) "))
    book = run_plan(experiment, PLAIN)
    assert len(book.missing) == 2
    assert len(run_plan(experiment, PLAIN).missing) == 2
    lines = (book.folder / "evidence.jsonl").read_bytes().splitlines()
    assert len(lines) == 1 + 6 + 2


def test_a_fault_that_cannot_strike_is_inconclusive(experiment: Experiment) -> None:
    late = changed(experiment, faults=FaultSettings(schedules=("server_error@model:9",)))
    chosen = Selection(agents=("plain",), tasks=("where-1",), rows=(10,), repetitions=1)
    statuses = {item.run.regime.schedule: item.status for item in run_plan(late, chosen).evidence}
    assert statuses == {"": Status.PASSED, "server_error@model:9": Status.INCONCLUSIVE}


# -- commands in any language ----------------------------------------------------------------------------

SCRIPT = """
import sys
sys.path.insert(0, ".")
import agent
print(agent.run(sys.argv[1]))
"""


def test_a_command_is_run_behind_the_gateway_and_judged_alike(experiment: Experiment) -> None:
    (experiment.folder / "script.py").write_text(SCRIPT)
    chosen = Selection(tasks=("where-1", "move-1"), rows=(10,), repetitions=1)
    book = run_plan(with_command(experiment, sys.executable, "script.py", "{prompt}"), chosen)
    items = {(item.run.task, item.run.regime.schedule): item for item in book.evidence}
    assert {item.status for item in items.values()} == {Status.PASSED}
    assert items["where-1", ""].answer == "Jo 1 lives in City1."
    assert items["move-1", ""].model_calls == 3
    assert len(items["move-1", ""].effects) == 1
    assert items["move-1", "rate_limited@model:1"].receipts == ("rate_limited@c1",)


def test_a_command_that_fails_is_a_crash_with_its_last_words(experiment: Experiment) -> None:
    (experiment.folder / "script.py").write_text("import sys; sys.exit('no key, no answer')")
    item = found(run_plan(with_command(experiment, sys.executable, "script.py"), IT))["where-1"]
    assert item.mode is Mode.CRASHED
    assert "exit code 1: no key, no answer" in item.reason


CLOSING = """
import os, sys

def run(prompt):
    print("still heard", prompt)
    sys.stdout.close()
    sys.stderr.close()
    os.close(1)
    return "Jo 1 lives in City1."
"""


def test_an_agent_that_closes_its_output_neither_ends_the_runs_nor_mutes_the_next(
    experiment: Experiment,
) -> None:
    (experiment.folder / "closing.py").write_text(CLOSING)
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=3)
    book = run_plan(with_agent(experiment, "closing:run"), chosen, workers=1)
    assert [item.status for item in book.evidence] == [Status.PASSED] * 3
    printed = [path.read_text() for path in (book.folder / "output").glob("*.log")]
    assert printed == ["still heard Where does Jo 1 live?\n"] * 3


def test_a_command_that_dies_of_a_signal_says_which(experiment: Experiment) -> None:
    command = with_command(experiment, sys.executable, "-c", "import os; os.kill(os.getpid(), 11)")
    item = found(run_plan(command, IT))["where-1"]
    assert item.mode is Mode.CRASHED
    assert "signal 11" in item.reason


def test_of_the_last_words_of_a_command_those_that_name_the_error_are_told(experiment: Experiment) -> None:
    words = "import sys; sys.exit('TypeError: fetch failed\\n    at main\\n\\nNode.js v20.20.2')"
    item = found(run_plan(with_command(experiment, sys.executable, "-c", words), IT))["where-1"]
    assert "exit code 1: TypeError: fetch failed" in item.reason


def test_of_a_group_of_errors_the_innermost_is_told(experiment: Experiment) -> None:
    words = "raise ExceptionGroup('unhandled', [ConnectionError('the desk is closed')])"
    item = found(run_plan(with_command(experiment, sys.executable, "-c", words), IT))["where-1"]
    assert "exit code 1: ConnectionError: the desk is closed" in item.reason


def test_a_command_that_prints_without_end_is_ended_before_it_fills_the_disk(
    experiment: Experiment,
) -> None:
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    book = run_plan(with_command(experiment, "yes", "y" * 4000), chosen)
    (item,) = book.evidence
    assert item.mode is Mode.CRASHED
    assert "it printed more than 64 MB, and was ended" in item.reason
    assert sum(path.stat().st_size for path in (book.folder / "output").iterdir()) < 2 << 20


def test_a_command_that_never_ends_is_ended(experiment: Experiment) -> None:
    slow = changed(
        with_command(experiment, sys.executable, "-c", "import time; time.sleep(600)"),
        run=msgspec.structs.replace(experiment.run, seconds=0.5),
    )
    chosen = Selection(tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    assert found(run_plan(slow, chosen))["where-1"].mode is Mode.TIMED_OUT


# -- a model at an address -------------------------------------------------------------------------------


@pytest.fixture
def address(experiment: Experiment) -> Iterator[str]:
    """A provider on this machine: the simulated model as a real server."""
    model = SimulatedModel(load_policy("policy:Tiny", experiment.folder))
    with background(model) as url:
        yield f"{url}/v1"


def test_one_changed_line_runs_the_same_agents_on_a_real_server(experiment: Experiment, address: str) -> None:
    real = changed(experiment, model=ModelChoice(at=address, policy="policy:Tiny"))
    book = run_plan(real, Selection(agents=("plain",), tasks=("move-1",), rows=(10,), repetitions=1))
    items = {item.run.regime.schedule: item for item in book.evidence}
    assert {item.status for item in items.values()} == {Status.PASSED}
    assert items["rate_limited@model:1"].receipts == ("rate_limited@c1",)
    trace = read_trace(book.folder / items[""].trace)
    assert trace.header.clock == "real"
    assert items[""].model_calls == 3


def test_a_command_reaches_a_real_server_through_the_gateway(experiment: Experiment, address: str) -> None:
    (experiment.folder / "script.py").write_text(SCRIPT)
    real = changed(
        with_command(experiment, sys.executable, "script.py", "{prompt}"), model=ModelChoice(at=address)
    )
    (item,) = run_plan(real, Selection(tasks=("move-1",), rows=(10,), faults=False, repetitions=1)).evidence
    assert item.status is Status.PASSED, item.reason
    assert item.model_calls == 3


def test_a_provider_that_fails_is_no_failure_of_the_agent(experiment: Experiment) -> None:
    nobody = changed(experiment, model=ModelChoice(at="http://127.0.0.1:9/v1"))
    (item,) = run_plan(
        nobody, Selection(agents=("plain",), tasks=("where-1",), rows=(10,), faults=False, repetitions=1)
    ).evidence
    assert item.status is Status.ERROR
    assert "the provider failed: " in item.reason


# -- what cannot be run ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("agnet:run", "no module 'agnet' in .*; did you mean 'agent'"),
        ("agent:rnu", "agent has no 'rnu'; did you mean 'run'"),
        ("agent:number", "is no function but of type int"),
    ],
)
def test_an_agent_that_is_not_there_is_said_before_anything_runs(
    experiment: Experiment, call: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        run_plan(with_agent(experiment, call), IT)


def test_a_file_that_is_no_program_is_said_before_anything_runs(experiment: Experiment) -> None:
    with pytest.raises(ConfigError, match=r'cannot be run by itself; begin with .*\["python", "agent.py"\]'):
        run_plan(with_command(experiment, "agent.py"), IT)
    with pytest.raises(ConfigError, match=r"command 'prompts' is not found"):
        run_plan(with_command(experiment, "prompts"), IT)


def test_a_command_that_is_not_there_is_said_before_anything_runs(experiment: Experiment) -> None:
    with pytest.raises(ConfigError, match=r"\[agents.it\] command 'nodee' is not found"):
        run_plan(with_command(experiment, "nodee", "agent.js"), IT)


def test_a_simulated_model_needs_a_policy(experiment: Experiment) -> None:
    with pytest.raises(ConfigError, match='at = "sim" needs a policy'):
        run_plan(changed(experiment, model=ModelChoice()), PLAIN)


def test_a_world_builder_that_raises_is_said_with_its_place(experiment: Experiment) -> None:
    (experiment.folder / "world.py").write_text("def build(folder, rows, seed):\n    return 1 / 0\n")
    with pytest.raises(
        FixtureError, match=r"world:build failed at 10 rows: ZeroDivisionError.*world.py, line 2"
    ):
        run_plan(experiment, PLAIN)
    assert not [path for path in (experiment.home / "worlds").iterdir() if path.suffix == ".json"]


def test_a_world_builder_that_ends_the_process_is_said(experiment: Experiment) -> None:
    (experiment.folder / "world.py").write_text(
        "import os\ndef build(folder, rows, seed):\n    os._exit(9)\n"
    )
    with pytest.raises(FixtureError, match=r"ended the process that did it: .*exit code 9"):
        run_plan(experiment, PLAIN)


def test_tasks_that_change_between_processes_are_said(experiment: Experiment) -> None:
    source = (experiment.folder / "tasks.py").read_text()
    drawn = source.replace(
        'f"Where does Jo {number} live?"', 'f"Where does Jo {number} live? {id(object)}{PID}"'
    )
    (experiment.folder / "tasks.py").write_text("import os\nPID = os.getpid()\n" + drawn)
    with pytest.raises(FixtureError, match="not the same each time it is made"):
        run_plan(experiment, Selection(agents=("plain",), rows=(10,), faults=False, repetitions=6))


def test_a_folder_that_cannot_be_written_is_said_and_what_was_done_is_kept(experiment: Experiment) -> None:
    chosen = Selection(agents=("plain",), tasks=("where-1",), rows=(10,), faults=False)
    book = run_plan(experiment, chosen)
    lines = (book.folder / "evidence.jsonl").read_bytes()
    (book.folder / "output").rmdir()
    (book.folder / "output").write_text("in the way")
    with pytest.raises(AgentProbeError, match="a run could not be carried out"):
        run_plan(experiment, PLAIN)
    assert (book.folder / "evidence.jsonl").read_bytes() == lines


FRAMEWORK = """
from langchain_core.tools import tool

@tool
def look(city: str) -> str:
    "Look the weather up."
    return f"rain in {city}"

def run(prompt):
    look.invoke({"city": "Oslo"})
    return "Jo 1 lives in City1."
"""


def test_the_tools_of_a_framework_are_seen_in_an_agent_that_is_called(experiment: Experiment) -> None:
    (experiment.folder / "framed.py").write_text(FRAMEWORK)
    item = found(run_plan(with_agent(experiment, "framed:run"), IT, workers=1))["where-1"]
    assert "nobody asked for look(city='Oslo')" in item.reason
