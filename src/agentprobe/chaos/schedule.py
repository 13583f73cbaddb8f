"""A schedule: the strikes that one run of an agent is to stand, as a line of text or a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from agentprobe.chaos._grammar import Reader
from agentprobe.chaos._settings import changed_settings, make_fault
from agentprobe.chaos.fault import FAULTS
from agentprobe.chaos.strike import Strike
from agentprobe.errors import ConfigError, did_you_mean


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which faults strike which calls; empty where nothing is disturbed.

    Where several strike one call, the first that was written is the outermost: it sees what the others left.
    """

    strikes: tuple[Strike, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.strikes)

    def __str__(self) -> str:
        return ", ".join(map(str, self.strikes))

    def without_kills(self) -> Schedule:
        """The same without the strikes that end the agent's process."""
        return Schedule(tuple(strike for strike in self.strikes if not strike.fault.kills))

    @classmethod
    def parse(cls, text: str, where: str = "") -> Schedule:
        """Read `cut_stream@model:2, tool_error(after=true)@tool:refund~0.5`; empty text is an empty schedule.

        Raises ConfigError that says what is wrong at which character, and `where` the text stands.
        """
        return cls(_read(text, where))

    @classmethod
    def load(cls, path: Path) -> Schedule:
        """Read a file of `[[strike]]` tables, in TOML or, where its name ends so, in JSON."""
        try:
            text = path.read_text(encoding="utf-8")
            data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from error
        except ValueError as error:
            raise ConfigError(f"{path} cannot be read: {error}") from error
        return cls.from_data(data, str(path))

    @classmethod
    def from_data(cls, data: object, where: str) -> Schedule:
        """Read what such a file holds: a list `strike` of tables with `fault`, `at` and the settings."""
        tables = data.get("strike", []) if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(tables, list):
            raise ConfigError(f"{where} holds no list of strikes; write [[strike]] tables")
        for name in data:
            if name != "strike":
                raise ConfigError(f"unknown key '{name}' in {where}{did_you_mean(name, ['strike'])}")
        return cls(tuple(_strikes(tables, where)))

    def to_data(self) -> dict[str, list[dict[str, Any]]]:
        """What a file of this schedule holds."""
        return {
            "strike": [
                {"fault": strike.fault.name, "at": strike.at, **changed_settings(strike.fault)}
                for strike in self.strikes
            ]
        }


@lru_cache(maxsize=4096)
def _read(text: str, where: str) -> tuple[Strike, ...]:
    """The strikes of a text; a campaign reads the same one in many places."""
    return Reader(text, where).strikes()


def _strikes(tables: list[Any], where: str) -> Iterable[Strike]:
    for number, table in enumerate(tables, 1):
        place = f"{where}, strike {number}"
        if not isinstance(table, Mapping):
            raise ConfigError(f"{place} is no table; write [[strike]] above its lines")
        yield _strike(dict(table), place)


def _strike(table: dict[str, Any], place: str) -> Strike:
    name, at = table.pop("fault", None), table.pop("at", None)
    if not isinstance(name, str):
        raise ConfigError(f'{place} names no fault; write fault = "cut_stream"')
    if not isinstance(at, str):
        raise ConfigError(f'{place} does not say where {name} strikes; write at = "model:2"')
    fault = make_fault(FAULTS.get(name, place), table, f" in {place}")
    reader = Reader(at, f"{place}, at")
    strike = reader.aim(fault)
    reader.finish()
    return strike
