"""`agentprobe prompts show`: every prompt of a project, or one of them whole."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.cli.prompts._project import found_in, project, redaction
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.report import terminal_prompts
from agentprobe.scan.prompts.lock import NAME, Lock, read_lock, without_secrets


@click.command("show")
@click.argument("name", required=False)
@project
@click.option("--json", "in_json", is_flag=True, help="As JSON, for other programs.")
def command(name: str | None, project: Path, in_json: bool) -> int:
    """List the prompts of a project, or show the one of that NAME whole, as `prompts show` names it.

    Exit code 3 where there are none.
    """
    hidden = redaction()
    prompts = found_in(project).prompts
    if name is not None:
        prompts = tuple(one for one in prompts if one.id == name)
        if not prompts:
            known = [one.id for one in found_in(project).prompts]
            raise ConfigError(f"there is no prompt '{name}'{did_you_mean(name, known)}")
    if in_json:
        told = [
            {**msgspec.to_builtins(one), "digest": one.digest, "text": without_secrets(one.text, hidden)}
            for one in prompts
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
        return 0 if prompts else 3
    if name is not None:
        click.echo(without_secrets(prompts[0].text, hidden))
        return 0
    path = project / NAME
    lock = read_lock(path) if path.exists() else Lock()
    Console(highlight=False).print(terminal_prompts.listed(prompts, lock), soft_wrap=True)
    return 0 if prompts else 3
