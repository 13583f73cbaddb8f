"""A span in neutral words, as OTLP has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Kind(IntEnum):
    """Where a span stands between two services; the numbers are OTLP's."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Status(IntEnum):
    """How a span ended; the numbers are OTLP's."""

    UNSET = 0
    OK = 1
    ERROR = 2


@dataclass(frozen=True, kw_only=True)
class Event:
    """A moment within a span."""

    name: str
    at: int
    """Nanoseconds since 1970."""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something that took a while."""

    name: str
    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    parent_id: str = ""
    kind: Kind = Kind.INTERNAL
    start: int = 0
    """Nanoseconds since 1970."""
    end: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Text, whole numbers, numbers, flags, and lists of one of these."""
    events: tuple[Event, ...] = ()
    status: Status = Status.UNSET
    message: str = ""
    """What went wrong."""
