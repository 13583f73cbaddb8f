"""What a load is refused for, what each session has of its own, and what is left of it."""

from __future__ import annotations

import io
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from agentprobe.adapters.active import here
from agentprobe.adapters.orders import Orders
from agentprobe.cli.main import main
from agentprobe.config.load import load_settings
from agentprobe.errors import ConfigError
from agentprobe.lab.settings import Experiment, ModelChoice
from agentprobe.lab.stress.belonging import own_environment, own_environments, threads_belong
from agentprobe.lab.stress.found import Session
from agentprobe.lab.stress.load import Pace
from agentprobe.lab.stress.run import Stress, Wanted
from agentprobe.lab.stress.shape import burst, levels_of, ramp, soak
from agentprobe.report import html_stress, terminal_stress

from .conftest import Loaded, Quiet


@pytest.mark.parametrize("at", ["environment", "https://api.openai.com/v1"])
def test_a_real_provider_is_loaded_only_by_who_says_so(crowd: Experiment, at: str) -> None:
    real = msgspec.structs.replace(crowd, model=ModelChoice(at=at))
    with pytest.raises(ConfigError, match="say --real to mean it"):
        Stress(real, Wanted(shape=burst(2, 1), agent="steady"), Quiet())
    Stress(real, Wanted(shape=burst(2, 1), agent="steady", real=True), Quiet())


def test_a_server_on_this_machine_may_be_loaded(crowd: Experiment) -> None:
    here = msgspec.structs.replace(crowd, model=ModelChoice(at="http://127.0.0.1:8000/v1"))
    Stress(here, Wanted(shape=burst(2, 1), agent="steady"), Quiet())


def test_a_load_is_about_one_agent(crowd: Experiment) -> None:
    with pytest.raises(ConfigError, match="say --agent, one of steady, mixing"):
        Stress(crowd, Wanted(shape=burst(2, 1)), Quiet())
    with pytest.raises(ConfigError, match="did you mean 'steady'"):
        Stress(crowd, Wanted(shape=burst(2, 1), agent="steddy"), Quiet())


def test_shapes_are_stages_whose_first_is_the_base() -> None:
    assert [stage.concurrency for stage in ramp([4, 1, 2, 2], 20).stages] == [1, 2, 4]
    assert [stage.sessions for stage in ramp([8, 32], 20).stages] == [20, 32]
    assert burst(50, 10).sessions == 60
    assert soak(10, 4, 5).sessions is None
    with pytest.raises(ConfigError, match="1 to 2,000"):
        burst(5_000, 1)
    with pytest.raises(ConfigError, match="not '1,x'"):
        levels_of("1,x")


def test_work_handed_to_threads_belongs_to_the_session_that_hands_it() -> None:
    pool, seen = ThreadPoolExecutor(1), []
    with threads_belong():
        for name in ("a", "b"):
            active = Orders(id=name, virtual=True).open()
            with active:
                assert pool.submit(here.get).result() is active
                thread = threading.Thread(target=lambda: seen.append(here.get()))
                thread.start()
                thread.join()
                assert seen.pop() is active
        assert pool.submit(here.get).result() is None


def test_a_variable_has_its_own_value_in_each_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", "all")
    barrier = threading.Barrier(2)

    def read(name: str) -> tuple[str, str | None, str]:
        with own_environment({"SHOP": name}):
            barrier.wait()
            return os.environ["SHOP"], os.getenv("SHOP"), dict(os.environ)["SHOP"]

    with own_environments(), ThreadPoolExecutor(2) as pool:
        assert list(pool.map(read, ["a", "b"])) == [("a",) * 3, ("b",) * 3]
        assert os.environ["SHOP"] == "all"
    assert type(os.environ).__name__ == "_Environ"


