"""What a campaign of runs can be told, as people write it into agentprobe.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from agentprobe.domain.task import ExpectedEffect, ExpectedState, Task
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.part import Part, Reference, Rows
from agentprobe.trace.writer import LARGEST_BODY

STANDING = ("world.sqlite", "world.duckdb", "world.json", "tasks.json", "*.faiss", "*.npy", "*.parquet")
"""The files of a world that stands in a database which runs share; what they write goes elsewhere."""
SIMULATED = "sim"
FROM_ENVIRONMENT = "environment"


class ModelChoice(Part, frozen=True, kw_only=True):
    """Where the model's answers come from."""

    at: str = SIMULATED
    """`sim` for the simulated model, a base URL, or `environment` to go where the agent goes by itself."""
    policy: str = ""
    """The simulated model's behaviour: a name, a script's path or `module:object`; used by `sim` alone."""

    @property
    def simulated(self) -> bool:
        """Are the answers a simulation's?"""
        return self.at == SIMULATED


class AgentSettings(Part, frozen=True, kw_only=True):
    """One agent under test: a Python callable, or a command in any language."""

    call: Reference | None = None
    """`module:function`, sync or async, called as `function(prompt, **settings)`; returns the answer."""
    command: tuple[str, ...] = ()
    """Words of a command; `{prompt}` stands for the task's prompt, and what it prints is the answer."""
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    """Keyword arguments of the callable."""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    """Environment variables of its runs; `{world}` stands for the run's world."""
    reads: tuple[str, ...] = ()
    """Its tools that only read, where their code does not say so; all others count as writes."""
    files: tuple[str, ...] = ()
    """Further files that decide how it behaves, as patterns from the settings file's folder."""


class WorldSettings(Part, frozen=True, kw_only=True):
    """The state that the agent's tools act on, at several densities."""

    build: Reference | None = None
    """`module:function`, called as `function(folder, rows, seed)`; writes the world into the folder."""
    of: str = ""
    """In place of `build`: a built-in shape such as `support`, a `shape.json`, or a snapshot's folder."""
    form: Literal["sqlite", "duckdb", "postgres", "postgres_overlay"] = "sqlite"
    """The kind of database that a world made of a shape stands in.

    `postgres` gives each run a copy from a template, `postgres_overlay` views over one base.
    """
    address: str = ""
    """Where PostgreSQL is, as a connection string or `env:NAME`; worlds get databases of their own there."""
    ambiguity: tuple[str, ...] | None = None
    """What is planted into a world made of a shape; left out, all that fits its tables; `[]` for nothing."""
    candidates: Annotated[int, Meta(ge=1, le=20)] = 3
    """How many look like the one that is meant, in each planted ambiguity."""
    families: tuple[str, ...] = ()
    """The families of tasks that are made for a world of a shape, such as `find_one`; default: all."""
    rows: Annotated[tuple[Rows, ...], Meta(min_length=1)] = (10, 1_000, 100_000)
    """The densities to try."""
    shared: tuple[str, ...] = ()
    """Patterns of files that no run changes: linked into each run's folder, where others are copied."""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    """Environment variables that tell the agent's tools where the world is: `{world}` is its folder.

    Of a world made of a shape, `{database}` is its connection string, `{vectors}` and `{calendars}` folders.
    """
    as_of: str = ""
    """The day, as YYYY-MM-DD, of the production state that a world of `build` shows."""
    expires_days: Annotated[float, Meta(gt=0)] | None = None
    """So long after `as_of` the world is stale, and evidence observed in it no longer counts."""

    @property
    def common(self) -> tuple[str, ...]:
        """Patterns of the files that no run changes."""
        return self.shared or (STANDING if self.of else ())


class TaskSource(Part, frozen=True, kw_only=True):
    """Where tasks come from, when they are made from the world."""

    make: Reference
    """`module:function`, called as `function(folder, rows)`; returns a list of Task."""


class EffectSettings(Part, frozen=True, kw_only=True):
    """A write that must have happened."""

    tool: str
    """The tool's name."""
    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    """Arguments it must have had; further ones do not matter."""
    times: Annotated[int, Meta(ge=1)] = 1
    """How often it must have happened."""


