"""A prompt is not the one that agentprobe.lock says was reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.scan.finding import Edit, Finding, Fix, Place
from agentprobe.scan.project import Project
from agentprobe.scan.prompts.drift import Change, Drifted, drifted
from agentprobe.scan.prompts.lock import NAME, Lock, as_toml, locked, read_lock
from agentprobe.scan.prompts.project_prompts import prompts_of
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier


class PromptLockMismatch(Rule):
    """A prompt has changed since it was locked, or is not under the project's lock.

    Finds: in a project with an `agentprobe.lock`: prompts whose text has another digest than in the lock,
    that are new, or gone. A lock that cannot be read is found too.

    Breaks: a prompt is code that no compiler reads. An edit that nobody has reviewed goes to production with
    the next deploy, and when the agent behaves otherwise, nobody thinks of it.

    Example:

        # agentprobe.lock
        format = 1

        [[prompt]]
        id = "agent.py#SYSTEM_PROMPT"
        digest = "5f0c8e1dfb6f2a7b9c3d4e5f60718293"
        text = ["You are the desk of a shop. Ask a person before you refund more than 50 euros."]

        # agent.py
        SYSTEM_PROMPT = "You are the desk of a shop. Ask a person before you refund more than 500 euros."

    Instead:

        # agent.py
        SYSTEM_PROMPT = "You are the desk of a shop. Ask a person before you refund more than 50 euros."

    False alarms: prompts of tests are not looked at. Ends of lines do not count.
    """

    code = "PRM007"
    severity = Severity.HIGH
    mode = Mode.PROMPT_DRIFT
    item = Item.PROMPT_LOCK
    fixes = "safe"

    def in_project(self, project: Project) -> Iterable[Finding]:
        path = project.root / NAME
        if not path.is_file():
            return
        try:
            raw, lock = path.read_bytes(), read_lock(path)
        except (ConfigError, OSError) as error:
            yield self.found(Place(path=NAME), str(error), tier=Tier.PROVED, subject="lock")
            return
        prompts = prompts_of(project)
        changes = [one for one in drifted(lock, prompts) if _is_told(project, one)]
        fix = _written(raw, lock, prompts, changes) if changes else None
        places = {one.id: one.place for one in prompts}
        for one in changes:
            yield self._told(one, places, _in_lock(raw, one.was_id or one.id), fix)

    def _told(self, one: Drifted, places: dict[str, Place], entry: Place, fix: Fix | None) -> Finding:
        milder = one.change in (Change.GONE, Change.MOVED)
        return self.found(
            places.get(one.id, entry),
            f"{_SAID[one.change]}: '{one.id}'",
            tier=Tier.PROVED,
            severity=Severity.LOW
            if milder
            else Severity.HIGH
            if one.change is Change.CHANGED
            else Severity.MEDIUM,
            subject=one.id,
            consequence="an agent that nobody has reviewed goes out with the next deploy",
            advice="see `agentprobe prompts check`; if it is meant: `agentprobe prompts lock`",
            related=(entry,),
            fix=fix,
        )


_SAID = {
    Change.CHANGED: "the prompt is not the one under lock",
    Change.NEW: "the prompt is not under lock",
    Change.GONE: "the prompt under lock is gone",
    Change.MOVED: "the prompt has another name than under lock",
}


def _is_told(project: Project, one: Drifted) -> bool:
    """A prompt is gone if its file was scanned, or is gone too; others may not have been asked for."""
    if one.change is not Change.GONE:
        return True
    path = one.id.partition("#")[0].partition("~")[0]
    scanned = path in project.facts or any(prompt.place.path == path for prompt in project.prompts)
    return scanned or not (project.root / path).exists()


def _in_lock(raw: bytes, id: str) -> Place:
    """The line of a prompt's entry in the lock."""
    at = raw.find(f"id = {msgspec.json.encode(id).decode()}".encode())
    return Place(path=NAME, line=raw[: max(at, 0)].count(b"\n") + 1)


def _written(raw: bytes, lock: Lock, prompts: Sequence[Prompt], changes: Sequence[Drifted]) -> Fix:
    """The lock with these changes in it, and no review of them: that stays to be done by a person."""
    touched = {one.id for one in changes} | {one.was_id for one in changes}
    kept = [entry for entry in lock.entries if entry.id not in touched]
    fresh = locked([one for one in prompts if one.id in touched], lock).entries
    now = Lock(entries=tuple(sorted([*kept, *fresh], key=lambda one: one.id)))
    edit = Edit(path=NAME, start=0, end=len(raw), text=as_toml(now))
    return Fix(what="write the prompts as they are into agentprobe.lock", edits=(edit,), safe=True)
