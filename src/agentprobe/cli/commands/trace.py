"""`agentprobe trace`: run an agent as it is and record all that crosses its boundary."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from agentprobe.adapters.active import Answer
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock
from agentprobe.chaos.schedule import Schedule
from agentprobe.cli.before_dashes import GroupBeforeDashes, behind
from agentprobe.cli.kept import keeping, kept
from agentprobe.cli.locked_prompts import prompts_not_locked
from agentprobe.cli.proxied import interception
from agentprobe.cli.suppressed import never_suppressed, results_of
from agentprobe.config.agent_file import ENVIRONMENT, load_agent
from agentprobe.errors import ConfigError
from agentprobe.gateway.launcher import Launched, launch
from agentprobe.gateway.surroundings import given_urls
from agentprobe.lab.judge import never_struck, no_waiting
from agentprobe.lab.reading import seen_of
from agentprobe.report.live_trace import live
from agentprobe.report.terminal_trace import draw
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

if TYPE_CHECKING:
    from agentprobe.cli.drift import Run

FOLDER = Path(".agentprobe/traces")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Group(GroupBeforeDashes):
    runs = "an agent"


@click.group("trace", cls=_Group, invoke_without_command=True, subcommand_metavar="-- COMMAND…")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Where the trace goes: a file.jsonl, or a folder in which it gets a name.",
)
@click.option("--fault", default="", metavar="SCHEDULE", help="Faults to inject: rate_limited@model:2, ….")
@click.option("--seed", default=0, show_default=True, help="Decides all chance of faults and simulation.")
@click.option("--sim", metavar="POLICY", help="Let a simulated model answer; see 'agentprobe sim list'.")
@click.option("--openai-url", metavar="URL", help="Send OpenAI calls there, as OPENAI_BASE_URL would.")
@click.option(
    "--anthropic-url", metavar="URL", help="Send Anthropic calls there, as ANTHROPIC_BASE_URL would."
)
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="PROVIDER=URL",
    help="Send this provider's calls there (gemini, ollama, …). May be given again.",
)
@click.option("--retries", type=click.IntRange(0), metavar="N", help="How often SDKs may ask again.")
@click.option("--fast-retries", is_flag=True, help="Let SDKs ask again at once instead of waiting.")
@click.option(
    "--suppress",
    multiple=True,
    metavar="TOOL[=RESULT]",
    help="Keep the agent from calling this tool; tell the model RESULT instead. May be given again.",
)
@click.option("--proxy", is_flag=True, help="Be the agent's proxy, for one whose addresses are fixed.")
@click.option(
    "--intercept", metavar="HOST", multiple=True, help="With --proxy: read what goes there too; '*' is all."
)
@click.option("--tunnel", metavar="HOST", multiple=True, help="With --proxy: let that host pass unread.")
@click.option("--quiet-telemetry", is_flag=True, help="Switch off what frameworks tell their makers.")
@click.option("--config", type=_FILE, help="An agent described by a file, such as agent_config.json.")
@click.option("--prompt", metavar="TEXT", help="With --config: what the agent is asked.")
@click.option("--dev", metavar="SETTINGS", help="With --prod: the drift test. temperature=0, or a file.")
@click.option("--prod", metavar="SETTINGS", help="With --dev: the settings that production has.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(min=1), help="Runs on each side.")
@click.option("--json", "facts", type=click.Path(path_type=Path), help="Write the drift test's result there.")
@keeping
@click.option("--quiet", is_flag=True, help="Print nothing; only record.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    quiet: bool,
    config: Path | None,
    prompt: str | None,
    dev: str | None,
    prod: str | None,
    times: int,
    facts: Path | None,
    **options: Any,
) -> None:
    """Run an agent, unchanged, and record every model and tool call.

    \b
    agentprobe trace -- python agent.py "How many open orders?"
    agentprobe trace --sim tools --fault rate_limited@model:1 -- node agent.js
    agentprobe trace --config agent_config.json --prompt "Analyze the Q3 report"
    agentprobe trace --dev temperature=0 --prod temperature=0.7 --times 5 -- python agent.py
    agentprobe trace show .agentprobe/traces/NAME.jsonl

    Its model calls are led through a gateway on this machine by variables such as OPENAI_BASE_URL. Its
    output stays its own: what is said here goes to standard error, and its exit code is passed on.
    """
    if ctx.invoked_subcommand is not None:
        return
    words = _words(ctx, config, prompt)
    if not words:
        ctx.fail(
            "nothing to run; write the agent's command behind --, as in: agentprobe trace -- python agent.py"
        )
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if (dev is None) != (prod is None):
        ctx.fail("the drift test compares two settings; give both --dev and --prod")
    if dev is not None and prod is not None:
        from agentprobe.cli.drift import drift_test  # brings scipy, half a second that no other run need wait

        run = _runs(words, console, **options)
        ctx.exit(drift_test(dev, prod, times=times, run=run, console=console, json_file=facts))
    if times > 1 or facts:
        ctx.fail("--times and --json belong to the drift test; add --dev and --prod")
    launched, path = _traced(words, console, **options)
    if not quiet and path.stat().st_size:
        _tell(read_trace(path), console)
    for complaint in launched.complaints:
        click.echo(f"agentprobe: {complaint}", err=True)
    ctx.exit(launched.code)


@command.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "in_json", is_flag=True, help="All that it tells as JSON, for other programs.")
def show(file: Path, in_json: bool) -> None:
    """Draw a recorded trace."""
    trace = read_trace(file)
    if in_json:
        from agentprobe.report.json_trace import as_json

        click.echo(as_json(trace))
        return
    Console(highlight=False).print(draw(trace))


def _words(ctx: click.Context, config: Path | None, prompt: str | None) -> Sequence[str]:
    """The agent's command, or that of the agent which a file describes."""
    command: tuple[str, ...] = behind(ctx)
    if (config is None) != (prompt is None):
        ctx.fail("an agent described by a file needs both --config FILE and --prompt TEXT")
    if config is None or prompt is None:
        return command
    if command:
        ctx.fail("there are two agents, one in --config and one behind --; give one")
    environment = os.environ.get(ENVIRONMENT, "")
    load_agent(config, environment)  # so that what is wrong in it is said before anything runs
    return (sys.executable, "-m", "agentprobe.cli.configured", str(config), prompt)


