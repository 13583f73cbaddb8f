"""Commands that run another one: whatever stands behind `--` is left to it."""

from __future__ import annotations

from typing import ClassVar

import click

_BEHIND = "agentprobe.behind"


def behind(ctx: click.Context) -> tuple[str, ...]:
    """The words behind `--`; none where there is no `--`."""
    words: tuple[str, ...] = ctx.meta.get(_BEHIND, ())
    return words


def cut(ctx: click.Context, args: list[str]) -> list[str]:
    """The words before `--`; those behind it are kept for `behind`."""
    if "--" not in args:
        return args
    at = args.index("--")
    ctx.meta[_BEHIND] = tuple(args[at + 1 :])
    return args[:at]


class BeforeDashes(click.Command):
    """A command that may have another command behind `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, cut(ctx, args))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND…]"]


class GroupBeforeDashes(click.Group):
    """The same for a command that has commands of its own."""

    runs: ClassVar[str]
    """What it runs, for people: `an agent`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, cut(ctx, args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            how = f"agentprobe {self.name} -- {' '.join(args)}"
            ctx.fail(f"unknown '{args[0]}'; to run {self.runs}, write: {how}")
        return super().resolve_command(ctx, args)
