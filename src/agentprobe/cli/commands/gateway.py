"""`agentprobe gateway`: the boundary as a process of its own, for agents in any language."""

from __future__ import annotations

import os
import re
import secrets
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from agentprobe.adapters.active import Active, Answer
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock
from agentprobe.chaos.schedule import Schedule
from agentprobe.cli.kept import keeping, kept
from agentprobe.cli.proxied import interception
from agentprobe.errors import ConfigError
from agentprobe.gateway.authority import STANDING
from agentprobe.gateway.contacts import Contacts
from agentprobe.gateway.proxied import exports, proxying
from agentprobe.gateway.proxy import Proxying
from agentprobe.gateway.standing import Standing, serve
from agentprobe.gateway.surroundings import given_urls, routes, surroundings
from agentprobe.gateway.trust import trusting
from agentprobe.kernel.session import Session
from agentprobe.report.live_sessions import LiveSessions

FOLDER = Path(".agentprobe/traces")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}")
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - only ever compared
_OPEN = (
    "{host} is more than this machine: whoever reaches the port and knows the token in the URL can spend the "
    "agent's keys and write traces here; nothing is encrypted"
)


@click.command("gateway")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Default: any free one.")
@click.option("--token", default="", help="The secret in the URL; default: a new one each time.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="The folder of the traces, one a session.",
)
@click.option("--fault", default="", metavar="SCHEDULE", help="Faults to inject into every session.")
@click.option("--seed", default=0, show_default=True, help="Decides all chance, alike in every session.")
@click.option("--sim", metavar="POLICY", help="Let a simulated model answer; see 'agentprobe sim list'.")
@click.option("--openai-url", metavar="URL", help="Where OpenAI calls go; default: as OPENAI_BASE_URL says.")
@click.option(
    "--anthropic-url", metavar="URL", help="Where Anthropic calls go; default: as ANTHROPIC_BASE_URL says."
)
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="PROVIDER=URL",
    help="Where this provider's calls go (gemini, ollama, …). May be given again.",
)
@click.option("--retries", type=click.IntRange(0), metavar="N", help="How often SDKs may ask again.")
@click.option("--fast-retries", is_flag=True, help="Let SDKs ask again at once instead of waiting.")
@click.option("--proxy", is_flag=True, help="Be the agents' proxy, for those whose addresses are fixed.")
@click.option(
    "--intercept", metavar="HOST", multiple=True, help="With --proxy: read what goes there too; '*' is all."
)
@click.option("--tunnel", metavar="HOST", multiple=True, help="With --proxy: let that host pass unread.")
@click.option("--quiet-telemetry", is_flag=True, help="Export what keeps frameworks from phoning home.")
@click.option(
    "--close-after",
    default=900.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="A session ends when nothing has been asked for so long.",
)
@click.option(
    "--grace",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long calls under way may still take after Ctrl-C.",
)
@keeping
@click.option("--quiet", is_flag=True, help="Print no line for each call.")
def command(
    *,
    quiet: bool,
    out: Path,
    fault: str,
    seed: int,
    sim: str | None,
    retries: int | None,
    fast_retries: bool,
    redact: tuple[str, ...],
    redact_key: tuple[str, ...],
    no_content: bool,
    **options: Any,
) -> None:
    """Serve the gateway: record, and disturb, the model calls of agents that you start yourself.

    \b
    agentprobe gateway > variables &
    . ./variables; node agent.js

    It prints what an agent's environment needs to know. All calls go into one trace, unless they name their
    run: by /run/NAME behind the token in the base URL, or by the header x-agentprobe-session. Ctrl-C ends it
    when the answers under way have come; a second one ends it at once.
    """
    console = Console(stderr=True, highlight=False)
    plan = Orders(
        id="",
        seed=seed,
        schedule=_schedule(fault),
        retries=retries,
        fast_retries=fast_retries,
        simulated=bool(sim),
    )
    plan = kept(plan, redact, redact_key, no_content=no_content)
    front = _Front(Desk(out, plan, _model(sim, seed)), **options)
    live = LiveSessions(Console(stderr=True, quiet=quiet, highlight=False))
    front.warn(console)
    with live.looking(), front.trusted():
        defects = serve(
            front.standing,
            lambda name: front.desk.open(name, live),
            {route.provider: route.upstream for route in front.routes},
            ready=lambda url: click.echo(front.exports(url)),
        )
    for defect in defects:
        click.echo(f"agentprobe: a defect of agentprobe: {type(defect).__name__}: {defect}", err=True)
    for line in front.desk.farewell():
        console.print(line, markup=False, soft_wrap=True)


# -- the sessions ------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Opens the sessions of one gateway, each with a trace in the folder."""

    folder: Path
    plan: Orders
    """What the sessions have in common."""
    model: Callable[[], Answer] | None
    """Makes the model that answers a session; None when providers do."""
    recorded: list[Path] = field(default_factory=list)
    proxying: Proxying | None = None
    """How the gateway is the agents' proxy, if it is."""

    def open(self, name: str, live: LiveSessions) -> Recorded:
        """Begin the session of this name; the one without a name is called by its date."""
        name = name or f"{RealClock().date():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        path = self._free(name)
        orders = replace(self.plan, id=name, trace=path, agent={"gateway": name})
        active = orders.open(self.model() if self.model else None)
        self.recorded.append(path)
        live.follow(name, path)
        proxying = replace(self.proxying, contacts=Contacts()) if self.proxying is not None else None
        return Recorded(active, path, live, proxying)

    def farewell(self) -> Iterator[str]:
        """What was recorded, and how to see it."""
        yield f"recorded {len(self.recorded)} sessions in {self.folder}" if self.recorded else "no call came"
        if self.recorded:
            last = shlex.join(("agentprobe", "trace", "show", str(self.recorded[-1])))
            yield f"draw the last one with: {last}"

    def _free(self, name: str) -> Path:
        """A file that is not there yet: a name that comes again gets a number."""
        path, number = self.folder / f"{name}.jsonl", 1
        while path.exists():
            number += 1
            path = self.folder / f"{name}.{number}.jsonl"
        return path


