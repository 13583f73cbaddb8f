"""What secrets look like: shapes that give themselves away, and names whose value is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Secret(NamedTuple):
    """Where in a line a secret stands."""

    start: int
    end: int
    name: str
    quote: bytes = b""
    """What must surround its replacement so that JSON stays JSON."""


class Form(Protocol):
    """One way to recognise a secret."""

    @property
    def needles(self) -> Iterable[bytes]:
        """Lower-case bytes, one of which is near every secret of this form."""
        ...

    def find(self, line: bytes, start: int, end: int) -> Secret | None:
        """The secret near the needle that stands at `start` to `end`, if there is one."""
        ...


@dataclass(frozen=True)
class Shape:
    """A secret that is known by its own looks: the group `secret` of a pattern that matches at the needle."""

    name: str
    needles: tuple[bytes, ...]
    pattern: re.Pattern[bytes]

    def find(self, line: bytes, start: int, end: int) -> Secret | None:
        found = self.pattern.match(line, start)
        return Secret(*found.span("secret"), self.name) if found else None


@dataclass(frozen=True)
class PrivateKey:
    """A private key in PEM armour, whole or cut off."""

    needles: tuple[bytes, ...] = (b"private key",)

    def find(self, line: bytes, start: int, end: int) -> Secret | None:
        begin = line.rfind(b"-----BEGIN ", max(start - 40, 0), start)
        found = _PEM.match(line, begin) if begin >= 0 else None
        return Secret(*found.span(), "private_key") if found else None


@dataclass(frozen=True)
class NamedValue:
    """The value of a key, a variable or a parameter whose name ends in a telling word.

    The name may stand in JSON, in JSON within a string of JSON however deep, in a dictionary as Python prints
    it, or before an equals sign.
    """

    name: str
    words: tuple[bytes, ...]
    followed_by: tuple[bytes, ...] = (b"",)
    """What must come right behind the word; to keep common words out of the search."""
    not_after: re.Pattern[bytes] | None = None
    """Beginnings of a name that make it harmless."""
    whole: bool = False
    """Is whatever stands under the name the secret: a short number, a truth, an object, a list?"""

    @property
    def needles(self) -> Iterator[bytes]:
        return (word + more for word in self.words for more in self.followed_by)

    def find(self, line: bytes, start: int, end: int) -> Secret | None:
        if self.followed_by != (b"",):
            end -= 1
        if self.not_after and self.not_after.search(line, max(start - 24, 0), start):
            return None
        end = _matched(_NAME_ENDS, line, end)
        if quoted := _QUOTED.match(line, end):
            return self._value(line, quoted.end(), len(quoted["escape"]), quoted["quote"])
        assigned = _ASSIGNED.match(line, end)
        return Secret(*assigned.span("secret"), self.name) if assigned else None

    def _value(self, line: bytes, at: int, depth: int, quote: bytes) -> Secret | None:
        """The value behind a quoted name and its colon."""
        opening = b"\\" * depth + quote
        if line.startswith(opening, at):
            start = at + len(opening)
            end = _closing(line, start, depth, quote)
            return None if _LOGPROB.match(line, end) else Secret(start, end, self.name)
        if self.whole and (end := _value_end(line, at, depth, quote)) > at:
            return Secret(at, end, self.name, opening)
        if line.startswith(b"[", at):
            return self._list(line, at + 1, depth, quote)
        end = _matched(_NUMBER, line, at)
        return Secret(at, end, self.name, opening) if end > at else None

    def _list(self, line: bytes, at: int, depth: int, quote: bytes) -> Secret | None:
        """All strings of a list, as one secret."""
        opening = b"\\" * depth + quote
        start = end = _matched(_BETWEEN, line, at)
        while line.startswith(opening, at := _matched(_BETWEEN, line, end)):
            end = _closing(line, at + len(opening), depth, quote) + len(opening)
        end = min(end, len(line))
        return Secret(start, end, self.name, opening) if end > start else None


def header_is_secret(name: str) -> bool:
    """Does a header of this lower-case name carry a credential?"""
    return name in _SECRET_HEADERS or name.endswith(("-key", "-token", "-secret", "apikey", "password"))


def _closing(line: bytes, start: int, depth: int, quote: bytes) -> int:
    """Where a string ends that was opened by a quote behind `depth` backslashes; the line's end if it is cut.

    A string of JSON inside another has its quotes escaped once more at each level, so a quote belongs to
    this level by the number of backslashes before it.
    """
    at = start
    while (found := line.find(quote, at)) >= 0:
        slashes = 0
        while found - slashes > start and line[found - slashes - 1] == _BACKSLASH:
            slashes += 1
        if slashes < depth or slashes % (2 * (depth + 1)) == depth:
            return found - min(slashes, depth)
        at = found + 1
    return len(line)


def _value_end(line: bytes, at: int, depth: int, quote: bytes) -> int:
    """Where a value of JSON ends that is no string; where it begins if it is none or is cut."""
    if line[at : at + 1] not in (b"{", b"["):
        return _matched(_PLAIN, line, at)
    opening, level, end = b"\\" * depth + quote, 0, at
    while end < len(line):
        if line.startswith(opening, end):
            end = _closing(line, end + len(opening), depth, quote) + len(opening)
            continue
        level += (line[end] in b"{[") - (line[end] in b"}]")
        end += 1
        if level == 0:
            return end
    return at


def _matched(pattern: re.Pattern[bytes], line: bytes, at: int) -> int:
    found = pattern.match(line, at)
    return found.end() if found else at


_BACKSLASH = ord("\\")
_PEM = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[^\"]*?"
    rb"(?:-----END [A-Z0-9 ]{0,40}-----|(?=\\*\"|$))"
)
_NAME_ENDS = re.compile(rb"(?i)(?:(?:[_-]?access)?[_-]?key)?s?(?:[_-]?(?:value|hash|text|plain|\d{1,3}))?")
_QUOTED = re.compile(rb"(?P<escape>\\*)(?P<quote>[\"'])\s*:\s*")
_ASSIGNED = re.compile(
    rb"(?:\s?=\s?|:\s(?=[Bb]asic\s|[^\s\"'\\,;&<>()]{6}))(?:\\*[\"'])?"
    rb"(?P<secret>(?:(?i:bearer|basic)\s+)?[^\s\"'\\,;&<>()]{3,})"
)
_NUMBER = re.compile(rb"-?\d{3}[\d.eE+-]*")
_PLAIN = re.compile(rb"-?\d[\d.eE+-]*|true|false")
_BETWEEN = re.compile(rb"[\s,]*")
_LOGPROB = re.compile(rb"\\*\"\s*,\s*\\*\"(?:logprob|bytes|id)\\*\"")
"""Behind a `token` that is a piece of text with its probability, or one of a vocabulary."""
_HARMLESS_TOKENS = re.compile(
    rb"(?i)(?:page|next|prev|previous|sync|continuation|cursor|max|min|num|eos|bos|pad|stop|special|first|last|"
    rb"start|end|per|type)[_-]?$"
)
_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "api-key",
        "cookie",
        "set-cookie",
        "openai-organization",
        "openai-project",
        "sec-websocket-protocol",
        "x-amz-credential",
    }
)


def _shape(name: str, pattern: bytes, *needles: bytes) -> Shape:
    return Shape(name, needles, re.compile(pattern))


FORMS: tuple[Form, ...] = (
    PrivateKey(),
    _shape("api_key", rb"(?<![A-Za-z0-9])(?P<secret>sk-[A-Za-z0-9_-]{12,})", b"sk-"),
    _shape("api_key", rb"(?<![A-Za-z0-9])(?P<secret>xai-[A-Za-z0-9]{20,})", b"xai-"),
    _shape("api_key", rb"(?<![A-Za-z0-9])(?P<secret>(?:gsk|hf)_[A-Za-z0-9]{20,})", b"gsk_", b"hf_"),
    _shape("api_key", rb"(?<=[spr])(?P<secret>k_(?:live|test)_[A-Za-z0-9]{10,})", b"k_live_", b"k_test_"),
    _shape("api_key", rb"(?<![A-Za-z0-9])(?P<secret>AIza[A-Za-z0-9_-]{30,})", b"aiza"),
    _shape("aws_key", rb"(?<![A-Za-z0-9])(?P<secret>A[KS]IA[A-Z0-9]{16})(?![A-Za-z0-9])", b"akia", b"asia"),
    _shape(
        "token",
        rb"(?<![A-Za-z0-9])(?P<secret>gh[pousr]_[A-Za-z0-9]{20,})",
        *(b"gh" + kind + b"_" for kind in (b"p", b"o", b"u", b"s", b"r")),
    ),
    _shape("token", rb"(?P<secret>github_pat_[A-Za-z0-9_]{20,})", b"github_pat_"),
    _shape("token", rb"(?P<secret>glpat-[A-Za-z0-9_-]{16,})", b"glpat-"),
    _shape("token", rb"(?<![A-Za-z0-9])(?P<secret>xox[a-z]-[A-Za-z0-9-]{10,})", b"xox"),
    _shape(
        "jwt",
        rb"(?<![A-Za-z0-9_-])(?P<secret>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)",
        b"eyj",
    ),
    _shape(
        "token",
        rb"(?i)bearer\s+(?P<secret>(?=[A-Za-z._~+/=-]{0,64}\d|[^\s\"\\]{20})[A-Za-z0-9._~+/=-]{8,})",
        b"bearer ",
    ),
    _shape("password", rb"://[^\s/:@\"'\\]*:(?P<secret>[^\s/@\"'\\]+)@", b"://"),
    _shape(
        "api_key",
        rb"(?<=[?&-])(?i:key|sig|signature)=(?P<secret>[^&\s\"'\\#]+)",
        b"key=",
        b"sig=",
        b"signature=",
    ),
    NamedValue("password", (b"password", b"passwd", b"passphrase", b"passcode")),
    NamedValue("password", (b"pwd",)),
    NamedValue("secret", (b"secret",)),
    NamedValue("api_key", (b"api_key", b"apikey", b"api-key", b"access_key", b"accesskey", b"access-key")),
    NamedValue("private_key", (b"private_key", b"privatekey", b"private-key")),
    NamedValue(
        "token", (b"token",), followed_by=(b'"', b"'", b"\\", b"=", b": "), not_after=_HARMLESS_TOKENS
    ),
    NamedValue("authorization", (b"authorization",)),
    NamedValue("credential", (b"credential",)),
    NamedValue("cookie", (b"cookie",), followed_by=(b'"', b"\\")),
)
"""Every form that is looked for; of two whose needles begin at the same place the longer needle decides.

Up to 64 needles are looked for at the speed of memory, more at a fifth of it.
"""
