"""`agentprobe replay`: run an agent again on what was recorded, without the world."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from agentprobe.adapters.active import Answer
from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import write_whole
from agentprobe.cli.before_dashes import BeforeDashes, behind
from agentprobe.cli.main import FINDINGS, GOOD, NOT_OBSERVED
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.errors import ConfigError, Refused
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.launcher import launch
from agentprobe.report.terminal_race import draw_race, race_facts
from agentprobe.report.terminal_replay import draw_replay, replay_facts
from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.compare import Repetition, caveats, compare
from agentprobe.trace.replay.determinism import Determinism
from agentprobe.trace.replay.order import Order
from agentprobe.trace.replay.permute import permuted
from agentprobe.trace.replay.room import Replaying
from agentprobe.trace.stand_ins import holds_stand_in
from agentprobe.trace.view import Trace

FOLDER = Path(".agentprobe/replays")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("replay", cls=BeforeDashes)
@click.argument("file", metavar="[TRACE]", type=_FILE, required=False)
@click.option("--trace", "named", type=_FILE, help="The trace to replay, in another way of writing it.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(min=1), help="Run it so often.")
@click.option("--permute", is_flag=True, help="Run it in the orders that calls made at once could have had.")
@click.option(
    "--orders", default=24, show_default=True, type=click.IntRange(min=1), help="With --permute: so many."
)
@click.option("--lenient", is_flag=True, help="Let the world answer what was never recorded.")
@click.option("--near", is_flag=True, help="Answer a request that has 99 % of a recorded one as that one.")
@click.option("--fork", type=click.IntRange(min=1), metavar="K", help="Replay up to model call K only.")
@click.option("--edit", type=_FILE, help="With --fork: the answer that call K gets, as text or JSON.")
@click.option(
    "--sim", metavar="POLICY", help="With --lenient or --fork: a simulated model in the world's place."
)
@click.option("--pace", is_flag=True, help="Let answers come as slowly as they came.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="The folder for the traces of the runs.",
)
@click.option(
    "--json", "facts", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there."
)
@click.option("--redact", multiple=True, metavar="REGEX", help="As it was given to 'agentprobe trace'.")
@click.option("--redact-key", multiple=True, metavar="NAME", help="The same.")
@click.option("--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    file: Path | None,
    named: Path | None,
    times: int,
    permute: bool,
    orders: int,
    out: Path,
    facts: Path | None,
    quiet: bool,
    sim: str | None,
    **how: Any,
) -> None:
    """Run an agent again with the answers of a recorded trace, without network and without waiting.

    \b
    agentprobe replay TRACE
    agentprobe replay TRACE --times 5 -- python agent.py "How many open orders?"
    agentprobe replay TRACE --fork 2 --edit answer.txt --sim tools
    agentprobe replay TRACE --permute

    Exit code 0 says that it is the same run, 1 that it differs or asked for what was never recorded. With
    --permute: 0 the same in every order, 1 it depends on the order, 3 no other order could be seen.
    """
    path = _one_of(ctx, file, named)
    replaying = Replaying(trace=path, **how)
    _check(ctx, replaying, sim)
    if permute and (times > 1 or replaying.fork is not None):
        ctx.fail("--permute gives the recorded run other orders; leave out --times and --fork")
    recorded, console = read_trace(path), Console(stderr=True, quiet=quiet, highlight=False)
    replaying.room()  # so that what is wrong with it is said before anything runs
    words = behind(ctx) or _recorded_command(recorded, console)
    if permute:
        ctx.exit(_race(recorded, words, replaying, orders, console, facts, out=out, sim=sim))
    score = Determinism(
        tuple(_again(recorded, words, replaying, number, out=out, sim=sim) for number in range(1, times + 1))
    )
    notes = caveats(recorded)
    console.print(draw_replay(recorded, score, notes), soft_wrap=True)
    _write(facts, replay_facts(recorded, score, notes))
    ctx.exit(GOOD if score.exact == times else FINDINGS)


def _race(
    recorded: Trace,
    words: Sequence[str],
    replaying: Replaying,
    orders: int,
    console: Console,
    facts: Path | None,
    **run: Any,
) -> int:
    """Run the agent in the orders that could have happened, tell what came of it, and give the exit code."""
    numbers = count(1)

    def in_order(order: Order) -> Repetition:
        return _again(recorded, words, replace(replaying, order=order), next(numbers), **run)

    race = permuted(recorded, in_order, orders)
    console.print(draw_race(recorded, race), soft_wrap=True)
    _write(facts, race_facts(recorded, race))
    if race.depends:
        return FINDINGS
    return GOOD if race.observed else NOT_OBSERVED


def _write(path: Path | None, facts: dict[str, Any]) -> None:
    if path is not None:
        write_whole(path, msgspec.json.format(msgspec.json.encode(facts)))


def _one_of(ctx: click.Context, file: Path | None, named: Path | None) -> Path:
    if file is not None and named is not None:
        ctx.fail("two traces; give one, as an argument or with --trace")
    found = file or named
    if found is None:
        ctx.fail("no trace; write: agentprobe replay TRACE, with a file that `agentprobe trace` has written")
    return found


def _check(ctx: click.Context, replaying: Replaying, sim: str | None) -> None:
    if replaying.edit is not None and replaying.fork is None:
        ctx.fail("--edit changes the answer of one model call; say which with --fork K")
    if sim is not None and not _open(replaying):
        ctx.fail("a strict replay asks no model; add --lenient or --fork K to --sim, or leave --sim out")


def _recorded_command(recorded: Trace, console: Console) -> Sequence[str]:
    words = recorded.header.agent.get("command")
    if not isinstance(words, Sequence) or isinstance(words, str) or not words:
        raise ConfigError(
            f"{recorded.path} does not say how the agent was started; write its command behind --, "
            "as in: agentprobe replay TRACE -- python agent.py"
        )
    found = [str(word) for word in words]
    console.print(f"running the command that was recorded: {shlex.join(found)}", markup=False, soft_wrap=True)
    if any(holds_stand_in(word.encode()) for word in found):
        console.print(
            "a secret in it was not kept; the agent gets the word that stands for it", soft_wrap=True
        )
    return found


def _again(
    recorded: Trace, words: Sequence[str], replaying: Replaying, number: int, *, out: Path, sim: str | None
) -> Repetition:
    """Run the agent once more, and put the run beside the recorded one."""
    name = f"{RealClock().date():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}-{number}"
    proxy = Interception.of(recorded.header.run.get("proxy"))
    orders = Orders(
        id=name,
        seed=recorded.header.seed,
        trace=out / f"{name}.jsonl",
        simulated=_is_simulated(recorded, replaying, sim),
        agent={"command": list(words)},
        replay=replaying,
        redact=replaying.redact,
        redact_keys=replaying.redact_key,
        proxy=proxy.recorded if proxy is not None else None,
    )
    world = _world(replaying, sim, orders.seed)
    launched = launch(words, orders, answer=world, proxy=proxy)
    for complaint in launched.complaints:
        click.echo(f"agentprobe: {complaint}", err=True)
    return compare(recorded, read_trace(out / f"{name}.jsonl"))


def _is_simulated(recorded: Trace, replaying: Replaying, sim: str | None) -> bool:
    """Was, and is, every answer a simulated one?"""
    return sim is not None or (not _open(replaying) and bool(recorded.header.run.get("simulated")))


def _open(replaying: Replaying) -> bool:
    """May the world answer?"""
    return replaying.lenient or replaying.fork is not None


def _world(replaying: Replaying, sim: str | None, seed: int) -> Answer | None:
    """Who answers what is not recorded: nobody in a strict replay, a simulation, or the real world (None)."""
    if sim is not None:
        from agentprobe.sim.engine import SimulatedModel
        from agentprobe.sim.load import load_policy

        return SimulatedModel(load_policy(sim, Path.cwd()), seed=seed).pieces
    return None if _open(replaying) else _nobody


def _nobody(request: HttpRequest) -> Generator[Piece, None, None]:
    yield from ()
    raise Refused(f"replay: {request.target} is no model call that was recorded, and a replay has no network")