@dataclass
class Recorded:
    """A session of the gateway, whose calls are shown as they end."""

    active: Active
    path: Path
    live: LiveSessions
    proxying: Proxying | None = None

    @property
    def session(self) -> Session:
        return self.active.session

    @property
    def answer(self) -> Answer | None:
        return self.active.answer

    @property
    def simulated(self) -> bool:
        return self.active.simulated

    def close(self, status: str = "ok") -> None:
        """Write the end of the trace; say what went wrong with it."""
        writer = self.active.writer
        if self.proxying is not None and writer is not None:
            self.proxying.contacts.write(writer)
            for complaint in self.proxying.contacts.complaints:
                click.echo(f"agentprobe: {complaint}", err=True)
        self.active.close(status)
        self.live.forget(self.path)
        if writer is not None and writer.failure:
            click.echo(f"agentprobe: {writer.failure}", err=True)
        for leak in self.active.leaks():
            click.echo(f"agentprobe: {leak}", err=True)


# -- what it stands on -------------------------------------------------------------------------------


class _Front:
    """What the options say about the address and the providers behind it."""

    def __init__(
        self,
        desk: Desk,
        *,
        host: str,
        port: int,
        token: str,
        close_after: float,
        grace: float,
        openai_url: str | None,
        anthropic_url: str | None,
        urls: tuple[str, ...],
        proxy: bool,
        intercept: tuple[str, ...],
        tunnel: tuple[str, ...],
        quiet_telemetry: bool,
    ) -> None:
        if token and not _TOKEN.fullmatch(token):
            raise ConfigError("--token has at least 8 letters, digits, dashes or underscores; choose another")
        self.desk = desk
        self.standing = Standing(host=host, port=port, token=token, close_after=close_after, grace=grace)
        given = given_urls(urls, openai=openai_url, anthropic=anthropic_url)
        self.routes = routes({} if desk.model is not None else os.environ, given)
        self._quiet = quiet_telemetry
        self._trust: Mapping[str, str] = {}
        forward = interception(intercept, tunnel, proxy=proxy)
        if forward is not None:
            desk.proxying = proxying(forward, os.environ, given, life=STANDING)

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """While the gateway stands, the files by which agents trust it are there."""
        if self.desk.proxying is None:
            yield
            return
        with trusting(self.desk.proxying.authority.pem, os.environ) as self._trust:
            yield

    def warn(self, console: Console) -> None:
        """Say who else can come in, where that is not this machine alone."""
        host = self.standing.host
        if not _is_loopback(host):
            console.print(f"warning: {_OPEN.format(host=host)}", style="yellow", soft_wrap=True)

    def exports(self, url: str) -> str:
        """What an agent's environment has to be told."""
        host = self.standing.host
        near = url.replace(f"//{host}:", f"//{_ANYWHERE[host]}:", 1) if host in _ANYWHERE else url
        near = near.replace("//[::]:", "//[::1]:", 1)
        simulated = self.desk.model is not None
        direct = {"NO_PROXY": host, "no_proxy": host} if not _is_loopback(host) else {}
        proxied = self.desk.proxying is not None
        to_door = () if proxied else self.routes
        told = surroundings(direct, near, to_door, quiet=self._quiet, simulated=simulated)
        if proxied:
            told |= {**exports(near), **self._trust, "NO_PROXY": "", "no_proxy": ""}
        lines = (_export(name, value) for name, value in sorted(told.items()))
        return "\n".join((*_head(near, simulated), *lines))


def _export(name: str, value: str) -> str:
    """A line for a shell; what it has in a list of its own stays in there."""
    kept = f'"${{{name}:+{_LISTS[name]}${name}}}"' if value and name in _LISTS else ""
    return f"export {name}={shlex.quote(value)}{kept}"


_LISTS = {"PYTHONPATH": ":", "NO_PROXY": ",", "no_proxy": ","}
"""Variables that are lists, with what stands between two entries."""


def _head(url: str, simulated: bool) -> Iterator[str]:
    what = "a gateway before a simulated model" if simulated else "a gateway"
    yield f"# {what} at {url}; Ctrl-C ends it"
    yield f"# a trace of its own for a run: {url}/run/NAME instead, or the header x-agentprobe-session: NAME"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _schedule(text: str) -> str:
    if text.endswith((".toml", ".json")):
        return str(Schedule.load(Path(text)))
    return str(Schedule.parse(text, where="--fault"))


def _model(policy: str | None, seed: int) -> Callable[[], Answer] | None:
    """Makes a fresh model for each session, so that none answers by what another one has asked."""
    if not policy:
        return None
    from agentprobe.sim.engine import SimulatedModel
    from agentprobe.sim.load import load_policy

    found = load_policy(policy, Path.cwd())
    return lambda: SimulatedModel(found, seed=seed).pieces
