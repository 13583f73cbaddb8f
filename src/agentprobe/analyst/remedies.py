"""Of each of the six: how it is called, what mends it, and the commands that bring it about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentprobe.analyst.material import Run
from agentprobe.scan.severity import Mode


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What is known of one way of failing before anything is seen."""

    title: str
    fix: str
    faults: tuple[str, ...]
    """Names of faults, as `agentprobe chaos --only` takes them, that bring it about."""
    commands: tuple[str, ...] = ()
    """What shows it besides; `{trace}` stands for a recorded run, and needs one."""
    urgency: int = 0
    """Among fixes of one severity, lower goes first: what falsifies data goes before what costs time."""


REMEDIES = {
    Mode.TEMPERATURE_DRIFT: Remedy(
        title="temperature drift",
        fix=(
            "Say the temperature in every request, the same in development and production, in one settings "
            "file that is reviewed like code; where variety is wanted, confine it to that one call."
        ),
        faults=("prod_temperature",),
        commands=("agentprobe replay {trace} --times 5",),
        urgency=3,
    ),
    Mode.CONTEXT_OVERFLOW: Remedy(
        title="context overflow",
        fix=(
            "Count tokens before each request; from 75 % of the model's window on, replace older turns by a "
            "summary that keeps the task's state, and bound what one tool result may add."
        ),
        faults=("context_too_long", "oversized_result"),
        urgency=2,
    ),
    Mode.TOKEN_LIMIT: Remedy(
        title="token limit",
        fix=(
            "Look at the finish reason of every answer; treat one that stopped at a limit as a failure: ask "
            "for the rest or raise the limit, and never read or pass on a cut answer as a whole one."
        ),
        faults=("small_max_tokens", "length_cut_valid"),
        urgency=2,
    ),
    Mode.PROMPT_DRIFT: Remedy(
        title="prompt drift",
        fix=(
            "Keep system prompts and tool descriptions under lock (agentprobe prompts lock), check the lock "
            "in CI and on traces, and compare both versions on your tasks before a change goes out."
        ),
        faults=("tools_changed", "system_prompt_lost"),
        commands=("agentprobe prompts lock", "agentprobe prompts check --trace {trace}"),
        urgency=3,
    ),
    Mode.API_LATENCY: Remedy(
        title="timeouts, rate limits and silent errors",
        fix=(
            "Give every call a deadline and few retries with growing pauses; when they are used up, stop "
            "with a structured failure that the caller sees, behind a breaker; never go on as if nothing was."
        ),
        faults=("rate_limited", "provider_timed_out", "server_error"),
        urgency=0,
    ),
    Mode.RACE_CONDITION: Remedy(
        title="race conditions",
        fix=(
            "Run tools that write one after the other; where tools run side by side, give results back in "
            "the order in which they were asked for, by the id of each call, and make writes idempotent."
        ),
        faults=("results_reordered", "out_of_order_write"),
        commands=("agentprobe replay {trace} --permute",),
        urgency=1,
    ),
}


def steps_for(mode: Mode, runs: Sequence[Run], faults: Sequence[str] = ()) -> tuple[str, ...]:
    """The commands that bring a way of failing about, on the agent of these runs where it is known."""
    remedy = REMEDIES[mode]
    run = runs[0] if runs else None
    told = [
        command.format(trace=run.path if run is not None else "")
        for command in remedy.commands
        if run is not None or "{trace}" not in command
    ]
    agent = run.agent if run is not None else ""
    only = "".join(f" --only {fault}" for fault in faults or remedy.faults)
    return (*told, f"agentprobe chaos{only}{agent}")
