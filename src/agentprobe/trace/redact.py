"""To keep secrets out of a trace: before a byte is written, a word takes the place of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from agentprobe.domain.wire import Headers
from agentprobe.errors import ConfigError
from agentprobe.trace.known_secrets import Literals, MetSecrets
from agentprobe.trace.secret_forms import FORMS, Form, NamedValue, Secret, header_is_secret
from agentprobe.trace.shapes import Shapes
from agentprobe.trace.stand_ins import KEPT, STAND_INS, is_stand_in, stand_in

_REPLACED_HEADER = b'","' + KEPT
ESCAPED = tuple(b"\\u00%d" % tens for tens in range(2, 8))
"""How JSON may spell any plain character, and so hide one from a search."""


class Redaction:
    """Replaces secrets in lines of JSON; equal secrets become equal words, and the JSON stays valid.

    `names` are further keys whose values are secrets; `patterns` map a name to a regular expression of what
    else must not be kept, `known` the name of a variable to its value. `key` goes into the words: with a key
    of one's own nobody else can test a guess.
    """

    def __init__(
        self,
        *,
        names: Iterable[str] = (),
        patterns: Mapping[str, str] | None = None,
        known: Mapping[str, str] | None = None,
        key: bytes = b"agentprobe",
    ) -> None:
        words = tuple(name.lower().encode() for name in names)
        own = (NamedValue(word.decode(), (word,), whole=True) for word in words)
        self._key = key
        self._known = known or {}
        self._literals = Literals.of(self._known)
        own_headers = frozenset(word.decode() for word in words)
        self._tells = lru_cache(lambda name: name.lower() in own_headers or header_is_secret(name.lower()))
        self._met = MetSecrets()
        self._hidden = lru_cache(self._hide)
        self._patterns = [(name, _compiled(name, text)) for name, text in (patterns or {}).items()]
        self._forms: list[Form | None] = [None] * len(ESCAPED)
        needles = list(ESCAPED)
        for form in (*own, *FORMS):
            for needle in form.needles:
                self._forms.append(form)
                needles.append(needle)
        self._search = BytesAhoCorasick(needles, matchkind=MatchKind.LeftmostLongest)

    def clean(self, line: bytes) -> bytes:
        """The line without its secrets. A line that holds none comes back as it is, and quickly."""
        line = self.clean_by_form(line)
        return self._by_pattern(line) if self._patterns else line

    def clean_by_form(self, line: bytes) -> bytes:
        """The line without all but what own patterns match."""
        if self._literals is not None:
            line = self._without_known(line, self._literals)
        hits = self._search.find_matches_as_indexes(line.lower())
        return self._replaced(line, hits) if hits else line

    @property
    def key_id(self) -> str:
        """Tells the key from others, and nothing of it."""
        return blake2b(b"the id of this key", key=self._key[:64], digest_size=8).hexdigest()

    def shapes(self) -> Shapes:
        """Takes out all content, under the same key."""
        return Shapes(self._key)

    @property
    def has_patterns(self) -> bool:
        """Are there patterns of one's own, which may match anything?"""
        return bool(self._patterns)

    def _without_known(self, line: bytes, literals: Literals) -> bytes:
        parts, done = [], 0
        for name, start, end in literals.find(line):
            parts += [line[done:start], self._word(self._known[name].encode(errors="replace"), name.lower())]
            done = end
        return b"".join([*parts, line[done:]]) if parts else line

    def _by_pattern(self, line: bytes) -> bytes:
        """What own patterns match replaced; JSON stays JSON, even when they match a number or a brace."""
        cleaned = self._substituted(line)
        if cleaned == line or _is_json(cleaned) or not _is_json(line):
            return cleaned
        return msgspec.json.encode(self._inside(msgspec.json.decode(line)))

    def _inside(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._inside(name): self._inside(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._inside(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        cleaned = self._substituted(text.encode()).decode(errors="replace")
        return value if cleaned == text else cleaned

    @property
    def known(self) -> Mapping[str, str]:
        """Every secret that is known by its value, by the place where it stood; it is in memory alone."""
        return {**self._met.values, **self._known}

    def _hide(self, name: str, value: str) -> str:
        self._met.add(name.lower(), value)
        return self._word(value.encode(errors="replace"), name.lower()).decode()

    def words(self, value: Any) -> Any:
        """A value with what own patterns match replaced in all its texts; numbers stay."""
        if isinstance(value, dict):
            return {name: self.words(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.words(item) for item in value]
        if not isinstance(value, str):
            return value
        return self._substituted(value.encode(errors="replace")).decode(errors="replace")

    def _substituted(self, text: bytes) -> bytes:
        for name, pattern in self._patterns:
            between = STAND_INS.split(text)
            for place in range(0, len(between), 2):
                between[place] = pattern.sub(
                    lambda found, name=name: self._word(found[0], name),
                    between[place],
                )
            text = b"".join(between)
        return text

    def finds(self, data: bytes) -> bool:
        """Is there a secret in it?"""
        return self.clean(data) != data

    def headers(self, headers: Headers) -> Headers:
        """The headers with the values of telling names replaced."""
        return tuple(
            [(header[0], self._hidden(*header)) if self._tells(header[0]) else header for header in headers]
        )

    def word_of_flag(self, flag: str, word: str) -> str:
        """A word of a command line; another in its place where the flag before it calls it a secret."""
        name = flag.lstrip("-")
        if not flag.startswith("-") or word.startswith("-") or not word:
            return word
        asked = b'{"%b":"secret"}' % name.replace('"', "").encode(errors="replace")
        telling = self._tells(name) or self.clean_by_form(asked) != asked
        return self._word(word.encode(errors="replace"), "argument").decode() if telling else word

    def _replaced(self, line: bytes, hits: list[tuple[int, int, int]]) -> bytes:
        if min(hits)[0] < len(ESCAPED):
            plain = _spelled_out(line)
            if plain != line:
                cleaned = self.clean(plain)
                return line if cleaned == plain else cleaned
        parts, done = [], 0
        for index, start, end in hits:
            if start < done or _is_done(line, start, end):
                continue
            form = self._forms[index]
            secret = form.find(line, start, end) if form else None
            if secret is None or secret.start < done or _needless(line, secret):
                continue
            word = self._word(line[secret.start : secret.end], secret.name)
            parts += [line[done : secret.start], secret.quote, word, secret.quote]
            done = secret.end
        return b"".join([*parts, line[done:]]) if parts else line

    def _word(self, secret: bytes, name: str) -> bytes:
        return stand_in(secret, name, self._key) if secret else secret


def _is_done(line: bytes, start: int, end: int) -> bool:
    """Is this the name of a header whose value is replaced already, or the beginning of a replacement?

    Nearly every line has both, so they are told without a regular expression.
    """
    return line.startswith(_REPLACED_HEADER, end) or line.startswith(KEPT, start - len(KEPT))


def _needless(line: bytes, secret: Secret) -> bool:
    found = line[secret.start : secret.end]
    return not found or is_stand_in(found)


def _compiled(name: str, text: str) -> re.Pattern[bytes]:
    try:
        return re.compile(text.encode())
    except re.error as error:
        raise ConfigError(f"the redaction pattern '{name}' is no regular expression: {error}") from error


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _spelled_out(line: bytes) -> bytes:
    """The same JSON with plain characters written as themselves instead of by number."""
    return _BY_NUMBER.sub(_plain, line)


def _plain(found: re.Match[bytes]) -> bytes:
    character = bytes([int(found["code"], 16)])
    depth = len(found["escape"])
    if character == b'"':
        return b"\\" * (2 * depth - 1) + character
    if character == b"\\" or not character.isascii() or not character.decode().isprintable():
        return found[0]
    return (b"\\" * (depth - 1) if depth % 2 else b"") + character


_BY_NUMBER = re.compile(rb"(?P<escape>\\+)u00(?P<code>[2-7][0-9a-fA-F])")
