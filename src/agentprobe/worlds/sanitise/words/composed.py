"""Values put together from words, digits and signs: their form stays, their parts are replaced."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import unquote

from agentprobe.worlds.sanitise.words.book import DIGITS, Book
from agentprobe.worlds.sanitise.words.chance import number, shuffled
from agentprobe.worlds.sanitise.words.public import COMMON_WORDS, HOST_LABELS, PROVIDERS, TOP_LEVEL

EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"/?]+")
URL = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{1,12}://|www\.)[^\s<>\"]+")
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
IPV6 = re.compile(r"(?i)(?<![\w:])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])")
_URL = re.compile(r"(?s)([a-zA-Z][\w+.-]*://)?(?:([^/?#@]*)@)?([^/?#]*)(.*)")
_PATH_WORDS = COMMON_WORDS | HOST_LABELS
_HEX = "0123456789abcdef"


class Composer:
    """Replaces what is inside e-mail and network addresses, links and postcodes."""

    def __init__(self, key: bytes, book: Book, roles: AbstractSet[str]) -> None:
        """`roles` are the words before an `@` that are nobody's name, such as `info` and `sales`."""
        self._key = key
        self._book = book
        self._roles = roles
        self._path = frozenset(word for word in _PATH_WORDS if word not in book)

    def email(self, text: str) -> str:
        """Another e-mail address of the same form."""
        local, at, host = text.partition("@")
        return self.local(local) + (self.host_piece(at + host) if at else "")

    def local(self, text: str) -> str:
        """What stands before the `@`, or a user's name."""
        return self._book.all_but(self._roles, text)

    def local_piece(self, piece: str) -> str:
        """A run of what stands before the `@`, or all from the `@` on."""
        return self.host_piece(piece) if piece.startswith("@") else self.local(piece)

    def host_piece(self, piece: str) -> str:
        """`@` with the host behind it; with a blank or another `@` it is replaced word for word."""
        host = piece[1:]
        clean = host.rstrip()
        if " " in clean or "@" in clean:
            return "@" + self.local(host)
        return "@" + self.host(clean) + host[len(clean) :]

    def host(self, text: str) -> str:
        """Another host: its ending and well-known labels and providers stay."""
        if IPV4.fullmatch(text):
            return self.ip(text)
        labels = text.split(".")
        last = len(labels)
        while last > 1 and labels[last - 1].lower() in TOP_LEVEL and len(labels) - last < 2:
            last -= 1
        return ".".join(
            [*(self._label(label, place, last) for place, label in enumerate(labels[:last])), *labels[last:]]
        )

    def _label(self, label: str, place: int, last: int) -> str:
        kept = PROVIDERS if place == last - 1 else HOST_LABELS
        return label if label.lower() in kept else self._book.all_but((), label)

    def url(self, text: str) -> str:
        """Another link of the same form: host, path and query replaced, words that are no names kept."""
        found = _URL.fullmatch(text)
        if found is None:
            return self._book.all_but((), text)
        scheme, user, host, rest = found.groups(default="")
        name, colon, port = host.partition(":")
        path, question, query = rest.partition("?")
        return "".join(
            (
                scheme,
                self.local(user) + "@" if user else "",
                self.host(name) + colon + port,
                self._book.all_but(self._path, _undone(path)),
                question,
                "&".join(self._pair(pair) for pair in _undone(query).split("&")) if question else "",
            )
        )

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if not equals:
            return self._book.all_but((), name)
        return self._book.all_but(self._path, name) + equals + self._book.all_but((), value)

    def ip(self, text: str) -> str:
        """Another address; those of one network stay in one network, and private ones stay private."""
        parts = text.split(".")
        if len(parts) == 4 and all(part.isascii() and part.isdigit() for part in parts):
            return self._ipv4(text, parts)
        if text in ("::", "::1"):
            return text
        if ":" in text and all(
            len(part) <= 4 and not set(part.lower()) - set(_HEX) for part in text.split(":")
        ):
            return self._ipv6(text)
        return self._book.all_but((), text)

    def _ipv4(self, text: str, parts: list[str]) -> str:
        numbers = [int(part) for part in parts]
        if max(numbers) > 255:
            return DIGITS.sub(lambda run: self._book.digits(run.group()), text)
        fixed = _reserved(numbers)
        mapped = numbers
        # Walk on until a public address is public again: still one-to-one, since walking only permutes.
        while mapped is numbers or (not fixed and _reserved(mapped)):
            mapped = mapped[:fixed] + [self._octet(mapped, place) for place in range(fixed, 4)]
        return ".".join(map(str, mapped))

    def _octet(self, numbers: list[int], place: int) -> int:
        """One permutation for each beginning, as Crypto-PAn does bit by bit (Xu et al. 2002)."""
        return _octets(self._key, *numbers[:place])[numbers[place]]

    def _ipv6(self, text: str) -> str:
        before: list[str] = []
        written: list[str] = []
        for place, part in enumerate(text.lower().split(":")):
            local = place == 0 and part[:2] in ("fe", "fc", "fd", "ff", "")
            if part and not local:
                width = len(part)
                order = shuffled(self._key, _HEX, "hextet", width, *before)
                changed = "".join(order[int(digit, 16)] for digit in part)
                written.append(changed if changed.strip("0") or not part.strip("0") else part)
            else:
                written.append(part)
            before.append(part)
        return ":".join(written)

    def postcode(self, text: str) -> str:
        """Another postcode of the same form; those that begin alike still do."""
        written: list[str] = []
        begun = ""
        for char in text:
            if char.isascii() and char.isdigit():
                written.append(self._shuffle("0123456789", begun, char))
            elif char.isascii() and char.isalpha():
                image = self._shuffle("abcdefghijklmnopqrstuvwxyz", begun, char.lower())
                written.append(image.upper() if char.isupper() else image)
            else:
                written.append(self._book.all_but((), char) if char.isalnum() else char)
                continue
            begun += char.lower()
        return "".join(written)

    def _shuffle(self, letters: str, begun: str, char: str) -> str:
        place = letters.index(char)
        turn = number(self._key, "postcode", len(letters), begun)
        return letters[(place + 1 + turn % (len(letters) - 1)) % len(letters)]


@lru_cache(maxsize=1 << 14)
def _octets(key: bytes, *before: int) -> bytes:
    return bytes(shuffled(key, range(256), "octet", *before))


def _reserved(numbers: list[int]) -> int:
    """How many parts of an address say that it is private or of no single host; 0 for a public one."""
    first, second = numbers[0], numbers[1]
    if first in (0, 10, 127) or first >= 224:
        return 1
    if (first, second) in ((192, 168), (169, 254)) or (first == 172 and 16 <= second < 32):
        return 2
    return 2 if first == 100 and 64 <= second < 128 else 0


def _undone(text: str) -> str:
    """Signs written as %XX are told as letters would be: an escape must not hide a name."""
    if "%" not in text:
        return text
    shown = unquote(text, errors="replace")
    return "".join(char if char not in " \t\r\n" else "+" for char in shown)
