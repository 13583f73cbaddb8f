"""`agentprobe world`: production-shaped data from a real database, sanitised, at any size."""

from __future__ import annotations

import click

from agentprobe.cli import worlds
from agentprobe.cli.lazily import Lazily


class _Group(Lazily):
    home = worlds.__name__


@click.command("world", cls=_Group)
def command() -> None:
    """Make worlds that ask an agent what production asks of it.

    \b
    agentprobe world snapshot postgresql://reader@db/shop   a sanitised copy, or its shape grown anew
    agentprobe world grow support --rows 100000             no production yet: a built-in shape
    agentprobe world check                                  which tasks test nothing
    agentprobe world drift worlds/shop                      how far production has moved since
    """
