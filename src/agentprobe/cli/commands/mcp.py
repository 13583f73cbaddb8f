"""`agentprobe mcp`: stand between an agent and the tool servers it reaches by the Model Context Protocol."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from agentprobe.adapters.active import Active
from agentprobe.adapters.handed_down import handed_down
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock
from agentprobe.chaos.schedule import Schedule
from agentprobe.cli.before_dashes import GroupBeforeDashes, behind
from agentprobe.cli.kept import keeping, kept
from agentprobe.errors import ConfigError
from agentprobe.mcp.server import Server, name_of
from agentprobe.mcp.serving import Address, serve
from agentprobe.mcp.settings import BACKUP, Wrapping, remotes, unwrap, wrap
from agentprobe.mcp.stdio import relay

FOLDER = Path(".agentprobe/traces")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Ended = tuple[int, list[Exception]]
"""An exit code, and what went wrong in our own rooms."""


class _Group(GroupBeforeDashes):
    runs = "a tool server"


@click.group("mcp", cls=_Group, invoke_without_command=True, subcommand_metavar="-- COMMAND…")
@click.option("--name", default="", help="What to call the server in the trace; default: by its command.")
@click.option(
    "--qualify", is_flag=True, help="Name its tools SERVER.TOOL, where several servers have the same tool."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the trace goes when no session is under way: a file.jsonl, or a folder.  "
    f"[default: {FOLDER}, here or at home]",
)
@click.option("--fault", default="", metavar="SCHEDULE", help="Faults to inject: tool_error@tool:2, ….")
@click.option("--url", default="", help="A server over HTTP, in the place of a command.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="With --url: where to listen.")
@click.option("--seed", default=0, show_default=True, help="Decides all chance of faults.")
@keeping
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    name: str,
    qualify: bool,
    out: Path | None,
    fault: str,
    url: str,
    port: int,
    seed: int,
    **rules: Any,
) -> None:
    """Run a tool server behind the boundary: all that passes is recorded and may be disturbed.

    \b
    agentprobe mcp -- npx -y @modelcontextprotocol/server-filesystem DIR
    agentprobe mcp --url https://example.com/mcp

    It is meant to stand in an MCP client's settings, in front of the server's own command. Started from a
    launched agent it joins that agent's session; else it writes a trace of its own. Standard output belongs
    to the protocol; exit code and signals are the server's. With --url it prints the address that the client
    is to be told, and serves until Ctrl-C.
    """
    if ctx.invoked_subcommand is not None:
        return
    words = behind(ctx)
    if bool(words) == bool(url):
        ctx.fail("give one tool server: its command behind --, as in: agentprobe mcp -- npx SERVER, or --url")
    server = Server(name or (name_of(words) if words else str(urlsplit(url).hostname)), qualified=qualify)
    active = _session(words or (url,), out, fault, seed, **rules)
    relayed = _relayed(words, server, active) if words else _served([Address(server, url)], active, port)
    _run(ctx, active, relayed)


async def _relayed(words: Sequence[str], server: Server, active: Active) -> Ended:
    code, conversation = await relay(words, active, server)
    return code, conversation.defects


async def _served(addresses: Sequence[Address], active: Active, port: int) -> Ended:
    def ready(urls: Sequence[str]) -> None:
        for url in urls:
            click.echo(url)

    return 0, await serve(addresses, active, port=port, ready=ready)


@command.command("wrap")
@click.argument("file", type=_FILE)
@click.option("--qualify", is_flag=True, help="Name the tools SERVER.TOOL.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where the traces go when no session is under way."
)
@click.option("--fault", default="", metavar="SCHEDULE", help="Faults to inject into every server.")
@click.option("--port", default=7380, show_default=True, help="Where servers over HTTP are served.")
@keeping
def wrap_settings(
    file: Path,
    *,
    qualify: bool,
    out: Path | None,
    fault: str,
    port: int,
    redact: tuple[str, ...],
    redact_key: tuple[str, ...],
    no_content: bool,
) -> None:
    """Put `agentprobe mcp` before every tool server in an MCP client's settings."""
    given = (("--out", str(out.absolute()) if out else ""), ("--fault", _schedule(fault)))
    kept(Orders(id=""), redact, redact_key, no_content=no_content)
    rules = (*(("--redact", one) for one in redact), *(("--redact-key", one) for one in redact_key))
    options = [word for name, value in (*given, *rules) if value for word in (name, value)]
    flags = [name for name, on in (("--qualify", qualify), ("--no-content", no_content)) if on]
    how = Wrapping(_program(), (*options, *flags), port)
    names = wrap(file, how)
    if not names:
        click.echo(f"nothing to wrap in {file}")
        return
    click.echo(f"wrapped {', '.join(names)} in {file}; it was kept as {file.name}{BACKUP}")
    far = [remote.name for remote in remotes(file)]
    if far:
        click.echo(
            f"over HTTP: {', '.join(far)}; keep this running beside the agent: agentprobe mcp serve {file}"
        )


