"""agentprobe.toml read from disk; what cannot be meant is answered with file, line and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from agentprobe.basis.lines import line_of
from agentprobe.basis.strict import Mistake, decode
from agentprobe.config.settings import Settings
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.lab.fitting import wrong_name, wrong_pattern
from agentprobe.lab.settings import (
    FROM_ENVIRONMENT,
    SIMULATED,
    AgentSettings,
    ModelChoice,
    TaskSettings,
)
from agentprobe.lab.staleness import day

NAME = "agentprobe.toml"


def load_settings(path: Path) -> Settings:
    """Read a settings file; raises ConfigError with file, line and key for what cannot be meant."""
    text = read_text(path)
    data = parsed(text, path)
    try:
        settings = decode(data, Settings)
        _check(settings)
    except Mistake as mistake:
        raise ConfigError(_where(path, text, mistake)) from mistake
    return settings


def read_text(path: Path) -> str:
    """A settings file's text; raises ConfigError and says why where there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    except FileNotFoundError:
        hint = "write one, or name another file with --config"
        raise ConfigError(f"there is no settings file {path}; {hint}") from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8; save it as such: {error}") from error


def parsed(text: str, path: Path) -> dict[str, Any]:
    """The tables of a settings file; raises ConfigError with the line for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = f", line {place[1]}, column {place[2]}" if place else ""
        said = str(error).partition(" (at ")[0]
        raise ConfigError(f"{path}{line}: this is no TOML: {said}") from error


def _where(path: Path, text: str, mistake: Mistake) -> str:
    line = line_of(text, mistake.path)
    at = f", line {line}" if line is not None else ""
    key = ".".join(map(str, mistake.path))
    return f"{path}{at}: {mistake.text}" + (f" (at {key})" if key else "")


def _check(settings: Settings) -> None:
    """Raise the first Mistake that no type can see."""
    if not settings.agents:
        raise Mistake((), "no agent is named; add a table [agents.NAME] with `call` or `command`")
    for name, agent in settings.agents.items():
        _check_agent(name, agent)
    _check_world(settings)
    if settings.tasks is None and not settings.task and not (settings.world and settings.world.of):
        raise Mistake((), "there is no task; add [tasks] with `make`, or a table [[task]]")
    for place, task in enumerate(settings.task):
        _check_task(place, task)
    _check_model(settings.model)
    _check_gate(settings)
    _check_rows(settings)


def _check_world(settings: Settings) -> None:
    world = settings.world
    if world is None:
        return
    if (world.build is None) is not bool(world.of):
        raise Mistake(("world",), "a world has either `build`, a function, or `of`, a shape or a snapshot")
    if world.form.startswith("postgres") and not world.address:
        said = f'`form = "{world.form}"` needs `address`, such as "env:WORLD_DATABASE"'
        raise Mistake(("world", "form"), said)
    for name in ("as_of", "expires_days"):
        if world.of and getattr(world, name):
            raise Mistake(("world", name), f"`{name}` is for `build`; a snapshot says its own day")
    if world.as_of:
        try:
            day(world.as_of)
        except ConfigError as error:
            raise Mistake(("world", "as_of"), str(error)) from error


def _check_agent(name: str, agent: AgentSettings) -> None:
    if (agent.call is None) is not bool(agent.command):
        raise Mistake(("agents", name), "an agent has either `call` or `command`")
    if agent.command and agent.settings:
        raise Mistake(("agents", name, "settings"), "`settings` are for agents with `call`; use `env`")
    if not re.fullmatch(r"[\w.-]+", name):
        raise Mistake(("agents", name), "an agent's name has letters, digits, '.', '-' and '_'")


def _check_task(place: int, task: TaskSettings) -> None:
    if wrong := wrong_name(task.id):
        raise Mistake(("task", place, "id"), f"the name of the task {wrong}")
    if wrong := wrong_pattern(task.matches):
        raise Mistake(("task", place, "matches"), wrong)


def _check_model(model: ModelChoice) -> None:
    if model.at in (SIMULATED, FROM_ENVIRONMENT) or "://" in model.at:
        return
    near = did_you_mean(model.at, (SIMULATED, FROM_ENVIRONMENT))
    raise Mistake(("model", "at"), f"'{model.at}' is neither a base URL nor one of the known words{near}")


def _check_gate(settings: Settings) -> None:
    for place, name in enumerate(settings.gate.agents):
        if name not in settings.agents:
            said = f"unknown agent '{name}'{did_you_mean(name, settings.agents)}"
            raise Mistake(("gate", "agents", place), said)


def _check_rows(settings: Settings) -> None:
    known = settings.world.rows if settings.world else ()
    if len(set(known)) != len(known):
        raise Mistake(("world", "rows"), "a density is named twice")
    for where, asked in (("faults", settings.faults.rows or ()), ("gate", (settings.gate.rows,))):
        for rows in asked:
            if rows is not None and rows not in known:
                there = ", ".join(map(str, known)) or "none, since there is no [world]"
                raise Mistake((where, "rows"), f"{rows} is no density of the world; there are {there}")
