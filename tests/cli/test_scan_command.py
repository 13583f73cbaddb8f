"""`agentprobe scan` from the command line: what it prints, writes, and ends with."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.cli.main import main

AGENT = """from openai import OpenAI

client = OpenAI(timeout=30)


def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return None
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "agent.py").write_text(AGENT)
    return tmp_path


@pytest.fixture
def told(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def go(*words: str) -> tuple[int, str, str]:
        code = main(["scan", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


Told = Callable[..., tuple[int, str, str]]


def test_findings_end_with_one_and_show_their_lines(told: Told) -> None:
    code, out, _ = told("--select", "ERR001")
    assert code == 1
    assert "model-error-swallowed" in out
    assert "except Exception:" in out


def test_nothing_found_ends_with_zero(told: Told, project: Path) -> None:
    (project / "agent.py").write_text("x = 1\n")
    assert told()[0] == 0


def test_nothing_scanned_is_not_clean(told: Told, project: Path) -> None:
    (project / "agent.py").write_text("def f(:\n")
    code, out, _ = told()
    assert code == 3
    assert "not scanned" in out


def test_a_wrong_rule_is_answered_with_the_nearest(told: Told) -> None:
    code, _, err = told("--select", "model-error-swalowed")
    assert code == 2
    assert "did you mean 'model-error-swallowed'" in err


def test_a_path_that_is_not_there_is_wrong_use(told: Told) -> None:
    assert told("nowhere")[0] == 2


@pytest.mark.parametrize("form", ["concise", "json", "sarif", "github", "junit", "markdown"])
def test_each_format_is_printed_or_written(told: Told, project: Path, form: str) -> None:
    code, out, _ = told("--format", form, "--select", "ERR001")
    assert code == 1
    assert "ERR001" in out
    assert told("--format", form, "--select", "ERR001", "--output", "report")[0] == 1
    assert "ERR001" in (project / "report").read_text()
    if form in ("json", "sarif"):
        json.loads(out)


def test_settings_are_read_strictly_and_the_command_line_goes_before(told: Told, project: Path) -> None:
    (project / "agentprobe.toml").write_text('[scan]\nselect = ["LAT001"]\n')
    assert "ERR001" not in told("--format", "concise")[1]
    assert "ERR001" in told("--format", "concise", "--select", "ERR")[1]
    (project / "agentprobe.toml").write_text('[scan]\nselct = ["LAT001"]\n')
    code, _, err = told()
    assert code == 2
    assert "line 2" in err
    assert "did you mean 'select'" in err


def test_settings_may_stand_in_pyproject(told: Told, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.agentprobe.scan]\nignore = ["ERR"]\n')
    assert "ERR001" not in told("--format", "concise")[1]


def test_a_baseline_knows_what_was_found(told: Told, project: Path) -> None:
    assert told("--select", "ERR001", "--baseline", "known.json", "--write-baseline")[0] == 0
    code, _, err = told("--select", "ERR001", "--baseline", "known.json")
    assert code == 0
    assert "1 in the baseline" in err
    entries = json.loads((project / "known.json").read_text())
    entries["findings"][0] |= {"expires": "2020-01-01", "owner": "Ann"}
    (project / "known.json").write_text(json.dumps(entries))
    code, _, err = told("--select", "ERR001", "--baseline", "known.json")
    assert code == 1
    assert "ended on 2020-01-01, owner Ann" in err


def test_a_difference_is_shown_and_nothing_is_written(told: Told, project: Path) -> None:
    text = AGENT.replace("timeout=30", "")
    (project / "agent.py").write_text(text)
    _, out, _ = told("--diff", "--unsafe-fixes", "--select", "LAT001")
    assert "+client = OpenAI(timeout=60)" in out
    assert (project / "agent.py").read_text() == text
    told("--unsafe-fixes", "--select", "LAT001")
    assert "OpenAI(timeout=60)" in (project / "agent.py").read_text()


def test_rules_are_listed_and_explained(told: Told) -> None:
    assert "ERR001" in told("--list-rules")[1]
    code, out, _ = told("--explain", "model-error-swallowed")
    assert code == 0
    assert "False alarms:" in out


def test_the_checklist_says_how_each_item_stands(told: Told) -> None:
    code, out, _ = told("--checklist")
    assert code == 1
    assert "escalation rule" in out


def test_the_table_of_calls_is_shown(told: Told) -> None:
    code, out, _ = told("--effective", "--format", "json")
    assert code == 0
    assert "gpt-5" in out


def test_lock_files_are_compared(told: Told, project: Path) -> None:
    (project / "requirements-old.txt").write_text("langgraph==1.0.5\n")
    (project / "requirements-new.txt").write_text("langgraph==1.1.4\n")
    code, out, _ = told("diff", "requirements-old.txt", "requirements-new.txt")
    assert (code, out.strip()) == (1, "langgraph 1.0.5 -> 1.1.4: recursion_limit 25 steps -> 10,007 steps")
    code, out, _ = told("diff", "requirements-old.txt", "requirements-old.txt")
    assert (code, out.strip()) == (0, "No package of models or agents differs.")
    (project / "old.yaml").write_text("langgraph==1.0.5\n")
    code, _, error = told("diff", "old.yaml", "requirements-new.txt")
    assert code == 2
    assert "old.yaml is no lock file that is known here" in error


def test_an_agents_settings_file_is_scanned_alone(told: Told, project: Path) -> None:
    sample = Path(__file__).parents[2] / "examples" / "agent_config.json"
    (project / "agent_config.json").write_bytes(sample.read_bytes())
    code, out, _ = told("--config", "agent_config.json", "--format", "concise")
    assert code == 1
    assert "agent_config.json" in out
    assert "agent.py" not in out


def test_words_of_severity_and_reader_are_written_small(told: Told) -> None:
    assert told("--select", "ERR001", "--severity", "high", "--persona", "pedantic")[0] == 1


def commit(*words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def test_since_a_revision_only_what_changed_is_told_and_the_others_are_counted(
    told: Told, project: Path
) -> None:
    commit("init", "-b", "main")
    (project / ".gitignore").write_text("cache\n")
    commit("add", ".")
    commit("commit", "-m", "first")
    code, out, _ = told("--select", "ERR001", "--since", "main")
    assert (code, out) == (0, "nothing found in 1 file · 1 other before main\n")
    (project / "more.py").write_text(AGENT)
    code, out, _ = told("--select", "ERR001", "--since", "main", "--format", "json")
    found = json.loads(out)
    assert code == 1
    assert [one["place"]["path"] for one in found["findings"]] == ["more.py"]
    assert (found["since"], found["older"]) == ("main", 1)


def test_since_outside_of_a_repository_is_wrong_use(told: Told) -> None:
    code, _, err = told("--since", "main")
    assert code == 2
    assert "is in no git repository" in err


def test_a_checklist_of_what_changed_is_wrong_use(told: Told) -> None:
    code, _, err = told("--since", "main", "--checklist")
    assert code == 2
    assert "--since and --checklist do not go together" in err


@pytest.fixture
def untold(project: Path) -> Path:
    """A project with a finding that a comment allows, one in the baseline, and one whose entry ran out."""
    allowed = AGENT.replace(
        "except Exception:", "except Exception:  # agentprobe: allow model-error-swallowed -- a person looks"
    )
    for name in ("known", "over"):
        (project / f"{name}.py").write_text(AGENT)
    (project / "agent.py").write_text(allowed)
    main(["scan", "--select", "ERR001", "--baseline", "known.json", "--write-baseline"])
    data = json.loads((project / "known.json").read_text())
    for entry in data["findings"]:
        entry["reason"] = "it is being mended"
        if entry["path"] == "over.py":
            entry["expires"] = "2020-01-01"
    (project / "known.json").write_text(json.dumps(data))
    (project / "bad.py").write_text("def f(:\n")
    return project


UNTOLD = ("--select", "ERR001", "--baseline", "known.json", "--format")


@pytest.mark.usefixtures("untold")
def test_json_holds_what_is_allowed_known_run_out_and_not_scanned(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    found = json.loads(told(*UNTOLD, "json")[1])
    assert [one["place"]["path"] for one in found["findings"]] == ["over.py"]
    assert [(one["place"]["path"], one["reason"]) for one in found["allowed"]] == [
        ("agent.py", "a person looks")
    ]
    known = found["baseline"]["known"]
    assert [(one["place"]["path"], one["reason"]) for one in known] == [("known.py", "it is being mended")]
    assert [one["path"] for one in found["baseline"]["expired"]] == ["over.py"]
    assert [one["path"] for one in found["not_scanned"]] == ["bad.py"]


@pytest.mark.usefixtures("untold")
def test_sarif_suppresses_what_is_known_and_notes_what_has_run_out(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run = json.loads(told(*UNTOLD, "sarif")[1])["runs"][0]
    kinds = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: [
            (why["kind"], why["justification"]) for why in one.get("suppressions", ())
        ]
        for one in run["results"]
    }
    assert kinds == {
        "over.py": [],
        "agent.py": [("inSource", "a person looks")],
        "known.py": [("external", "it is being mended")],
    }
    notes = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("bad.py was not scanned" in one for one in notes)
    assert any("over.py: the baseline's ERR001 ended on 2020-01-01" in one for one in notes)


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize("form", ["junit", "markdown", "github"])
def test_the_other_forms_tell_of_them_too(told: Told, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    out = told(*UNTOLD, form)[1]
    assert "a person looks" in out
    assert "it is being mended" in out
    assert re.search(r"ended on 2020.{0,2}-01.{0,2}-01", out)
    assert "not valid Python" in out
