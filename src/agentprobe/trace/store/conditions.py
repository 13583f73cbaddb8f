"""Conditions in SQL that every database understands; `?` stands for a value that is bound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agentprobe.trace.store.found import Wanted

Condition = tuple[str, tuple[Any, ...]]
"""A piece of SQL, and the values that are bound in it."""


def of_session(wanted: Wanted) -> list[Condition]:
    """What must hold of the session itself."""
    return _asked(
        ("status = ?", wanted.status),
        ("started >= ?", wanted.since or None),
        ("started < ?", wanted.until or None),
    )


def of_span(wanted: Wanted) -> list[Condition]:
    """What must hold of one of the session's spans."""
    found = _asked(
        ("spans.error <> '' AND lower(spans.error) LIKE ? ESCAPE '!'", like(wanted.error, "%{}%")),
        ("spans.prompt >= ?", wanted.prompt or None),
        ("spans.prompt < ?", wanted.prompt + "g" if wanted.prompt else None),  # digests end with f at most
        ("spans.seconds > ?", wanted.slower_seconds),
        ("spans.dollars > ?", wanted.dearer_dollars),
    )
    if wanted.failed:
        found.append(("spans.error <> ''", ()))
    return found


def _asked(*given: tuple[str, Any]) -> list[Condition]:
    return [(text, (value,)) for text, value in given if value is not None]


def joined(given: list[Condition]) -> tuple[str, tuple[Any, ...]]:
    """Conditions as one piece of SQL, and the values that are bound in it."""
    return (
        " AND ".join(text for text, _ in given) or "true",
        tuple(value for _, values in given for value in values),
    )


def like(text: str, where: str = "{}") -> str | None:
    """A pattern in small letters in which `*` stands for anything; None for no text."""
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return where.format(_lowered(text).replace("*", "%")) if text else None


def names_asked(wanted: Wanted) -> list[tuple[str, str]]:
    """The patterns of names that are asked for, each with the kind of its calls."""
    asked = (("model", wanted.model), ("tool", wanted.tool))
    return [(kind, pattern) for kind, pattern in asked if pattern]


def one_of(kind: str, names: Iterable[str]) -> Condition:
    """That a span is a call of one of these models, or tools."""
    known = tuple(names)
    marks = ", ".join("?" * len(known)) or "NULL"
    return f"spans.kind = ? AND spans.name IN ({marks})", (kind, *known)


def _lowered(text: str) -> str:
    """In small letters as databases write them: A to Z and no others."""
    return text.encode(errors="replace").lower().decode()
