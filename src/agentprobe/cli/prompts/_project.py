"""Which project's prompts, and with which secrets kept out of what is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from agentprobe.adapters.orders import Orders
from agentprobe.errors import ConfigError
from agentprobe.scan.prompts.collect import Collected, collect
from agentprobe.trace.redact import Redaction

project: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--project",
    default=".",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder; agentprobe.lock lies in it.",
)


def redaction() -> Redaction:
    """Keeps out what the environment and known forms say is secret, as in traces."""
    return Orders(id="").redaction(os.environ)


def found_in(folder: Path, paths: Sequence[Path] = ()) -> Collected:
    """The project's prompts; what could not be read is said, since it is not known to be unchanged.

    Raises ConfigError where a path lies outside the project.
    """
    root = folder.resolve()
    inside = [path.resolve() for path in paths]
    for path in inside:
        if not path.is_relative_to(root):
            raise ConfigError(f"{path} does not lie in the project {root}; give its folder with --project")
    found = collect(root, inside)
    for name, why in found.skipped:
        click.echo(f"agentprobe: {name} was not looked at: {why}", err=True)
    return found