WORLD = """
import os, pathlib
from agentprobe.sim.policy import Policy, say

def build(folder, rows, seed):
    (folder / "stock.txt").write_text("10")

def sell(prompt):
    stock = pathlib.Path(os.environ["SHOP"]) / "stock.txt"
    stock.write_text(str(int(stock.read_text()) - 1))
    return "sold"

def one_is_sold(observation):
    left = (observation.world / "stock.txt").read_text()
    return None if left == "9" else f"{left} are left"
"""
SETTINGS = """
[model]
policy = "echo"
[agents.seller]
call = "seller:sell"
[world]
build = "seller:build"
rows = [1]
env = { SHOP = "{world}" }
[[task]]
id = "sell"
prompt = "Sell one."
check = "seller:one_is_sold"
"""


def test_each_session_has_a_world_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "seller.py").write_text(WORLD)
    (tmp_path / "agentprobe.toml").write_text(SETTINGS)
    experiment = load_settings(tmp_path / "agentprobe.toml").experiment(tmp_path)
    wanted = Wanted(shape=burst(6, base=1), pace=Pace(first_token=0), times=1000)
    found = Stress(experiment, wanted, Quiet(), inline=True).run()
    assert [stage.kinds for stage in found.stages] == [{"recovered": 1}, {"recovered": 6}]
    assert "write {session}" in " ".join(found.notes)
    assert not (Path(found.folder) / "work").exists()


class Interrupting(Quiet):
    """Somebody who presses Ctrl-C when the third session is told."""

    def carried(self, session: Session) -> None:
        super().carried(session)
        if len(self.sessions) == 3:
            raise KeyboardInterrupt


def test_what_was_done_before_an_interruption_is_judged_once_and_reported(crowd: Experiment) -> None:
    wanted = Wanted(shape=ramp([1, 2], sessions=12), agent="steady", pace=Pace(first_token=0), times=1000)
    found = Stress(crowd, wanted, Interrupting(), inline=True).run()
    assert found.stopped == "it was interrupted"
    assert [stage.kinds for stage in found.stages] == [{"recovered": 12}, {"recovered": 12}]
    assert found.exit_code == 3


def test_only_traces_of_sessions_that_went_wrong_are_kept(loaded: Loaded, crowd: Experiment) -> None:
    good = loaded("steady", burst(2, base=1), model_seconds=0, times=1000)
    assert list((Path(good.folder) / "traces").glob("*")) == []
    bad = loaded("broken", burst(2, base=1), model_seconds=0)
    assert all((crowd.folder / one.trace).exists() for one in bad.examples)


def test_reports_tell_what_was_found_and_let_nothing_through(loaded: Loaded) -> None:
    found = loaded("mixing", burst(8, base=3), model_seconds=0.05)
    console = Console(file=io.StringIO(), width=140)
    console.print(terminal_stress.draw(found))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "belongs to another session" in said
    assert "FINDINGS" in said
    evil = replace(found.examples[0], answer="<script>alert(1)</script>")
    page = html_stress.page(replace(found, examples=(evil,)))
    assert "<script>" not in page
    assert page.count("<svg") == 1


def test_the_command_tells_of_a_process_that_died(
    crowd: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With processes of its own: all else here is carried out in this one."""
    monkeypatch.chdir(crowd.folder)
    monkeypatch.setenv("COLUMNS", "200")
    words = ["--burst", "3", "--base", "1", "--agent", "dying", "--json", "out.json", "--html", "out.html"]
    code = main(["chaos", "stress", *words])
    said = capsys.readouterr().out
    assert code == 1
    assert "a session took all others with it: its process ended with exit code 3" in said
    told = json.loads(Path("out.json").read_text())
    assert told["stages"][0]["kinds"] == {"recovered": 1}
    assert told["stages"][1]["kinds"]["stopped"] >= 1
    assert "under load" in Path("out.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "a load has one shape"),
        (["--burst", "2", "--soak", "3"], "a load has one shape"),
        (["--burst", "2", "--limit", "fast"], "--limit takes"),
    ],
)
def test_what_cannot_be_meant_is_said(
    words: list[str],
    said: str,
    crowd: Experiment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(crowd.folder)
    assert main(["chaos", "stress", *words]) == 2
    assert said in capsys.readouterr().err