@command.command("unwrap")
@click.argument("file", type=_FILE)
def unwrap_settings(file: Path) -> None:
    """Give every wrapped tool server its own settings back."""
    names = unwrap(file)
    click.echo(f"unwrapped {', '.join(names)} in {file}" if names else f"nothing is wrapped in {file}")


@command.command("serve")
@click.argument("file", type=_FILE)
@click.option("--out", type=click.Path(path_type=Path), help="Where the trace goes.")
@click.option("--fault", default="", metavar="SCHEDULE", help="Faults to inject: tool_error@tool:2, ….")
@click.option("--seed", default=0, show_default=True, help="Decides all chance of faults.")
@keeping
@click.pass_context
def serve_settings(
    ctx: click.Context, /, file: Path, out: Path | None, fault: str, seed: int, **rules: Any
) -> None:
    """Serve the tool servers over HTTP of wrapped settings, until Ctrl-C."""
    far = remotes(file)
    if not far:
        raise ConfigError(f"{file} has no wrapped server over HTTP; do so with: agentprobe mcp wrap {file}")
    addresses = [Address(Server(remote.name), remote.url, remote.token) for remote in far]
    active = _session([remote.url for remote in far], out, fault, seed, **rules)
    _run(ctx, active, _served(addresses, active, far[0].port))


def _program() -> tuple[str, ...]:
    """How a client finds this very program, whatever its own PATH is."""
    beside = Path(sys.executable).with_name("agentprobe")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "agentprobe.cli")


def _run(ctx: click.Context, active: Active, carried_out: Coroutine[Any, Any, Ended]) -> None:
    """Carry out a session to its end, and say what went wrong in it."""
    with active:
        code, defects = asyncio.run(carried_out)
        active.close("ok" if code == 0 else "failed", exit=code)
    complaints = [f"a defect of agentprobe: {type(d).__name__}: {d}" for d in defects]
    if active.writer is not None and active.writer.failure:
        complaints.append(active.writer.failure)
    complaints += active.leaks()
    for complaint in complaints:
        click.echo(f"agentprobe: {complaint}", err=True)
    ctx.exit(code)


def _session(words: Sequence[str], out: Path | None, fault: str, seed: int, **rules: Any) -> Active:
    """The session that this process was started in, or one of its own."""
    told = handed_down(os.environ)
    if told is not None:
        orders = Orders.from_json(told)
        orders = replace(orders, schedule=_schedule(fault)) if fault else orders
        return kept(orders, **rules).open(joined=True)
    name = f"{RealClock().date():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    orders = Orders(
        id=name,
        seed=seed,
        trace=_place(out, name),
        schedule=_schedule(fault),
        agent={"mcp": list(words)},
    )
    return kept(orders, **rules).open()


def _place(out: Path | None, name: str) -> Path:
    if out is None:
        out = FOLDER if os.access(Path.cwd(), os.W_OK) else Path.home() / FOLDER
    return out if out.suffix and not out.is_dir() else out / f"{name}.jsonl"


def _schedule(text: str) -> str:
    if text.endswith((".toml", ".json")):
        return str(Schedule.load(Path(text)))
    return str(Schedule.parse(text, where="--fault"))
