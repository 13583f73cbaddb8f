"""What a run finds around it: environment variables, a world, and somewhere to print to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from agentprobe.basis.canonical import digest_of
from agentprobe.dialects import DIALECTS
from agentprobe.errors import ConfigError
from agentprobe.gateway.door import provider_of
from agentprobe.gateway.surroundings import routes
from agentprobe.lab.settings import FROM_ENVIRONMENT, Experiment, ModelChoice, WorldSettings
from agentprobe.worlds.stand.variables import variables as standing_variables

_PLACES = {
    "DATABASE_URL": "{database}",
    "WORLD_VECTORS": "{vectors}",
    "WORLD_CALENDARS": "{calendars}",
}
"""How settings name what a world in a database tells by these variables."""
NOWHERE = "http://127.0.0.1:9"
"""The base of simulated sessions: nothing listens there, so what escapes the corridor reaches no provider."""


def variables(experiment: Experiment, agent: str, world: Path | None) -> dict[str, str]:
    """The environment of one run, beside what the user's shell has set."""
    found = dict(experiment.world.env) if experiment.world is not None else {}
    found |= experiment.agents[agent].env
    standing = _standing(experiment.world, world) if world is not None else {}
    told = {_PLACES[name]: value for name, value in standing.items() if name in _PLACES}
    named = {"{world}": str(world or ""), **told}
    for place, value in named.items():
        found = {name: text.replace(place, value) for name, text in found.items()}
    return {**_model_variables(experiment.model), **standing, **found}


def _standing(settings: WorldSettings | None, world: Path) -> dict[str, str]:
    """The variables of a world that stands in a database."""
    if settings is None or not settings.of:
        return {}
    address, name = database_address(settings), worker_name(world)
    return standing_variables(settings.form, address=address, seen_at=world, name=name)


def database_address(settings: WorldSettings) -> str:
    """Where the database is, with what `env:NAME` stands for; raises ConfigError for an unset variable."""
    if not settings.address.startswith("env:"):
        return settings.address
    name = settings.address.removeprefix("env:")
    if name not in os.environ:
        raise ConfigError(f'[world] address = "env:{name}", and the variable {name} is not set')
    return os.environ[name]


def worker_name(seen_at: Path) -> str:
    """A name for a worker's databases, the same for all its runs."""
    return f"ap_{digest_of(str(seen_at))[:12]}"


def _model_variables(model: ModelChoice) -> dict[str, str]:
    if model.at == FROM_ENVIRONMENT:
        return {}
    if model.simulated:
        told = {name: url for route in routes({}) for name, url in route.told(NOWHERE).items()}
        return told | {name: key for route in routes({}) for name, key in route.locked(os.environ).items()}
    given = provider_urls(model)
    return {name: given[route.provider] for route in routes({}, given) for name in route.variables}


def provider_urls(model: ModelChoice) -> dict[str, str]:
    """The base URL of each provider's SDK, where the settings say where the model is.

    A URL that ends with one dialect's own path (`/v1`) is given to the others with theirs.
    """
    if model.simulated or model.at == FROM_ENVIRONMENT:
        return {}
    url = model.at.rstrip("/")
    ending = next(
        (kind.base_path for kind in DIALECTS if kind.base_path and url.endswith(kind.base_path)), None
    )
    if ending is None:
        return {provider_of(kind.name): url for kind in DIALECTS}
    return {provider_of(kind.name): url.removesuffix(ending) + kind.base_path for kind in DIALECTS}


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def printing_to(out: Path, err: Path) -> Iterator[None]:
    """Let everything that this process and its children print go to files."""
    out.parent.mkdir(parents=True, exist_ok=True)
    kept, streams = [os.dup(1), os.dup(2)], (sys.stdout, sys.stderr)
    try:
        for number, path in ((1, out), (2, err)):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
            os.dup2(handle, number)
            os.close(handle)
        sys.stdout, sys.stderr = (
            open(number, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
            for number in (1, 2)
        )
        yield
    finally:
        for stream in (sys.stdout, sys.stderr, *streams):
            with suppress(OSError, ValueError):  # the agent may have closed it, or what lies behind it
                stream.flush()
        sys.stdout, sys.stderr = streams
        for number, handle in enumerate(kept, 1):
            os.dup2(handle, number)
            os.close(handle)
        for path in {out, err}:
            if path.exists() and path.stat().st_size == 0:
                path.unlink()


def silence() -> None:
    """Cut this process off from the terminal: nothing to read, nowhere to print."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        handle = os.open(os.devnull, flags)
        os.dup2(handle, number)
        os.close(handle)
