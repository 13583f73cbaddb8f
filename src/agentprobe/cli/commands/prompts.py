"""`agentprobe prompts`: prompts under lock, what has drifted, and what a change of one does."""

from __future__ import annotations

import click

from agentprobe.cli import prompts
from agentprobe.cli.lazily import Lazily


class _Group(Lazily):
    home = prompts.__name__


@click.command("prompts", cls=_Group)
def command() -> None:
    """Keep the prompts of a project under lock, and see what a changed one does.

    \b
    agentprobe prompts show                         every prompt in code, files and settings
    agentprobe prompts lock                         write agentprobe.lock
    agentprobe prompts check                        what has drifted since, with its text; for CI
    agentprobe prompts check --trace run.jsonl      was the model told what is under lock?
    agentprobe prompts regress lock .               how many answers a changed prompt shifts
    """
