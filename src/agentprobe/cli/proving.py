"""`agentprobe scan --prove`: which agent is run for it, within which limits, and what the scan says then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from agentprobe.cli.progress import Shots
from agentprobe.cli.scanned import Outcome, exit_code
from agentprobe.config.load import NAME, load_settings
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.of_command import experiment_of
from agentprobe.lab.chaos.run import Chosen
from agentprobe.lab.proving.mark import Marks
from agentprobe.lab.proving.prove import prove_findings
from agentprobe.lab.proving.raising import raised
from agentprobe.lab.settings import Experiment

_LIMITS = ("runs", "tokens", "dollars", "minutes")


def prove(
    outcome: Outcome, words: tuple[str, ...], config: Path | None, options: dict[str, Any]
) -> tuple[Outcome, Marks]:
    """Put what a scan found to the test; its findings are marked, and those that are confirmed may rise.

    `words` are a command that stands for the agent; without one it is that of the settings file.
    """
    experiment, chosen = _asked(outcome.session.root, words, config, options)
    with Shots(Console(stderr=True)) as shots:
        marks = prove_findings(
            outcome.told.findings,
            outcome.told.scanned.project,
            experiment,
            chosen,
            shots,
            workers=options["workers"] or 0,
        )
    findings, marks = raised(outcome.told.findings, marks)
    told = replace(outcome.told, findings=findings)
    return replace(outcome, told=told, exit_code=exit_code(told)), marks


def _asked(
    root: Path, words: tuple[str, ...], config: Path | None, options: dict[str, Any]
) -> tuple[Experiment, Chosen]:
    sim, url, reads = options["sim"] or "", options["model_url"] or "", options["reads"]
    if words:
        experiment = experiment_of(words, policy=sim, url=url, reads=reads)
    elif sim or url or reads:
        raise ConfigError("--sim, --model-url and --reads are for an agent behind --")
    else:
        experiment = _of_settings(config or root / NAME)
    limits = {name: options[name] for name in _LIMITS if options[name] is not None}
    chaos = msgspec.structs.replace(experiment.chaos, **limits)
    usual = config is None or config.resolve() == (Path.cwd() / NAME).resolve()
    if config is None and root != Path.cwd() and not words:
        config, usual = root / NAME, False
    return msgspec.structs.replace(experiment, chaos=chaos), Chosen(
        agents=options["agents"],
        tasks=options["tasks"],
        derived=bool(words),
        command=words,
        policy=sim,
        reads=reads,
        config="" if usual or words else str(config),
    )


def _of_settings(config: Path) -> Experiment:
    if not config.is_file():
        raise ConfigError(
            f"--prove runs the agent, and there is no {config.name} that names one: write it, or put the "
            "agent's command behind --"
        )
    return load_settings(config).experiment(config.parent)