def _runs(words: Sequence[str], console: Console, *, out: Path, seed: int, **options: Any) -> Run:
    """Runs the agent with given settings; `out` must be a folder, since there will be several traces."""
    if out.suffix == ".jsonl":
        raise ConfigError(f"--out {out}: the drift test writes several traces; name a folder")
    folder = out / f"drift-{RealClock().date():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    quiet = Console(stderr=True, quiet=True)

    def run(name: str, settings: Mapping[str, Any]) -> Path:
        number = int(name.rpartition("-")[2])
        place = folder / f"{name}.jsonl"
        launched, path = _traced(
            words, quiet, out=place, seed=seed + number - 1, settings=settings, **options
        )
        for complaint in launched.complaints:
            click.echo(f"agentprobe: {complaint}", err=True)
        return path

    return run


def _traced(
    words: Sequence[str],
    console: Console,
    *,
    settings: Mapping[str, Any] = MappingProxyType({}),
    out: Path,
    fault: str,
    seed: int,
    sim: str | None,
    openai_url: str | None,
    anthropic_url: str | None,
    urls: tuple[str, ...],
    retries: int | None,
    fast_retries: bool,
    suppress: Sequence[str],
    proxy: bool,
    intercept: tuple[str, ...],
    tunnel: tuple[str, ...],
    quiet_telemetry: bool,
    redact: tuple[str, ...],
    redact_key: tuple[str, ...],
    no_content: bool,
) -> tuple[Launched, Path]:
    forward = interception(intercept, tunnel, proxy=proxy)
    name = f"{RealClock().date():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    path = _place(out, name)
    orders = Orders(
        id=name,
        seed=seed,
        trace=path,
        schedule=_schedule(fault),
        settings=dict(settings),
        simulated=sim is not None,
        retries=retries,
        fast_retries=fast_retries,
        suppress=results_of(suppress),
        proxy=forward.recorded if forward is not None else None,
        agent={"command": [os.fsencode(word).decode(errors="backslashreplace") for word in words]},
    )
    orders = kept(orders, redact, redact_key, no_content=no_content)
    upstreams = given_urls(urls, openai=openai_url, anthropic=anthropic_url)
    with nullcontext() if console.quiet else live(path, console):
        launched = launch(
            words,
            orders,
            answer=_simulation(sim, seed) if sim else None,
            urls=upstreams,
            quiet_telemetry=quiet_telemetry,
            proxy=forward,
        )
    return launched, path


def _place(out: Path, name: str) -> Path:
    is_file = not out.is_dir() and (out.suffix or out.exists())
    path = out if is_file else out / f"{name}.jsonl"
    if path.exists():
        raise ConfigError(f"{path} is there already and is not overwritten; give --out another name")
    return path


def _schedule(text: str) -> str:
    if text.endswith((".toml", ".json")):
        return str(Schedule.load(Path(text)))
    return str(Schedule.parse(text, where="--fault"))


def _simulation(policy: str, seed: int) -> Answer:
    from agentprobe.sim.engine import SimulatedModel
    from agentprobe.sim.load import load_policy

    return SimulatedModel(load_policy(policy, Path.cwd()), seed=seed).pieces


def _tell(trace: Trace, console: Console) -> None:
    """Show what was recorded, and say so where nothing was."""
    console.print()
    console.print(draw(trace))
    if not trace.model_calls:
        console.print(
            "No model call was seen. Does the agent, in another language than Python, choose its base URL by "
            "itself instead of reading OPENAI_BASE_URL or ANTHROPIC_BASE_URL? Then --proxy sees it."
            if not trace.header.run.get("proxy")
            else "No model call came through the proxy. Does the agent's HTTP library read HTTPS_PROXY? "
            "Hosts that are no known provider's are read with --intercept HOST.",
            style="yellow",
        )
    for strike in never_struck(str(trace.header.run.get("schedule", "")), seen_of(trace).receipts):
        said = f"{strike} never struck: this run shows nothing about that fault{no_waiting([strike])}"
        console.print(said, style="yellow")
    for line in never_suppressed(trace):
        console.print(line, style="yellow", markup=False)
    if (odd := prompts_not_locked([trace], Path.cwd(), shlex.quote(str(trace.path)))) is not None:
        console.print(odd, soft_wrap=True)
    again = shlex.join(("agentprobe", "trace", "show", str(trace.path)))
    console.print(f"recorded in {trace.path}; draw it again with: {again}", markup=False, soft_wrap=True)
