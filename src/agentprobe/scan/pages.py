"""A rule's page: its docstring, taken apart into what it finds, why that breaks, and how to mend it."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from agentprobe.scan.rule import Rule

_PARTS = ("Finds", "Breaks", "Example", "Instead", "False alarms")
_HEAD = re.compile(rf"^({'|'.join(_PARTS)}):[ \t]*", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The parts of a rule's page; code without its indent, prose as paragraphs."""

    first: str
    """What it finds, in one sentence."""
    finds: str
    breaks: str
    example: str
    instead: str
    alarms: str
    text: str
    """The whole page as it was written."""

    @property
    def markdown(self) -> str:
        """The whole page as Markdown."""
        parts = [
            self.first,
            self.finds and f"**Finds** {self.finds}",
            self.breaks and f"**Breaks** {self.breaks}",
        ]
        parts += [self.example and f"```python\n{self.example}\n```"]
        parts += [self.instead and f"Instead:\n\n```python\n{self.instead}\n```"]
        parts += [self.alarms and f"**False alarms** {self.alarms}"]
        return "\n\n".join(part for part in parts if part)


def page_of(rule: type[Rule]) -> Page:
    """The page of a rule; parts that it does not have are empty."""
    text = inspect.cleandoc(rule.__doc__ or "")
    heads = list(_HEAD.finditer(text))
    first = text[: heads[0].start()] if heads else text
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found = {head[1]: text[head.end() : end] for head, end in zip(heads, ends, strict=True)}
    return Page(
        first=_prose(first),
        finds=_prose(found.get("Finds", "")),
        breaks=_prose(found.get("Breaks", "")),
        example=_code(found.get("Example", "")),
        instead=_code(found.get("Instead", "")),
        alarms=_prose(found.get("False alarms", "")),
        text=text,
    )


def _prose(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _code(text: str) -> str:
    return inspect.cleandoc(f"\n{text}").strip("\n")
