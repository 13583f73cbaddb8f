"""Whatever is typed is answered in words and with the right exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from agentprobe.cli.main import Commands, main
from agentprobe.errors import ConfigError


class Broken(Commands):
    """Commands of which each ends in its own way."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["bug", "interrupted", "quiet", "seven", "wrong"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        def act() -> int | None:
            match cmd_name:
                case "bug":
                    raise ZeroDivisionError("nobody foresaw this")
                case "interrupted":
                    raise KeyboardInterrupt
                case "seven":
                    return 7
                case "wrong":
                    raise ConfigError("settings.toml, line 3: no")
            return None

        return click.Command(cmd_name, callback=act)


BROKEN = Broken("agentprobe")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name in ("run", "sim", "trace"):
        assert f"\n  {name} " in said


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("agentprobe 0.")


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rnu"]) == 2
    assert "unknown command 'rnu'; did you mean 'run'?" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--fersh"]) == 2
    assert "--fresh" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in "".join(capsys.readouterr())


def test_what_the_user_can_mend_is_one_line_and_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wrong"], BROKEN) == 2
    assert capsys.readouterr().err == "agentprobe: settings.toml, line 3: no\n"


def test_our_own_bug_is_said_as_such_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bug"], BROKEN) == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError: nobody foresaw this" in said
    assert "this is a bug of agentprobe, not of your project" in said


@pytest.mark.parametrize(("name", "code"), [("interrupted", 130), ("seven", 7), ("quiet", 0)])
def test_the_exit_code_is_what_the_command_came_to(name: str, code: int) -> None:
    assert main([name], BROKEN) == code


PROGRAM = "import sys; from agentprobe.cli.main import main; sys.exit(main())"
GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"


def test_a_terminal_that_knows_only_ascii_is_no_reason_to_fail() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "trace", "show", str(GOLDEN)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"model calls" in done.stdout
    assert done.stdout.isascii()


def test_an_output_that_takes_no_more_is_said_and_is_not_our_bug() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "trace", "show", str(GOLDEN)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "agentprobe: cannot write what there is to say: No space left on device\n"


def test_no_command_loads_what_counts_and_draws_before_there_is_something_to_count_or_draw() -> None:
    """Together they take a second, and each command is started many times a day."""
    names = ("analyze", "chaos", "diff", "mcp", "replay", "run", "scan")
    lines = [f"import agentprobe.cli.commands.{name}" for name in names]
    program = "; ".join([*lines, "import sys; print(*{'scipy', 'matplotlib'} & {*sys.modules})"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
