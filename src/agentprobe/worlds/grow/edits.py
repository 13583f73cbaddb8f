"""What goes wrong when a person's record is entered a second time: one operator a function.

The operators are those that record-linkage studies describe (Christen & Pudjijono, "Accurate synthetic
generation of realistic personal information", PAKDD 2009); how often each strikes comes from a shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from agentprobe.worlds.shape.nicknames import by_another_name

_LETTERS = "etaoinsrhldcumfpgwybvkxjqz"
_BESIDE = {
    "a": "sqz",
    "b": "vgn",
    "c": "xvd",
    "d": "sfe",
    "e": "wrd",
    "f": "dgr",
    "g": "fht",
    "h": "gjy",
    "i": "uok",
    "j": "hku",
    "k": "jli",
    "l": "kop",
    "m": "nj",
    "n": "bmh",
    "o": "ipl",
    "p": "ol",
    "q": "wa",
    "r": "etf",
    "s": "adw",
    "t": "ryg",
    "u": "yij",
    "v": "cbf",
    "w": "qes",
    "x": "zcs",
    "y": "tuh",
    "z": "xas",
}
_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("y", "ie"),
    ("ee", "ea"),
    ("c", "k"),
    ("s", "z"),
    ("ll", "l"),
    ("tt", "t"),
)


def substitute(word: str, bits: int) -> str:
    """Another letter, mostly one that lies beside it on the keyboard."""
    at = _inside(word, bits)
    old = word[at : at + 1].lower()
    if old.isdigit():
        return word[:at] + str((int(old) + 1 + (bits >> 24) % 9) % 10) + word[at + 1 :]
    choices = _instead(old, bool(bits >> 20 & 3))
    return word[:at] + _cased(choices[(bits >> 24) % len(choices)], word[at : at + 1]) + word[at + 1 :]


def insert(word: str, bits: int) -> str:
    """A letter too many: a doubled one, or any."""
    at = _inside(word, bits)
    more = word[at : at + 1].lower() if bits >> 20 & 1 and word else _LETTERS[(bits >> 24) % 12]
    if word[at : at + 1].isdigit():
        more = str((bits >> 24) % 10)
    return word[: at + 1] + more + word[at + 1 :]


def delete(word: str, bits: int) -> str:
    """A letter too few."""
    at = _inside(word, bits)
    return word[:at] + word[at + 1 :] if len(word) > 2 else word


def transpose(word: str, bits: int) -> str:
    """Two neighbours in the wrong order."""
    if len(word) < 3:
        return word
    at = (bits >> 8) % (len(word) - 2) + (1 if bits & 7 else 0)
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def twice(word: str, bits: int) -> str:
    """Two slips in one word."""
    return substitute(delete(word, bits >> 7) if bits & 1 else transpose(word, bits >> 7), bits >> 13)


def thrice(word: str, bits: int) -> str:
    """Three slips in one long word."""
    return substitute(twice(word, bits), bits >> 19)


def sound(word: str, bits: int) -> str:
    """Spelled as it is heard."""
    low = word.lower()
    for turn in range(len(_SOUNDS)):
        old, new = _SOUNDS[(bits + turn) % len(_SOUNDS)]
        at = low.find(old, 1)
        if at > 0:
            return word[:at] + new + word[at + len(old) :]
    return insert(word, bits)


def nickname(word: str, bits: int) -> str:
    """The short form, or the long one."""
    head, blank, rest = word.partition(" ")
    return by_another_name(head, bits) + blank + rest


def initial(word: str, bits: int) -> str:
    """Only the first letter of the first word."""
    head, blank, rest = word.partition(" ")
    return head[:1] + ("." if bits & 1 else "") + blank + rest


def case(word: str, bits: int) -> str:
    """In capitals, or without any."""
    return word.upper() if bits & 1 else word.lower()


def swap(word: str, bits: int) -> str:
    """Two words, or two parts of a date, in the wrong order."""
    for mark in ("-", "/", ".", ", ", " "):
        parts = word.split(mark)
        if len(parts) > 1:
            parts[-2:] = parts[:-3:-1] if len(parts) > 2 else parts[::-1]
            return mark.join(parts)
    return transpose(word, bits)


Operator = Callable[[str, int], str]
OPERATORS: dict[str, Operator] = {
    one.__name__: one
    for one in (substitute, insert, delete, transpose, twice, thrice, sound, nickname, initial, case, swap)
}
MOVED = "moved"
"""Not an edit of the value but another one: a new address, a name after a wedding."""


@lru_cache(maxsize=4096)
def _instead(old: str, beside: bool) -> str:
    """The letters that may stand in the place of one."""
    near = _BESIDE.get(old, "") if beside else _LETTERS[:12]
    return (near or _LETTERS[:12]).replace(old, "") or "e"


def _inside(word: str, bits: int) -> int:
    """A place in a word, the first letter seldom."""
    if len(word) < 2:
        return 0
    return 1 + (bits >> 8) % (len(word) - 1) if bits & 7 else 0


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter
