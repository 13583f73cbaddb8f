"""An agent described in a file, such as `agent_config.json`: model, settings, system prompt and tools."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from agentprobe.adapters.configured import Ask, ConfiguredAgent, ConfiguredTool
from agentprobe.adapters.plain_http import ModelOverHttp
from agentprobe.basis.clock import Clock
from agentprobe.basis.strict import Mistake, decode
from agentprobe.dialects import Dialect, dialect_named
from agentprobe.domain.call import Effect
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolSpec
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.sim.load import load_object

_KEY_HEADERS: Mapping[str, Callable[[str], Mapping[str, str]]] = {
    "openai_chat": lambda key: {"authorization": f"Bearer {key}"},
    "openai_responses": lambda key: {"authorization": f"Bearer {key}"},
    "anthropic_messages": lambda key: {"x-api-key": key, "anthropic-version": "2023-06-01"},
}
"""The protocols that such an agent speaks, and how each is told the key."""
_PATHS: Mapping[str, str] = {
    "openai_chat": "/chat/completions",
    "openai_responses": "/responses",
    "anthropic_messages": "/v1/messages",
}
LONGEST = 120.0
"""Seconds that a tool's command may take."""
STEPS = 20
ENVIRONMENT = "AGENT_ENVIRONMENT"
"""The variable that says in which of its environments an agent runs."""


class ToolInFile(msgspec.Struct, frozen=True, kw_only=True):
    """A tool: how the model is told of it, and one of `command`, `python` and `result` to run it."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    """The JSON Schema of its arguments."""
    effect: Effect = Effect.WRITE
    command: tuple[str, ...] = ()
    """A command that gets the arguments as JSON on its standard input; what it prints is the result."""
    python: Annotated[str, Meta(pattern=r"^[\w.]+:[\w.]+$")] | None = None
    """A function as `module:name`, called with the arguments by name."""
    result: str | UnsetType = UNSET
    """What the tool always answers."""


class AgentInFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole agent."""

    model: str
    name: str = "agent"
    provider: str = ""
    """`openai`, `anthropic` or a protocol's full name; guessed from the model's name when it is not there."""
    system_prompt: str = ""
    system_prompt_file: str = ""
    """A file with the system prompt, beside this one."""
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = False
    tools: tuple[ToolInFile, ...] = ()
    parallel_tool_calls: bool | None = None
    """May the model wish for several tools in one answer? As the provider has it where nothing is said."""
    max_steps: Annotated[int, Meta(ge=1)] | UnsetType | None = UNSET
    """Model calls after which the agent gives up: 20, and null for no limit."""
    max_iterations: Annotated[int, Meta(ge=1)] | UnsetType | None = UNSET
    """Another name of `max_steps`."""
    max_history: Annotated[int, Meta(ge=1)] | None = None
    """Messages after the question that are sent again, the newest; null for all."""
    timeout_seconds: Annotated[float, Meta(gt=0)] | None = 60.0
    """How long a call of the model may take; null for no limit."""
    max_retries: Annotated[int, Meta(ge=0)] = 2
    """How often a call that failed is made again."""
    on_error: Literal["raise", "continue"] = "raise"
    """Does a call that failed for good end the run, or pass for an empty answer?"""
    environments: dict[str, dict[str, Any]] = {}
    """What is otherwise in an environment; the variable AGENT_ENVIRONMENT says which one this is."""

    @property
    def steps(self) -> int | None:
        """The most calls of the model; None where nothing limits them."""
        given = self.max_iterations if self.max_steps is UNSET else self.max_steps
        return STEPS if given is UNSET else given


def load_agent(path: Path, environment: str = "") -> AgentInFile:
    """Read an agent's description; raises ConfigError with file and key for what cannot be meant.

    `environment` names one of its `environments`, whose settings stand before the others.
    """
    data = _data(path)
    try:
        _named(data)
        found = decode(_in_environment(data, environment), AgentInFile)
        if UNSET not in (found.max_steps, found.max_iterations):
            raise Mistake(("max_iterations",), "it is another name of 'max_steps'; give one of the two")
        for place, each in enumerate(found.tools):
            _check(each, place)
        _dialect(found)
    except Mistake as mistake:
        key = ".".join(map(str, mistake.path))
        raise ConfigError(f"{path}: {mistake.text}" + (f" (at {key})" if key else "")) from mistake
    return found


def built(described: AgentInFile, folder: Path, environ: Mapping[str, str], clock: Clock) -> ConfiguredAgent:
    """The agent that the file in `folder` describes, ready to be asked."""
    dialect = _dialect(described)
    request = ModelRequest(
        model=described.model,
        messages=_system(described, folder),
        settings=ModelSettings(
            temperature=described.temperature,
            top_p=described.top_p,
            max_tokens=described.max_tokens or _must_say(dialect),
            seed=described.seed,
            stop=described.stop,
            parallel_tool_calls=described.parallel_tool_calls,
        ),
        stream=described.stream,
        stream_usage=described.stream,
    )
    tools = tuple(_tool(each, folder) for each in described.tools)
    return ConfiguredAgent(
        dialect,
        request,
        tools,
        _ask(described, dialect, environ, clock),
        max_steps=described.steps,
        max_history=described.max_history,
        goes_on=described.on_error == "continue",
    )


