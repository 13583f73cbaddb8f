"""Runs the drift test for `agentprobe trace --dev … --prod …`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.main import FINDINGS, GOOD, NOT_OBSERVED
from agentprobe.config.model_settings import model_settings
from agentprobe.lab.drift import Drift, Side
from agentprobe.report.terminal_drift import draw_drift, drift_facts
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

Run = Callable[[str, Mapping[str, Any]], Path]
"""Runs the agent once under a name and with these settings; gives the trace."""


def drift_test(
    dev: str, prod: str, *, times: int, run: Run, console: Console, json_file: Path | None = None
) -> int:
    """Run the agent with both settings, so many times each in turns, and give the exit code.

    Raises ConfigError for settings that cannot be read.
    """
    asked = {"dev": model_settings(dev, "--dev"), "prod": model_settings(prod, "--prod")}
    runs: dict[str, list[Trace]] = {name: [] for name in asked}
    for number in range(1, times + 1):
        for name, settings in asked.items():
            if not console.quiet:
                click.echo(f"agentprobe: {name} {number} of {times}", err=True)
            runs[name].append(read_trace(run(f"{name}-{number}", settings)))
    dev_side, prod_side = (Side(name=n, settings=s, runs=tuple(runs[n])) for n, s in asked.items())
    found = Drift(dev=dev_side, prod=prod_side)
    console.print(draw_drift(found), soft_wrap=True)
    if json_file is not None:
        write_whole(json_file, msgspec.json.format(msgspec.json.encode(drift_facts(found), enc_hook=str)))
    if not found.observed:
        return NOT_OBSERVED
    return FINDINGS if found.diverged and not found.close else GOOD
