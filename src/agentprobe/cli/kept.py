"""The options that say what a trace may keep, for every command that records one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from agentprobe.adapters.orders import Orders

F = TypeVar("F", bound=Callable[..., Any])
_RULES = (
    click.option(
        "--redact", multiple=True, metavar="REGEX", help="What must not be kept either; repeatable."
    ),
    click.option(
        "--redact-key", multiple=True, metavar="NAME", help="A key whose values must not; repeatable."
    ),
    click.option("--no-content", is_flag=True, help="Keep no words: only sizes, digests and shapes."),
)


def keeping(command: F) -> F:
    """Give a command the options; they come as `redact`, `redact_key` and `no_content`."""
    for option in reversed(_RULES):
        command = option(command)
    return command


def kept(orders: Orders, redact: tuple[str, ...], redact_key: tuple[str, ...], *, no_content: bool) -> Orders:
    """The orders with these rules beside their own; raises ConfigError for a pattern that is none."""
    found = replace(
        orders,
        redact=(*orders.redact, *redact),
        redact_keys=(*orders.redact_keys, *redact_key),
        content=orders.content and not no_content,
    )
    found.redaction()  # so that what is wrong with a pattern is said before anything runs
    return found
