"""What has become of the prompts since they were locked: changed, new, gone, moved."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff
from enum import StrEnum

import msgspec

from agentprobe.scan.prompts.lock import SEEN, Entry, Lock, without_secrets
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.trace.redact import Redaction

MOST_LINES = 400
"""So many lines of a diff are told."""


class Change(StrEnum):
    """What can become of a prompt."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    """The same text has another name now."""


class Drifted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One prompt that is not as the lock says."""

    change: Change
    id: str
    old: str = ""
    """The digest under lock."""
    new: str = ""
    """The digest now."""
    line: int = 0
    """Where it stands now, for those that are there."""
    was_id: str = ""
    """Of one that has moved: its name under lock."""
    diff: tuple[str, ...] = ()
    variables_gone: tuple[str, ...] = ()
    variables_new: tuple[str, ...] = ()


def drifted(lock: Lock, prompts: Iterable[Prompt], redaction: Redaction | None = None) -> tuple[Drifted, ...]:
    """All that is not as the lock says, in the order of the names."""
    redaction = redaction or Redaction()
    now = {one.id: one for one in prompts}
    gone = {one.id: one for one in lock.entries if one.id not in now and not one.id.startswith(SEEN)}
    by_digest = {one.digest: one for one in gone.values()}
    found: list[Drifted] = []
    for one in now.values():
        entry = lock.by_id.get(one.id)
        if entry is None:
            moved = by_digest.pop(one.digest, None)
            if moved is not None:
                del gone[moved.id]
            found.append(_new(one, moved))
        elif entry.digest != one.digest:
            found.append(_changed(entry, one, redaction))
    found += [Drifted(change=Change.GONE, id=one.id, old=one.digest) for one in gone.values()]
    return tuple(sorted(found, key=lambda one: one.id))


def _new(prompt: Prompt, moved: Entry | None) -> Drifted:
    return Drifted(
        change=Change.NEW if moved is None else Change.MOVED,
        id=prompt.id,
        old=moved.digest if moved is not None else "",
        new=prompt.digest,
        line=prompt.place.line,
        was_id=moved.id if moved is not None else "",
    )


def _changed(entry: Entry, prompt: Prompt, redaction: Redaction) -> Drifted:
    return Drifted(
        change=Change.CHANGED,
        id=prompt.id,
        old=entry.digest,
        new=prompt.digest,
        line=prompt.place.line,
        diff=text_diff(entry.text, without_secrets(prompt.text, redaction)),
        variables_gone=tuple(name for name in entry.variables if name not in prompt.variables),
        variables_new=tuple(name for name in prompt.variables if name not in entry.variables),
    )


def text_diff(old: str, new: str) -> tuple[str, ...]:
    """Two texts line by line, without the head that names files."""
    lines = list(unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=2))
    told = lines[2:]  # behind the names of the files
    return tuple(told[:MOST_LINES])