class StateSettings(Part, frozen=True, kw_only=True):
    """What a table of the run's world must hold when the run has ended."""

    table: str
    """The table's name."""
    where: dict[str, Any] = msgspec.field(default_factory=dict)
    """Columns and values that pick the rows; all rows when left out."""
    set: dict[str, Any] = msgspec.field(default_factory=dict)
    """Values that the run must have put into these rows."""
    equals: dict[str, Any] = msgspec.field(default_factory=dict)
    """Values that must still stand there; if they do not, something was changed that nobody asked for."""
    absent: bool = False
    """Must there be no such row?"""
    count: Annotated[int, Meta(ge=0)] | None = None
    """How many such rows there must be."""

    def state(self) -> ExpectedState:
        """The same as the lab knows it."""
        return ExpectedState(
            table=self.table,
            where=self.where,
            set=self.set,
            equals=self.equals,
            absent=self.absent,
            count=self.count,
        )


class TaskSettings(Part, frozen=True, kw_only=True):
    """One task written out."""

    id: str
    """Its name, the same from run to run."""
    prompt: str
    """What the agent is asked."""
    contains: tuple[str, ...] = ()
    """Words the answer must hold; capital letters do not count."""
    contains_any: tuple[str, ...] = ()
    """Words of which the answer must hold at least one."""
    lacks: tuple[str, ...] = ()
    """Words the answer must not hold."""
    matches: str | None = None
    """A regular expression that must be found in the answer."""
    asks_back: bool | None = None
    """Must the answer be a question back (true), must it not (false), or is either right (left out)?"""
    unknowable: bool = False
    """Must the answer say that it cannot be known, because nothing in the world decides it?"""
    effects: tuple[EffectSettings, ...] = ()
    """The writes that must have happened; any other write fails the task."""
    state: tuple[StateSettings, ...] = ()
    """What the run's world must hold afterwards; without `effects`, writes are judged by this alone."""
    check: Reference | None = None
    """`module:function`, called with an Observation; returns what is wrong, or nothing."""

    def task(self, check: Any = None) -> Task:
        """The task as the lab knows it."""
        effects = tuple(
            ExpectedEffect(tool=effect.tool, arguments=effect.arguments, times=effect.times)
            for effect in self.effects
        )
        return Task(
            id=self.id,
            prompt=self.prompt,
            contains=self.contains,
            contains_any=self.contains_any,
            lacks=self.lacks,
            matches=self.matches,
            asks_back=self.asks_back,
            unknowable=self.unknowable,
            effects=effects,
            state=tuple(state.state() for state in self.state),
            check=check,
        )


class FaultSettings(Part, frozen=True, kw_only=True):
    """How the world misbehaves."""

    schedules: tuple[str, ...] = ()
    """Schedules to try one by one, such as `rate_limited@model:2`."""
    rows: tuple[Rows, ...] | None = None
    """The densities at which they are tried; all when left out."""


class RunSettings(Part, frozen=True, kw_only=True):
    """How runs are carried out."""

    repetitions: Annotated[int, Meta(ge=1)] = 3
    """How often each task is run in each regime."""
    seed: int = 0
    """Decides all chance: the world, the simulated model, the faults, the order of runs."""
    workers: Annotated[int, Meta(ge=0)] = 0
    """Processes that carry out runs side by side; 0 for one a core."""
    seconds: Annotated[float, Meta(gt=0)] = 60.0
    """A run that takes longer than this in real time is ended."""
    patience_seconds: Annotated[float, Meta(gt=0)] | None = 300.0
    """An answer that takes longer than this on the run's own clock comes too late to be of use."""


class TraceSettings(Part, frozen=True, kw_only=True):
    """What of the runs may be kept."""

    redact: tuple[str, ...] = ()
    """Regular expressions of what must not be kept, beside what is known as a secret."""
    redact_keys: tuple[str, ...] = ()
    """Names of keys and headers whose values must not be kept."""
    content: bool = True
    """Is to be kept what was said and printed? If not, only sizes, digests and shapes are."""
    largest_body_bytes: Annotated[int, Meta(ge=1)] = LARGEST_BODY
    """The largest payload that a trace keeps; of a larger one it keeps the size and a digest."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """All that a campaign needs to know; worker processes get it whole."""

    project: str
    folder: Path
    """Where the settings file lies; code and relative paths are looked up from here."""
    agents: dict[str, AgentSettings]
    model: ModelChoice = ModelChoice()
    world: WorldSettings | None = None
    source: TaskSource | None = None
    tasks: tuple[TaskSettings, ...] = ()
    faults: FaultSettings = FaultSettings()
    chaos: ChaosSettings = ChaosSettings()
    run: RunSettings = RunSettings()
    trace: TraceSettings = TraceSettings()

    @property
    def home(self) -> Path:
        """The folder in which worlds and evidence are kept."""
        return self.folder / ".agentprobe"
