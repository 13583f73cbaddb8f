"""Model settings as a person gives them on the command line: `temperature=0,max_tokens=200`, or a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.strict import Mistake, decode
from agentprobe.errors import ConfigError, did_you_mean

_EXAMPLE = "write it as temperature=0.7,max_tokens=200, or name a .toml or .json file"


class ModelSettingsFile(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that can be put in the place of an agent's own."""

    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] | None = None


def model_settings(text: str, option: str) -> Mapping[str, Any]:
    """Read the settings that `option` was given; only those that are named there.

    Raises ConfigError with the place of what is wrong.
    """
    is_file = text.endswith((".toml", ".json"))
    data = _read(Path(text), option) if is_file else _parsed(text, option)
    where = text if is_file else f"{option} '{text}'"
    try:
        found = decode(data, ModelSettingsFile)
    except Mistake as mistake:
        key = ".".join(map(str, mistake.path))
        raise ConfigError(
            f"{where}, {key}: {mistake.text}; {_EXAMPLE}" if key else f"{where}: {mistake.text}"
        ) from mistake
    named = {name: getattr(found, name) for name in data}
    if not named:
        raise ConfigError(f"{where} names no setting; {_EXAMPLE}")
    return named


def _read(path: Path, option: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
    except OSError as error:
        raise ConfigError(f"{option}: cannot read {path}: {error.strerror}") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} holds no table of settings; {_EXAMPLE}")
    return data


def _parsed(text: str, option: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals:
            known = ModelSettingsFile.__struct_fields__
            raise ConfigError(
                f"{option}: '{part}' sets nothing{did_you_mean(part.strip(), known)}; {_EXAMPLE}"
            )
        found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return text
