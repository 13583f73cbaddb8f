"""`agentprobe world show`: what a world says of itself, and what was measured of it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.report import html_world, terminal_world, terminal_worlds
from agentprobe.report.world_reports import reports
from agentprobe.worlds.folder import WorldFolder


@click.command("show")
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="See that every file is as it was sealed.")
@click.option("--all", "every", is_flag=True, help="Show all figures, also those that are well.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write the report as a page.")
def command(world: Path, check: bool, every: bool, page: Path | None) -> None:
    """Show WORLD: its tables, where it comes from, its fidelity and what it may tell of its source."""
    there = WorldFolder(world)
    if check:
        there.check()
    console = Console()
    console.print(terminal_worlds.made(there))
    if there.manifest.measured:
        console.print(terminal_world.told(there.manifest, *reports(there.manifest), every=every))
    if page is not None:
        write_whole(page, html_world.page(there.manifest, *reports(there.manifest)))
        console.print(f"\nReport: {page}", markup=False, highlight=False, soft_wrap=True)
