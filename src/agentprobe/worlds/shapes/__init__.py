"""Shapes for those who have no production yet: one file each, found by looking."""

from __future__ import annotations

from pathlib import Path

from agentprobe.basis.catalogue import Catalogue
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.manifest import NAME
from agentprobe.worlds.shape.model import Shape
from agentprobe.worlds.shape.profiling import profile
from agentprobe.worlds.shape.store import NAME as SHAPE
from agentprobe.worlds.shape.store import read_shape
from agentprobe.worlds.shapes._built_in import BuiltIn

CATALOGUE: Catalogue[BuiltIn] = Catalogue(__name__, BuiltIn, "shape")  # type: ignore[type-abstract]


def built_in(name: str) -> Shape:
    """Find a built-in shape; raises ConfigError for an unknown one and names the nearest."""
    return CATALOGUE.get(name).shape()


def found(name: str, folder: Path) -> Shape:
    """A built-in shape by its name, or the shape at a path below `folder`: a file's or a world's.

    A world that keeps no shape is looked at; raises ConfigError where there is nothing.
    """
    if name in CATALOGUE.names():
        return built_in(name)
    place = folder / name
    if place.is_file() or (place / SHAPE).is_file():
        return read_shape(place)
    if (place / NAME).is_file():
        world = WorldFolder(place)
        return profile(world, world.schema, name=world.manifest.name, source=world.manifest.source)
    near = did_you_mean(name, CATALOGUE.names())
    raise ConfigError(f"there is no built-in shape '{name}'{near} and no file or world at {place}")
