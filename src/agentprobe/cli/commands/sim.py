"""`agentprobe sim`: the simulated model as a server on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from agentprobe.dialects import DIALECTS
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.load import load_policy
from agentprobe.sim.policies import POLICIES
from agentprobe.sim.server import serve


@click.group("sim", invoke_without_command=True)
@click.option(
    "--policy",
    default="tools",
    show_default=True,
    metavar="NAME",
    help="A name from 'agentprobe sim list', a script (rain.toml, rain.json), or module:object.",
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Default: any free one.")
@click.option("--seed", default=0, show_default=True, help="Decides between a policy's options.")
@click.option(
    "--tokens-per-second",
    type=click.FloatRange(0, min_open=True),
    help="The pace at which answers come; default: at once.",
)
@click.option(
    "--first-token",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long every answer takes to begin.",
)
@click.pass_context
def command(
    context: click.Context,
    policy: str,
    port: int,
    seed: int,
    tokens_per_second: float | None,
    first_token: float,
) -> None:
    """Serve a simulated model that needs no key and no network.

    It speaks the protocols of real providers, so an agent only has to be told where it is. Every answer
    carries the header x-agentprobe-simulated.
    """
    if context.invoked_subcommand is not None:
        return
    found = load_policy(policy, Path.cwd())
    model = SimulatedModel(found, seed=seed, token_rate=tokens_per_second, first_token=first_token)
    serve(model, port=port, ready=lambda url: click.echo(exports(url, policy)))


@command.command("list")
def list_policies() -> None:
    """List the policies that come with the house."""
    for policy in POLICIES:
        name = policy.__module__.rpartition(".")[2]
        click.echo(f"{name:<10} {(policy.__doc__ or '').partition(chr(10))[0]}")


def exports(url: str, policy: str) -> str:
    """What to tell an agent's environment, so that it asks the simulation at `url`."""
    bases = {variable: url + kind.base_path for kind in DIALECTS for variable in kind.base_url_variables}
    lines = (f"export {variable}={base}" for variable, base in sorted(bases.items()))
    names = dict.fromkeys(kind.key_variables[0] for kind in DIALECTS if kind.key_variables)
    keys = (f"export {name}=simulated" for name in sorted(names))
    head = f"# a simulated model ({policy}) at {url}; any key will do; Ctrl-C ends it"
    return "\n".join((head, *lines, *keys))
