"""`agentprobe chaos` as a person types it: what it says, its exit code, and how it takes what goes wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agentprobe.cli.main import main

REFUNDS = Path(__file__).parents[1] / "projects" / "refunds"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project that pays money back, as the current folder."""
    folder = tmp_path / "shop"
    shutil.copytree(REFUNDS, folder, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe"))
    monkeypatch.chdir(folder)
    return folder


def test_a_campaign_ends_with_its_findings_and_exit_code_one(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["chaos", "--agent", "shaken", "--workers", "1", "--json", "found.json"])
    out = capsys.readouterr().out
    assert code == 1
    assert "tool_error@tool:refund:1, tool_error@tool:refund:2" in " ".join(out.split())
    assert "[error_handling]" in out
    assert "found nothing to strike, which says nothing: " in out
    found = json.loads((shop / "found.json").read_text())
    assert found["minimal"][0]["shown"]["reaction"] == "lied"
    assert (shop / found["minimal"][0]["folder"] / "schedule.toml").is_file()
    assert "<html" in next((shop / ".agentprobe" / "chaos").glob("*/report.html")).read_text()


def test_a_dry_run_says_what_it_would_cost_and_disturbs_nothing(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["chaos", "--agent", "careful", "--suite", "tools", "--dry-run", "--workers", "1"])
    out = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "What would be tried" in out
    assert "tool_error@tool:refund:1" in out
    (journal,) = (shop / ".agentprobe" / "chaos").glob("*/shots.jsonl")
    assert len(journal.read_text().splitlines()) == 1


def test_a_single_shot_at_a_command_in_a_project_without_settings(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "agentprobe.toml").unlink()
    (shop / "agent.py").write_text("import sys, shop\nprint(shop.careless(sys.argv[1]))\n")
    (shop / "shop.py").write_text(
        (shop / "shop.py")
        .read_text()
        .replace(
            '"http://127.0.0.1:9/v1/chat/completions"',
            '__import__("os").environ["OPENAI_BASE_URL"] + "/chat/completions"',
        )
    )
    words = ["--", sys.executable, "agent.py", "Refund 30."]
    told = ["chaos", "--sim", "shop:Clerk", "--workers", "1"]
    assert main([*told, "--fault", "crash_after_effect@tool:refund", *words]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "duplicated crash_after_effect@tool:refund" in out
    assert "was carried out 2 times" in out
    assert "agentprobe chaos --sim shop:Clerk --fault crash_after_effect@tool:refund -- " in out
    assert main([*told, "--fault", "latency(seconds=0.1)@model:1", *words]) == 0
    assert "nothing found that breaks it" in capsys.readouterr().out
    assert main([*told, "--fault", "stale_result@tool:find:2", *words]) == 3
    assert "not observed" in capsys.readouterr().out
    main([*told, "--lineage", "--singles", *words])  # it sees what runs in other processes have used
    out = " ".join(capsys.readouterr().out.split())
    assert "stopped server_error@model:1" in out
    assert "1 failing call can make it miss the goal" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--only", "laetncy"],
            "unknown fault 'laetncy' in the faults of the campaign; did you mean 'latency'?",
        ),
        (["--fault", "hang@modle"], "unknown site 'modle' in --fault, character 6; did you mean 'model'?"),
        (["--suite", "tool"], "'tool' is not one of"),
        (["--agent", "carefull"], "unknown agent 'carefull'; did you mean 'careful'?"),
        (["--task", "refnd"], "unknown task 'refnd'; did you mean 'refund'?"),
        (["--singles", "--triples"], "give one"),
        (["--sim", "echo"], "for an agent behind --"),
        (["--fault", ""], "--fault names no fault"),
        (["--rows", "10"], "there is no [world]"),
        (["prove"], "there is no campaign to prove"),
        (["show", "hnag"], "unknown fault 'hnag'; did you mean 'hang'?"),
        (["--config", "nowhere.toml"], "there is no settings file nowhere.toml"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_to_write(
    shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["chaos", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_nothing_is_disturbed_in_production(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "Production")
    assert main(["chaos"]) == 2
    assert "ENVIRONMENT says that this is 'Production'" in capsys.readouterr().err


def test_an_interrupted_campaign_keeps_what_it_has(shop: Path) -> None:
    told = ["chaos", "--agent", "careful", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTING, *told], cwd=shop, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 3, done.stderr
    assert "stopped: it was interrupted; the same command goes on with it" in done.stdout
    (journal,) = (shop / ".agentprobe" / "chaos").glob("*/shots.jsonl")
    kept = len(journal.read_text().splitlines()) - 1
    assert kept >= 6
    again = subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *told], cwd=shop, capture_output=True, text=True, timeout=120
    )
    assert again.returncode == 0, again.stderr


INTERRUPTING = """
import signal, sys
from agentprobe.cli.main import main
from agentprobe.lab.chaos import hunt

first = hunt.Hunt._shoot

def shoot(self, orders):
    first(self, orders)
    signal.raise_signal(signal.SIGINT)

hunt.Hunt._shoot = shoot
sys.exit(main(sys.argv[1:]))
"""


def test_the_catalogue_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chaos", "list", "--suite", "security"]) == 0
    assert "injected_result" in capsys.readouterr().out
    assert main(["chaos", "show", "reply_lost"]) == 0
    out = capsys.readouterr().out
    assert "A sound agent: " in out
    assert "Mends: idempotency_key" in out
