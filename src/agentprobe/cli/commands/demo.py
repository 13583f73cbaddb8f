"""`agentprobe demo`: the main job, offline, on the example agent."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

import agentprobe
from agentprobe.cli.commands.run import command as run
from agentprobe.errors import ConfigError, MissingExtra

NEEDED = ("openai", "langgraph", "langchain_openai", "faiss", "recordlinkage")
SETTINGS = "agentprobe.toml"


@click.command("demo")
@click.argument("folder", default="agentprobe-demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--fresh", is_flag=True, help="Forget what was run before.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes side by side.")
@click.pass_context
def command(ctx: click.Context, folder: Path, fresh: bool, workers: int | None) -> int:
    """Put the example agent into FOLDER and run it in every regime, with a simulated model.

    The example is yours to change: what is already in FOLDER is left as it is. Two of its four agents are
    meant to fail, so unlike `agentprobe run` this ends with 0 once the report is there.
    """
    _furnish(folder)
    code = ctx.invoke(run, config=folder / SETTINGS, fresh=fresh, workers=workers)
    if code not in (0, 1, 3):
        return int(code)
    click.echo(f"\nTo go on: cd {folder}, change a prompt or {SETTINGS}, and call: agentprobe run")
    click.echo(f"(there the exit code would have been {code}: 0 pass, 1 fail, 3 not observed)")
    return 0


def _furnish(folder: Path) -> None:
    """Copy the example there, unless it is there already.

    Raises MissingExtra without the libraries that the example stands on, ConfigError when FOLDER holds
    something else.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra("the example agent", "demo")
    if (folder / SETTINGS).exists():
        return
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} holds something else; name another folder: agentprobe demo FOLDER")
    ignored = shutil.ignore_patterns("__pycache__", ".agentprobe")
    try:
        shutil.copytree(_example(), folder, ignore=ignored, dirs_exist_ok=True)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)  # half an example is none
        raise ConfigError(f"cannot put the example into {folder}: {error}") from error


def _example() -> Path:
    """The example as it was installed, or as it lies in a checkout."""
    package = Path(agentprobe.__file__).parent
    places = (package / "_examples" / "support_desk", package.parents[1] / "examples" / "support_desk")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise ConfigError("the example is not part of this installation; get it with the source archive")
    return found
