"""`agentprobe.lock`: the prompts of a project as they were reviewed, text and all.

It is TOML, one table a prompt in the order of their names and one line of text a line of the file, so that
two branches merge and a review shows what changed. Lines of code are left out: they move for other reasons.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.files import write_whole
from agentprobe.errors import ConfigError
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.trace.redact import Redaction

NAME = "agentprobe.lock"
FORMAT = 1
SEEN = "seen:"
"""How the names of prompts begin that stand in no file and were seen in recorded runs."""
_HEAD = f"""# The prompts of this project as reviewed. Made by `agentprobe prompts lock`; do not edit.
format = {FORMAT}
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One prompt under lock."""

    id: str
    digest: str
    text: str
    """Without secrets."""
    role: str = "unknown"
    variables: tuple[str, ...] = ()
    was: str = ""
    """The digest that it had in the lock before; "" for one that is new."""
    reviewed_by: str = ""
    """Who has looked at the change from `was` to `digest`; "" where nobody has said so."""
    reviewed_on: str = ""
    reason: str = ""


class Lock(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All prompts under lock."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """The entries by their names."""
        return {one.id: one for one in self.entries}

    def reviewed(self, id: str, old: str, new: str) -> Entry | None:
        """The entry that says that somebody has reviewed this change of a prompt."""
        entry = self.by_id.get(id)
        if entry is None or not entry.reviewed_by or entry.digest != new:
            return None
        return entry if entry.was in ("", old) or old == new else None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Who has looked at changed prompts, when, and why they are right."""

    by: str
    on: str
    reason: str


def locked(
    prompts: Iterable[Prompt],
    before: Lock,
    *,
    review: Review | None = None,
    redaction: Redaction | None = None,
) -> Lock:
    """The lock of these prompts; what has not changed keeps its review, what has gets the new one or none.

    Prompts that stand in no file stay as they were, since no look at files can miss them.
    """
    redaction = redaction or Redaction()
    found = [_entry(one, before.by_id.get(one.id), review, redaction) for one in prompts]
    names = {one.id for one in found}
    found += [one for one in before.entries if one.id.startswith(SEEN) and one.id not in names]
    return Lock(entries=tuple(sorted(found, key=lambda one: one.id)))


def _entry(prompt: Prompt, old: Entry | None, review: Review | None, redaction: Redaction) -> Entry:
    fresh = Entry(
        id=prompt.id,
        digest=prompt.digest,
        text=without_secrets(prompt.text, redaction),
        role=prompt.role,
        variables=prompt.variables,
    )
    if old is not None and old.digest == fresh.digest and (review is None or old.reviewed_by or not old.was):
        return msgspec.structs.replace(
            fresh, was=old.was, reviewed_by=old.reviewed_by, reviewed_on=old.reviewed_on, reason=old.reason
        )
    was = "" if old is None else old.was if old.digest == fresh.digest else old.digest
    if review is None:
        return msgspec.structs.replace(fresh, was=was)
    return msgspec.structs.replace(
        fresh, was=was, reviewed_by=review.by, reviewed_on=review.on, reason=review.reason
    )


def without_secrets(text: str, redaction: Redaction) -> str:
    """A prompt's text as the lock keeps it, with words in the place of secrets as in traces."""
    return redaction.clean(text.encode("utf-8", "backslashreplace")).decode("utf-8", "replace")


def read_lock(path: Path) -> Lock:
    """A lock file; raises ConfigError where it is none or was written by a later version."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _decoded(data, path)
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}; `agentprobe prompts lock` writes it") from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, TypeError) as error:
        said = f"{path} is no lock of prompts: {error}"
        raise ConfigError(f"{said}; solve what a merge has left, or write it anew") from error


def _decoded(data: dict[str, Any], path: Path) -> Lock:
    if data.get("format") != FORMAT:
        raise ConfigError(
            f"{path} has format {data.get('format')!r}; this version reads {FORMAT}: update agentprobe"
        )
    tables = [{**one, "text": "\n".join(one.get("text", ()))} for one in data.get("prompt", ())]
    return Lock(entries=msgspec.convert(tables, tuple[Entry, ...]))


def write_lock(path: Path, lock: Lock) -> None:
    """Write a lock, whole or not at all."""
    write_whole(path, as_toml(lock))


def as_toml(lock: Lock) -> str:
    """A lock as its file says it."""
    return _HEAD + "".join(map(_table, lock.entries))


def _table(entry: Entry) -> str:
    lines = ["", "[[prompt]]", f"id = {_quoted(entry.id)}", f"digest = {_quoted(entry.digest)}"]
    lines.append(f"role = {_quoted(entry.role)}")
    if entry.variables:
        lines.append(f"variables = [{', '.join(map(_quoted, entry.variables))}]")
    review = ("was", "reviewed_by", "reviewed_on", "reason")
    lines += [f"{name} = {_quoted(its)}" for name in review if (its := getattr(entry, name))]
    lines += ["text = [", *(f"  {_quoted(line)}," for line in entry.text.split("\n")), "]", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    safe = text.encode("utf-8", "backslashreplace").decode()
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")
