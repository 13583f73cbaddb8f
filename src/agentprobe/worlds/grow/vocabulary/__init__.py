"""The words of grown worlds, one kind a module: common ones by heart, the others composed.

Each module has `COMMON` (the commonest first), `STEMS` (beginnings of composed words) and `ENDINGS`. All
lists are written from general knowledge; none stands for a frequency table of a real population.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from agentprobe.errors import ConfigError, did_you_mean


@dataclass(frozen=True)
class Vocabulary:
    """The words of one kind."""

    common: tuple[str, ...]
    stems: tuple[str, ...]
    endings: tuple[str, ...]
    glue: str = ""
    """What stands between a stem and its ending."""


@cache
def vocabulary(name: str) -> Vocabulary:
    """Find the words of a kind; raises ConfigError for an unknown one."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    if name not in names:
        raise ConfigError(f"unknown vocabulary '{name}'{did_you_mean(name, names)}")
    module = import_module(f"{__name__}.{name}")
    return Vocabulary(
        common=tuple(dict.fromkeys(_split(module.COMMON))),
        stems=tuple(dict.fromkeys(_split(module.STEMS))),
        endings=tuple(dict.fromkeys(_split(module.ENDINGS))),
        glue=getattr(module, "GLUE", ""),
    )


def _split(text: str) -> list[str]:
    """One word a blank; `_` stands for a blank inside a word."""
    return [word.replace("_", " ") for word in text.split()]
