"""`agentprobe analyze`: its inputs, its forms and its exit codes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import msgspec
import pytest
from click.testing import CliRunner
from tests.trace.conftest import Telling

from agentprobe.cli.main import agentprobe, main
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ModelSettings
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background

SAID = """<analysis><failure_mode name="token_limit" present="true"><evidence>It raced [call 9].</evidence>
<severity>high</severity><reproduction_steps/><fix_strategy>f</fix_strategy></failure_mode>
<summary>All is lost.</summary><priority_fixes/></analysis>"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recorded(name: str, *, finish: Finish = Finish.STOP) -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    run = Telling(path)
    request = ModelRequest(
        model="m-1",
        messages=(Message(role="user", text="Hello"),),
        settings=ModelSettings(temperature=0.0, max_tokens=9),
    )
    run.model(request, ModelAnswer(id="a", model="m-1", text="Good day.", finish=finish))
    run.ended()
    return path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(agentprobe, ["analyze", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def test_a_cut_answer_is_present_and_gives_1() -> None:
    code, told = run(str(recorded("run.jsonl", finish=Finish.LENGTH)), "--format", "xml")
    assert code == 1
    (mode,) = (one for one in Xml.fromstring(told).iter("failure_mode") if one.get("present") == "true")
    assert mode.get("name") == "token_limit"


def test_a_good_run_gives_0_and_a_folder_is_read() -> None:
    recorded("runs/a.jsonl")
    recorded("runs/b.jsonl")
    code, told = run("runs", "--format", "json")
    assert code == 0
    assert {one["presence"] for one in msgspec.json.decode(told)["modes"]} == {"absent", "not observed"}


def test_words_that_say_nothing_give_3() -> None:
    assert run("--architecture", "It sells shoes.")[0] == 3


def test_a_description_may_be_a_file_and_inputs_may_be_mixed() -> None:
    Path("design.md").write_text("Temperature is 0 in dev and 0.7 in production.")
    path = recorded("run.jsonl", finish=Finish.LENGTH)
    code, told = run(
        str(path), "--architecture", "design.md", "--scenario", "It is slow.", "--format", "json"
    )
    present = [one["mode"] for one in msgspec.json.decode(told)["modes"] if one["presence"] == "present"]
    assert (code, present) == (1, ["temperature_drift", "token_limit"])


def test_a_report_can_be_written_to_a_file() -> None:
    path = recorded("run.jsonl", finish=Finish.LENGTH)
    for form, begins in (("markdown", "# Failure analysis"), ("text", "temperature_drift")):
        assert run(str(path), "--format", form, "--out", "out.txt") == (1, "")
        assert Path("out.txt").read_text().startswith(begins)


def test_the_settings_table_names_the_model_and_its_lies_are_counted() -> None:
    with background(SimulatedModel(Script(say(SAID)))) as url:
        Path("agentprobe.toml").write_text(f'[analyst]\nmodel = "liar"\nurl = "{url}/v1"\n')
        code, told = run(str(recorded("run.jsonl")))
    assert code == 0
    assert "1 claim struck out:" in told
    assert "there is no call 9" in told
    assert "liar adds: All is lost." in told


@pytest.mark.parametrize(
    ("table", "words", "why"),
    [
        ("", [], "name a trace"),
        ("", ["--scenario", "x", "--model-url", "http://x"], "name the model too"),
        ('[analyst]\nmodle = "m"\n', ["--scenario", "x"], "did you mean 'model'"),
        ("[analyst", ["--scenario", "x"], "this is no TOML"),
        ("", ["--scenario", "x", "--model", "m", "--provider", "nobody"], "unknown provider"),
    ],
)
def test_wrong_use_gives_2(
    table: str, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if table:
        Path("agentprobe.toml").write_text(table)
    assert main(["analyze", *words]) == 2
    assert why in capsys.readouterr().err
