"""YAML with the place of every key; built from parser events, so that neither depth nor aliases can hurt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from agentprobe.scan.document import Document, Key
from agentprobe.scan.finding import Place
from agentprobe.scan.text import Text, Unreadable

_MOST_VALUES = 200_000
_DEEPEST = 200
_NOTHING = object()


@dataclass
class _Open:
    """A mapping or list that is being read."""

    value: Any
    path: tuple[Key, ...]
    key: Any = _NOTHING


@dataclass
class _Builder:
    path: str
    top: list[Any] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[Key, ...], Place] = field(default_factory=dict)
    values: int = 0

    def add(self, value: Any, event: Any, *, opens: bool) -> None:
        """Put a value where the reader stands; one that opens is filled by what follows."""
        self.values += 1
        if self.values > _MOST_VALUES:
            raise Unreadable(f"it holds more than {_MOST_VALUES:,} values")
        if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
            self.anchors[event.anchor] = value
        here = self._put(value, event)
        if opens:
            self.stack.append(_Open(value, here))
            if len(self.stack) > _DEEPEST:
                raise Unreadable(f"it is not valid YAML: it is nested deeper than {_DEEPEST}")

    def _put(self, value: Any, event: Any) -> tuple[Key, ...]:
        if not self.stack:
            self.top.append(value)
            return ()
        holder = self.stack[-1]
        if isinstance(holder.value, list):
            here = (*holder.path, len(holder.value))
            holder.value.append(value)
            self.places[here] = self._place(event)
            return here
        if holder.key is _NOTHING:
            holder.key = event.value if isinstance(event, yaml.ScalarEvent) else str(value)[:80]
            self.places[(*holder.path, holder.key)] = self._place(event)
            return holder.path
        here = (*holder.path, holder.key)
        if holder.key == "<<":
            for one in value if isinstance(value, list) else [value]:
                for name, its in one.items() if isinstance(one, dict) else ():
                    holder.value.setdefault(name, its)
        else:
            holder.value[holder.key] = value
        holder.key = _NOTHING
        return here

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        return Place(
            path=self.path,
            line=start.line + 1,
            column=start.column + 1,
            end_line=end.line + 1,
            end_column=end.column + 1,
        )


def yaml_document(path: str, raw: bytes) -> Document:
    """A YAML file; of several documents in one file they come as a list. Raises Unreadable with the line."""
    builder = _Builder(path)
    text = Text(path, raw.removeprefix(b"\xef\xbb\xbf"))
    try:
        for event in _events(text.content):
            _take(builder, event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise Unreadable(f"it is not valid YAML: {error.problem or error.context}", line) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise Unreadable(f"it is not valid YAML: {error}") from error
    data = builder.top[0] if len(builder.top) == 1 else builder.top or None
    return Document(path=path, kind="", data=data, places=builder.places, raw=raw)


def _events(content: str) -> Iterator[Any]:
    return iter(yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _take(builder: _Builder, event: Any) -> None:
    if isinstance(event, yaml.MappingStartEvent):
        builder.add({}, event, opens=True)
    elif isinstance(event, yaml.SequenceStartEvent):
        builder.add([], event, opens=True)
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        builder.stack.pop()
    elif isinstance(event, yaml.AliasEvent):
        builder.add(builder.anchors.get(event.anchor or ""), event, opens=False)
    elif isinstance(event, yaml.ScalarEvent):
        builder.add(_scalar(event), event, opens=False)


class _Scalars(yaml.SafeLoader):
    """Only its way to tell what a scalar is and to make it is used."""

    def __init__(self) -> None:
        super().__init__("")


_SCALARS = _Scalars()


def _scalar(event: yaml.ScalarEvent) -> Any:
    tag = event.tag
    if tag is None:
        tag = str(_SCALARS.resolve(yaml.ScalarNode, event.value, event.implicit))  # type: ignore[no-untyped-call]
    if not tag.startswith("tag:yaml.org,2002:") or tag.endswith((":binary", ":merge", ":value")):
        return event.value
    try:
        made = _SCALARS.construct_object(yaml.ScalarNode(tag, event.value))
    except (yaml.YAMLError, ValueError, OverflowError):
        return event.value
    return made if isinstance(made, str | int | float | bool) or made is None else event.value
