"""Groups of commands of which each is a file, imported when it is called."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import ClassVar

import click

from agentprobe.errors import did_you_mean


class Lazily(click.Group):
    """The commands of a package, one file each, in which `command` is the command."""

    home: ClassVar[str]
    """The package's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        found = pkgutil.iter_modules(import_module(self.home).__path__)
        return sorted(module.name.replace("_", "-") for module in found if module.name[0] != "_")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{self.home}.{cmd_name.replace('-', '_')}")
        found = module.command
        assert isinstance(found, click.Command), f"{module.__name__}.command is no click command"
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            near = did_you_mean(name, self.list_commands(ctx))
            raise click.UsageError(f"unknown command '{name}'{near}", ctx)
        return super().resolve_command(ctx, args)
