"""A settings file is read as meant, or answered with file, line, key and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.config.load import load_settings
from agentprobe.domain.evidence import Mode
from agentprobe.errors import ConfigError

WHOLE = """
[project]
name = "support desk"

[model]
at = "sim"
policy = "policy:SupportDesk"

[agents.careless]
call = "agent:run"
settings = { prompt = "careless" }

[agents.node]
command = ["node", "agent.js", "{prompt}"]

[world]
build = "world:build"
rows = [10, 1000]
shared = ["*.sqlite"]
env = { SUPPORT_DESK_WORLD = "{world}" }

[tasks]
make = "tasks:make"

[[task]]
id = "hours"
prompt = "When are you open?"
contains = ["nine"]

[[task]]
id = "refund"
prompt = "Refund order 7."
effects = [{ tool = "refund_order", arguments = { order_id = 7 } }]

[faults]
schedules = ["rate_limited@model:2"]
rows = [1000]

[run]
repetitions = 5
seed = 7

[gate]
pass_rate = 0.8
rows = 1000
agents = ["careless"]
never = ["duplicated_effect", "wrong_effect"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "agentprobe.toml"
    path.write_text(text)
    return path


def complaint(folder: Path, text: str) -> str:
    path = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    said = str(caught.value)
    assert str(path) in said
    return said.replace(str(folder), "")


def test_a_whole_file_is_read_as_meant(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, WHOLE))
    experiment = settings.experiment(tmp_path)
    assert experiment.project == "support desk"
    assert experiment.agents["careless"].settings == {"prompt": "careless"}
    assert experiment.agents["node"].command[0] == "node"
    assert experiment.world is not None
    assert experiment.world.rows == (10, 1000)
    assert experiment.tasks[1].task().effects[0].arguments == {"order_id": 7}
    assert experiment.run.repetitions == 5
    assert settings.gate.never == (Mode.DUPLICATED_EFFECT, Mode.WRONG_EFFECT)


def test_a_project_without_a_name_is_called_as_its_folder(tmp_path: Path) -> None:
    text = WHOLE.replace('name = "support desk"', "")
    assert load_settings(written(tmp_path, text)).experiment(tmp_path).project == tmp_path.name


def test_a_missing_file_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no settings file .*none\.toml; write one, or .*--config"):
        load_settings(tmp_path / "none.toml")


def test_a_file_with_the_mark_of_some_editors_is_read(tmp_path: Path) -> None:
    path = tmp_path / "agentprobe.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert load_settings(path).project.name == "support desk"


def test_what_is_no_file_of_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory$"):
        load_settings(tmp_path)
    path = tmp_path / "agentprobe.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"agentprobe\.toml is no text in UTF-8"):
        load_settings(path)


def test_broken_toml_is_said_with_line_and_column(tmp_path: Path) -> None:
    assert "line 3, column 8: this is no TOML" in complaint(tmp_path, "\n[run]\nseed = = 7\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("repetitions = 5", "repetitons = 5", "unknown key 'repetitons'; did you mean 'repetitions'?"),
        ("[gate]", "[gates]", "unknown key 'gates'; did you mean 'gate'?"),
        ("shared =", "shraed =", "unknown key 'shraed'; did you mean 'shared'?"),
        ('contains = ["nine"]', 'contain = ["nine"]', "unknown key 'contain'; did you mean 'contains'?"),
        ('call = "agent:run"', 'cal = "agent:run"', "unknown key 'cal'; did you mean 'call'?"),
        ("{ tool =", "{ tol =", "unknown key 'tol'; did you mean 'tool'?"),
        ("seed = 7", 'seed = "seven"', "expected whole number, got text"),
        ("repetitions = 5", "repetitions = 0", "expected whole number >= 1"),
        ("pass_rate = 0.8", "pass_rate = 80", "expected number <= 1.0"),
        ('call = "agent:run"', 'call = "agent.run"', "expected a reference of the form 'module:name'"),
        ("rows = [10, 1000]", 'rows = ["ten"]', "expected whole number, got text"),
        ("rows = [10, 1000]", "rows = []", "expected list of length >= 1"),
        ("rows = [10, 1000]", "rows = [10, 10, 1000]", "a density is named twice"),
        ('build = "world:build"', "", "a world has either `build`"),
        (
            'agents = ["careless"]',
            'agents = ["carless"]',
            "unknown agent 'carless'; did you mean 'careless'?",
        ),
        ("pass_rate = 0.8\nrows = 1000", "rows = 500", "500 is no density of the world; there are 10, 1000"),
        ('"duplicated_effect", ', '"doubled", ', "unknown name 'doubled'; known are asked_needlessly, "),
        ('"duplicated_effect", ', '"loopd", ', "unknown name 'loopd'; did you mean 'looped'?"),
        ('at = "sim"', 'at = "environmet"', "neither a base URL nor one of the known words; did you mean"),
        ('contains = ["nine"]', 'matches = "(nine"', "'(nine' is no regular expression: missing )"),
        ('id = "hours"', 'id = " "', "the name of the task is empty"),
        ('command = ["node"', 'call = "a:b"\ncommand = ["node"', "either `call` or `command`"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WHOLE
    message = complaint(tmp_path, WHOLE.replace(old, new))
    assert said in message
    assert ", line " in message
    line = int(message.split(", line ")[1].split(":")[0])
    changed = WHOLE.replace(old, new).splitlines()
    key = message.rsplit("(at ", 1)[1].rstrip(")").split(".")
    assert any(part in changed[line - 1] for part in key)


def test_a_file_without_agents_says_how_to_name_one(tmp_path: Path) -> None:
    assert "add a table [agents.NAME]" in complaint(tmp_path, "[run]\nseed = 7\n")


def test_a_file_without_tasks_says_how_to_write_one(tmp_path: Path) -> None:
    assert "there is no task" in complaint(tmp_path, '[agents.a]\ncall = "agent:run"\n')