# -- reading -----------------------------------------------------------------------------------------


def _in_environment(data: dict[str, Any], environment: str) -> dict[str, Any]:
    """The settings as they are in an environment; those of the others are checked, too."""
    known = data.get("environments")
    if not isinstance(known, dict):
        known = {}
    for name, settings in known.items():
        if isinstance(settings, dict):
            if "environments" in settings:
                raise Mistake(("environments", name), "an environment has no environments of its own")
            _under(("environments", name), {"model": data.get("model", ""), **settings})
    if environment and environment not in known:
        words = did_you_mean(environment, known)
        raise Mistake(("environments",), f"no environment '{environment}' (AGENT_ENVIRONMENT){words}")
    return {**data, **known.get(environment, {})}


def _under(path: tuple[str, ...], data: dict[str, Any]) -> None:
    try:
        decode(data, AgentInFile)
    except Mistake as mistake:
        raise Mistake((*path, *mistake.path), mistake.text) from mistake


def _named(data: dict[str, Any]) -> None:
    """Tools that are only named can be scanned, but not run."""
    tools = data.get("tools")
    for place, each in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(each, str):
            ways = "'command', 'python' or 'result'"
            raise Mistake(
                ("tools", place),
                f"tool '{each}' is only named; to run it, make it a table with 'name' and {ways}",
            )


def _data(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise ConfigError(
            f"{path}: this is no {path.suffix.lstrip('.').upper() or 'JSON'}: {error}"
        ) from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} describes no agent; it must be a JSON object with at least 'model'")
    return data


def _check(each: ToolInFile, place: int) -> None:
    ways = sum((bool(each.command), each.python is not None, each.result is not UNSET))
    if ways != 1:
        raise Mistake(("tools", place), f"tool '{each.name}' needs one of 'command', 'python' and 'result'")


def _dialect(described: AgentInFile) -> Dialect:
    wanted = described.provider or _guessed(described.model)
    known = tuple(_KEY_HEADERS)
    found = next((name for name in known if wanted in (name, name.partition("_")[0])), None)
    if found is None:
        providers = sorted({name.partition("_")[0] for name in known})
        raise Mistake(
            ("provider",), f"unknown provider '{wanted}'{did_you_mean(wanted, (*providers, *known))}"
        )
    return dialect_named(found)


def _guessed(model: str) -> str:
    return "anthropic" if re.match(r"(anthropic/)?claude", model) else "openai"


def _must_say(dialect: Dialect) -> int | None:
    """The limit that a protocol demands where the file names none."""
    return 4096 if dialect.name == "anthropic_messages" else None


def _system(described: AgentInFile, folder: Path) -> tuple[Message, ...]:
    text = described.system_prompt
    if described.system_prompt_file:
        path = folder / described.system_prompt_file
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the system prompt {path}: {error}") from error
    return (Message(role="system", text=text),) if text else ()


# -- asking and running ------------------------------------------------------------------------------


def _ask(described: AgentInFile, dialect: Dialect, environ: Mapping[str, str], clock: Clock) -> Ask:
    base = next((environ[name] for name in dialect.base_url_variables if environ.get(name)), "")
    if not base:
        variable = dialect.base_url_variables[0]
        raise ConfigError(f"{variable} is not set; run the agent with: agentprobe trace --config FILE")
    key = environ.get(f"{dialect.name.partition('_')[0].upper()}_API_KEY", "")
    return ModelOverHttp(
        url=base.rstrip("/") + _PATHS[dialect.name],
        headers=_KEY_HEADERS[dialect.name](key),
        clock=clock,
        timeout_seconds=described.timeout_seconds,
        retries=described.max_retries,
    )


def _tool(each: ToolInFile, folder: Path) -> ConfiguredTool:
    spec = ToolSpec(
        name=each.name,
        description=each.description,
        schema=each.parameters or {"type": "object", "properties": {}},
    )
    return ConfiguredTool(spec=spec, run=_runs(each, folder), effect=each.effect)


def _runs(each: ToolInFile, folder: Path) -> Callable[[Mapping[str, Any]], str]:
    if each.result is not UNSET:
        said = each.result
        return lambda _: said
    if each.command:
        return lambda arguments: _commanded(each.command, folder, arguments)
    function = load_object(each.python or "", folder)
    return lambda arguments: _text(function(**arguments))


def _commanded(command: tuple[str, ...], folder: Path, arguments: Mapping[str, Any]) -> str:
    done = subprocess.run(
        command,
        input=msgspec.json.encode(arguments),
        capture_output=True,
        cwd=folder,
        timeout=LONGEST,
        check=False,
        env=dict(os.environ),
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"exit code {done.returncode}: {said[-1] if said else 'nothing said'}")
    return done.stdout.decode(errors="replace").rstrip("\n")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
