"""A prompt as the lock knows it: one name, one text, one digest, wherever it stands."""

from __future__ import annotations

import re

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.scan.finding import Place


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a model is told, as it stands in the project."""

    id: str
    """Its file, `#`, and its name there; it stays the same when lines move."""
    text: str
    role: str
    place: Place
    variables: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same text on all systems; nothing but the ends of lines is evened out."""
        return digest(self.text)


def evened(text: str) -> str:
    """A text with line ends as Unix has them, in characters that a file can hold."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return unix.encode("utf-8", "backslashreplace").decode()


_WILD = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{[^{}\n]*\}|[{}]+|%\(\w+\)[sd]|%s|\$\{?[a-z_]\w*\}?")


def pieces_of(template: str) -> tuple[str, ...]:
    """The parts of a template that stay as they are whatever is filled in, in their order.

    Braces that are no holes count as holes too: how often they are doubled depends on who fills them in.
    """
    return tuple(_WILD.split(template))


def literal_size(template: str) -> int:
    """How many characters of a template are fixed, white space aside."""
    return sum(len("".join(piece.split())) for piece in pieces_of(template))
