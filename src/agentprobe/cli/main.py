"""The way in from a command line: finds the command, and says what went wrong in words and in exit codes."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import click

from agentprobe.cli import commands
from agentprobe.cli.lazily import Lazily
from agentprobe.errors import AgentProbeError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
GOOD, FINDINGS, WRONG_USE, NOT_OBSERVED, OUR_BUG, INTERRUPTED = 0, 1, 2, 3, 70, 130


class Commands(Lazily):
    """The commands, one file each in `commands/`."""

    home = commands.__name__


@click.command("agentprobe", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message="agentprobe %(version)s", package_name="agentprobe-prod")
def agentprobe() -> None:
    """Take an AI agent from works-in-dev to proven-for-production."""


def main(args: Sequence[str] | None = None, group: click.Group = agentprobe) -> int:
    """Run a command; returns its exit code: 0 good, 1 findings, 2 wrong use, 3 not observed, 70 our bug."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a terminal cannot show is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        with _ended_as_by_ctrl_c():
            code = group.main(args, prog_name="agentprobe", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_USE
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except AgentProbeError as error:
        click.echo(f"agentprobe: {error}", err=True)
        return WRONG_USE
    except (KeyboardInterrupt, click.Abort):
        click.echo("agentprobe: interrupted", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - what nobody foresaw is ours, and is said as such
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return _say_no_room(error)
        _say_our_bug()
        return OUR_BUG
    return code if isinstance(code, int) else GOOD


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Leave in good order, with everything kept, also when a terminal closes or a pipeline cancels us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [kind for kind in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, signal.default_int_handler)
    try:
        yield
    finally:
        for kind in kinds:
            signal.signal(kind, signal.SIG_DFL)


def _say_no_room(error: OSError) -> int:
    """The disk is full, and with it most often the file that our output goes to."""
    click.echo(f"agentprobe: cannot write what there is to say: {error.strerror}", err=True)
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what waits to be written is given up
    return WRONG_USE


def _say_our_bug() -> None:
    from importlib.metadata import PackageNotFoundError, version

    click.echo(traceback.format_exc(), err=True)
    try:
        ours = version("agentprobe-prod")
    except PackageNotFoundError:
        ours = "unknown"
    python = ".".join(map(str, sys.version_info[:3]))
    click.echo(
        "agentprobe: this is a bug of agentprobe, not of your project. Please report it with the lines "
        f"above (agentprobe {ours}, Python {python}, {sys.platform}).",
        err=True,
    )


if __name__ == "__main__":
    sys.exit(main())
