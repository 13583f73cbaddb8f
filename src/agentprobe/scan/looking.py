"""One file looked at by itself: its facts, what rules find in it alone, and what its comments allow."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from agentprobe.scan.allowing import Allowance, allowances
from agentprobe.scan.document import Document
from agentprobe.scan.documents import read_document
from agentprobe.scan.facts import Facts
from agentprobe.scan.files import Found, Kind
from agentprobe.scan.finding import Finding
from agentprobe.scan.gather import gathered
from agentprobe.scan.module import Module, parse_module
from agentprobe.scan.notebooks import notebook_module, without_fix
from agentprobe.scan.project import Skipped
from agentprobe.scan.rule import Rule, overridden
from agentprobe.scan.scripts.facts import ScriptFacts
from agentprobe.scan.scripts.gather import gathered as gathered_of_script
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.text import Text, Unreadable

LARGEST_SETTINGS = 400_000
"""Settings files above this are data."""
T = TypeVar("T")
_DATA = ("package-lock.json", "pnpm-lock.yaml", "composer.lock", "tsconfig.json")


def is_data(path: str) -> bool:
    """Is it a file that says nothing about agents; lock files are read by those who want versions?"""
    return path.endswith(".lock") or path.rpartition("/")[2] in _DATA


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that raised: our bug, said with the file that showed it."""

    rule: str
    path: str
    """"" where it looked at the whole project."""
    what: str


class Looked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one file gives by itself; it stays true until its bytes change."""

    facts: Facts | None = None
    script: ScriptFacts | None = None
    findings: tuple[Finding, ...] = ()
    allowed_by: tuple[Allowance, ...] = ()
    skipped: Skipped | None = None
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class Local:
    """The rules that look at files one by one."""

    in_module: tuple[tuple[Rule, tuple[bytes, ...]], ...]
    """With the words of which one must be there."""
    in_document: tuple[Rule, ...]
    in_script: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Local:
        """Those of some rules."""
        return cls(
            tuple(
                (rule, tuple(word.encode() for word in rule.triggers))
                for rule in rules
                if overridden(type(rule), "in_module")
            ),
            tuple(rule for rule in rules if overridden(type(rule), "in_document")),
            tuple(rule for rule in rules if overridden(type(rule), "in_script")),
        )


def dotted_name(path: str) -> str:
    """A file's dotted name from the root: `src/shop/agents/__init__.py` is `shop.agents`."""
    parts = path.removesuffix(".py").removesuffix(".ipynb").split("/")
    if parts[0] in ("src", "lib", "python") and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def opened(file: Found, raw: bytes) -> Module:
    """A Python file or a notebook, parsed; raises Unreadable."""
    if file.kind is Kind.NOTEBOOK:
        return notebook_module(file.path, raw, dotted_name(file.path))
    return parse_module(file.path, raw, dotted_name(file.path))


def look(file: Found, raw: bytes, local: Local, opening: Callable[[Found, bytes], Module] = opened) -> Looked:
    """Look at one Python file, notebook or script."""
    if file.kind is Kind.SCRIPT:
        return look_at_script(file, raw, local)
    try:
        module = opening(file, raw)
        facts = gathered(module)
    except Unreadable as error:
        return Looked(skipped=Skipped(path=file.path, why=str(error), line=error.line))
    except (RecursionError, MemoryError):
        return Looked(skipped=Skipped(path=file.path, why="it is nested too deeply to be read"))
    except Exception as error:  # noqa: BLE001 - one file of ours to mend must not hide all others
        why = "agentprobe has a bug that this file shows"
        skipped = Skipped(path=file.path, why=why)
        return Looked(skipped=skipped, broken=(_broken("(facts)", file.path, error),))
    findings, broken = _asked(
        file.path,
        [
            (rule, rule.in_module)
            for rule, words in local.in_module
            if not words or any(word in raw for word in words)
        ],
        module,
    )
    if file.kind is Kind.NOTEBOOK:
        findings = [without_fix(one) for one in findings]
    return Looked(
        facts=facts, findings=tuple(findings), allowed_by=allowances(module.text), broken=tuple(broken)
    )


def look_at_script(file: Found, raw: bytes, local: Local) -> Looked:
    """Look at one file of TypeScript or JavaScript."""
    try:
        script = Script(file.path, raw)
        facts = gathered_of_script(script)
    except Unreadable as error:
        return Looked(skipped=Skipped(path=file.path, why=str(error), line=error.line))
    except (RecursionError, MemoryError):
        return Looked(skipped=Skipped(path=file.path, why="it is nested too deeply to be read"))
    except Exception as error:  # noqa: BLE001 - as above
        skipped = Skipped(path=file.path, why="agentprobe has a bug that this file shows")
        return Looked(skipped=skipped, broken=(_broken("(facts)", file.path, error),))
    findings, broken = _asked(file.path, [(rule, rule.in_script) for rule in local.in_script], script)
    return Looked(
        script=facts,
        findings=tuple(findings),
        allowed_by=allowances(script.text),
        skipped=_partly(script),
        broken=tuple(broken),
    )


def _partly(script: Script) -> Skipped | None:
    """What of a script was not read, because its syntax is none that is known here."""
    lines = script.syntax.unread
    if not lines:
        return None
    (first, last), more = lines[0], len(lines) - 1
    told = f"line {first}" if first == last else f"lines {first} to {last}"
    why = f"its syntax is not understood in {told}{f' and {more} more places' if more else ''}"
    return Skipped(path=script.path, why=f"{why}; all else was scanned", line=first)


def look_at_document(
    file: Found, raw: bytes, local: Local, *, is_agent: bool = False
) -> tuple[Document | None, Looked]:
    """Look at one settings file, or at the front matter of a prompt."""
    try:
        document = read_document(file.path, raw)
    except Unreadable as error:
        return None, Looked(skipped=Skipped(path=file.path, why=str(error), line=error.line))
    except (RecursionError, MemoryError):
        return None, Looked(skipped=Skipped(path=file.path, why="it is nested too deeply to be read"))
    except Exception as error:  # noqa: BLE001 - as above
        return None, Looked(broken=(_broken("(settings)", file.path, error),))
    if document is None:
        return None, Looked()
    if is_agent and not document.kind:
        document = replace(document, kind="agent-config")
    findings, broken = _asked(file.path, [(rule, rule.in_document) for rule in local.in_document], document)
    try:
        comments = allowances(Text(file.path, raw))
    except Unreadable:
        comments = ()
    return document, Looked(findings=tuple(findings), allowed_by=comments, broken=tuple(broken))


def _asked(
    path: str, asked: Sequence[tuple[Rule, Callable[[Any], Iterable[Finding]]]], subject: Any
) -> tuple[list[Finding], list[Broken]]:
    findings: list[Finding] = []
    broken: list[Broken] = []
    for rule, question in asked:
        try:
            findings += question(subject)
        except Exception as error:  # noqa: BLE001 - a rule of ours to mend must not hide what others find
            broken.append(_broken(rule.name, path, error))
    return findings, broken


def asked_of_project(name: str, answer: Callable[[], Iterable[T]]) -> tuple[list[T], list[Broken]]:
    """What a rule says of the whole project."""
    try:
        return list(answer()), []
    except Exception as error:  # noqa: BLE001 - as above
        return [], [_broken(name, "", error)]


def _broken(rule: str, path: str, error: BaseException) -> Broken:
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({Path(last[0].filename).name}:{last[0].lineno})" if last else ""
    return Broken(rule=rule, path=path, what=f"{type(error).__name__}: {str(error)[:200]}{where}")
