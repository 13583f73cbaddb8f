"""Was a model told what the lock says? What a run really said, compared with the prompts under lock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.scan.finding import Place
from agentprobe.scan.prompts.drift import text_diff
from agentprobe.scan.prompts.lock import SEEN, Entry, Lock
from agentprobe.scan.prompts.prompt import Prompt, evened, literal_size, pieces_of
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.stand_ins import STAND_INS
from agentprobe.trace.view import Trace

_LEAST = 25
"""So many characters of a prompt must be fixed before it can be recognised within a longer text."""
_ALIKE = 0.4
"""From this share of common lines or words on a text is taken for a changed version of a prompt."""
_STAND_IN = re.compile(STAND_INS.pattern.decode())


class Match(StrEnum):
    """How what was said stands to the lock."""

    LOCKED = "locked"
    """It is a prompt under lock, its holes filled."""
    WITHIN = "within"
    """It holds prompts under lock, and other text beside them."""
    CHANGED = "changed"
    """It is like a prompt under lock, and not it."""
    UNKNOWN = "unknown"
    """No prompt under lock is like it."""


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One text that a model was told, and what the lock says about it."""

    digest: str
    match: Match
    ids: tuple[str, ...] = ()
    """The prompts under lock that it is, holds or is like."""
    calls: tuple[int, ...] = ()
    """The model calls that were told it, by their number in the trace."""
    begins: str = ""
    beside: float = 0.0
    """The share of it that no prompt under lock accounts for."""
    diff: tuple[str, ...] = ()


def compared(lock: Lock, text: str) -> Said:
    """What the lock says about a system prompt that a model is told: for guards, before a call goes out."""
    text = evened(text)
    told = Said(digest=digest(text), match=Match.UNKNOWN, begins=" ".join(text.split())[:80])
    for entry in lock.entries:
        if entry.digest == told.digest or _fills(entry.text, text):
            return msgspec.structs.replace(told, match=Match.LOCKED, ids=(entry.id,))
    held = [entry for entry in lock.entries if _held(entry.text, text)]
    if held:
        left = max(1 - sum(literal_size(one.text) for one in _outermost(held)) / _size(text), 0.0)
        return msgspec.structs.replace(
            told, match=Match.WITHIN, ids=tuple(one.id for one in held), beside=round(left, 3)
        )
    near = _nearest(lock.entries, text)
    if near is None:
        return told
    return msgspec.structs.replace(
        told, match=Match.CHANGED, ids=(near.id,), diff=text_diff(_as_filled(near.text, text), text)
    )


def said_in(lock: Lock, trace: Trace) -> tuple[Said, ...]:
    """What a recorded run told its models, each text once, in the order of the calls."""
    found: dict[str, list[int]] = {}
    for turn in trace.turns:
        system = _system(turn)
        if system:
            found.setdefault(system, []).append(turn.number)
    return tuple(
        msgspec.structs.replace(compared(lock, text), calls=tuple(calls)) for text, calls in found.items()
    )


def seen_only(lock: Lock, traces: Iterable[Trace]) -> tuple[Prompt, ...]:
    """The system prompts of recorded runs that no prompt under lock is like, to be locked themselves."""
    found: dict[str, Prompt] = {}
    for trace in traces:
        for turn in trace.turns:
            text = evened(_system(turn))
            name = SEEN + "-".join(re.findall(r"\w+", text.lower())[:6])
            if text and name not in found and compared(lock, text).match is Match.UNKNOWN:
                found[name] = Prompt(id=name, text=text, role="system", place=Place(path=str(trace.path)))
    return tuple(found.values())


def _system(turn: Turn) -> str:
    return turn.request.system if turn.request is not None else ""


def _size(text: str) -> int:
    return max(len("".join(text.split())), 1)


def _pieces(template: str) -> list[str]:
    """The fixed parts of a template; what stands for secrets is a hole too."""
    parts = (part for piece in pieces_of(template) for part in _STAND_IN.sub("\0", piece).split("\0"))
    return [part.strip() for part in parts]


def _fills(template: str, text: str) -> bool:
    """Is a text this template with its holes filled? White space at its ends does not count."""
    text = text.strip()
    pieces = _pieces(template.strip())
    first, last = pieces[0], pieces[-1]
    if sum(map(len, pieces)) < _LEAST or len(pieces) == 1:
        return template.strip() == text
    if not text.startswith(first) or not text.endswith(last) or len(first) + len(last) > len(text):
        return False
    return _follow(pieces[1:-1], text[len(first) : len(text) - len(last) if last else len(text)])


def _held(template: str, text: str) -> bool:
    """Is a template a part of a text?"""
    return literal_size(template) >= _LEAST and _follow(_pieces(template), text)


def _follow(pieces: Iterable[str], text: str) -> bool:
    """Do these parts stand in a text one after the other?"""
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def _as_filled(template: str, text: str) -> str:
    """A template with its lines filled as the text fills them, so that a diff shows only what was changed."""
    lines = text.split("\n")
    return "\n".join(
        next((one for one in lines if _fills_line(line, one)), line) for line in template.split("\n")
    )


def _fills_line(template: str, line: str) -> bool:
    pieces = [piece for piece in _pieces(template.strip()) if piece]
    fixed = sum(map(len, pieces))
    return "{" in template and fixed * 2 >= len(template) and _follow(pieces, line)


def _outermost(held: list[Entry]) -> list[Entry]:
    """Without those that are parts of others, which would be counted twice."""
    distinct = {one.text: one for one in held}.values()
    return [
        one for one in distinct if not any(other is not one and one.text in other.text for other in distinct)
    ]


def _nearest(entries: Iterable[Entry], text: str) -> Entry | None:
    """The prompt most like a text by the words they share; None where none is alike."""
    words = frozenset(text.split())
    best, found = _ALIKE, None
    for entry in entries:
        theirs = frozenset(entry.text.split())
        share = len(words & theirs) / max(len(words | theirs), 1)
        if share > best:
            best, found = share, entry
    return found
