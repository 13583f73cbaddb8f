"""The prompts that ship, filled in; their digests stand beside them, so that none changes unseen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.errors import ConfigError

_HOLE = re.compile(r"\{\{([A-Z_]+)\}\}")
_FOLDER = files("agentprobe.analyst").joinpath("prompts")


@cache
def prompt(name: str) -> str:
    """The text of a prompt of the toolkit."""
    return _FOLDER.joinpath(f"{name}.txt").read_text(encoding="utf-8")


def digests() -> dict[str, str]:
    """The digests under which the prompts were last reviewed, by name."""
    return msgspec.json.decode(_FOLDER.joinpath("digests.json").read_bytes(), type=dict[str, str])


def drifted() -> tuple[str, ...]:
    """The prompts that are not as they were reviewed."""
    return tuple(name for name, kept in digests().items() if digest(prompt(name)) != kept)


def filled(name: str, values: Mapping[str, str]) -> str:
    """A prompt with its holes filled, in one pass: what is filled in has no holes of its own."""
    text = prompt(name)
    missing = set(_HOLE.findall(text)) - set(values)
    if missing:
        raise ConfigError(f"prompt '{name}' needs {', '.join(sorted(missing))}")
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def fenced(text: str) -> str:
    """Text of somebody else, so that it can be told from instructions whatever it says.

    No markup of it is left, and the fence has a key that the text cannot know before it is written.
    """
    key = digest(text)[:16]
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<untrusted key="{key}">\n{plain}\n</untrusted key="{key}">'
