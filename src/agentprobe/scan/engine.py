"""One scan: files read, rules asked, findings in order, and what was not scanned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.scan.allowing import Allowance, Notice, sorted_by
from agentprobe.scan.cache import Cache, digest_of_bytes, packed, unpacked
from agentprobe.scan.document import Document
from agentprobe.scan.facts import PromptText
from agentprobe.scan.files import Found, Kind, files_in, is_text, kind_of
from agentprobe.scan.finding import Finding, Met
from agentprobe.scan.looking import (
    LARGEST_SETTINGS,
    Broken,
    Local,
    Looked,
    asked_of_project,
    dotted_name,
    is_data,
    look,
    look_at_document,
    opened,
)
from agentprobe.scan.mending.later import with_fixes
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project, Skipped
from agentprobe.scan.prompts.in_files import prompts_in_file
from agentprobe.scan.reading import read_bytes
from agentprobe.scan.relevant import FEW, Words, is_agents, near, words_of
from agentprobe.scan.rule import RULES, Rule, overridden
from agentprobe.scan.scripts.words import speaks_of_agents
from agentprobe.scan.second_look import second_look
from agentprobe.scan.side_by_side import collecting_rarely, looked_at, processes
from agentprobe.scan.text import LARGEST_BYTES, Unreadable

_CODE = (Kind.PYTHON, Kind.NOTEBOOK, Kind.SCRIPT)
_SETTINGS = (Kind.DOCUMENT, Kind.PROMPT)
_READ = frozenset((*_CODE, *_SETTINGS))
_MOST_MODULES = 400
"""So many parsed files a session keeps."""
_FEW_CHANGED = 8
"""Of so many new files the trees are kept: those that look across files ask for them next."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What a scan has to say."""

    findings: tuple[Finding, ...]
    met: tuple[Met, ...]
    skipped: tuple[Skipped, ...]
    files: int
    """How many files were there to scan, those that were skipped too."""
    project: Project
    allowed: tuple[tuple[Finding, str], ...] = ()
    """What comments in the code allow, with their reasons."""
    notices: tuple[Notice, ...] = ()
    broken: tuple[Broken, ...] = ()
    """Rules of ours that failed."""
    by_words: int = 0
    """How many files of a large tree have no words of an agent, and nothing to do with files that have."""


@dataclass(kw_only=True)
class Session:
    """Scans of one project, one after the other; what has not changed is not looked at again."""

    root: Path
    rules: Sequence[Rule]
    exclude: tuple[str, ...] = ()
    cache: Path | None = None
    """The file in which what was found is kept between processes."""
    workers: int = 0
    """Processes side by side; 0: as many as can run here."""
    few: int = FEW
    """Up to so many Python files all are parsed."""
    agent_file: Path | None = None
    """A file that holds an agent's settings, whatever it is called."""
    clock: Clock = field(default_factory=RealClock)
    overlays: dict[str, bytes] = field(default_factory=dict)
    """Texts that are not saved yet, by path, as an editor has them."""
    _stats: dict[str, tuple[tuple[int, int, int], bytes]] = field(default_factory=dict, repr=False)
    _words: dict[str, tuple[bytes, Words]] = field(default_factory=dict, repr=False)
    _mute: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Scripts without a word of agents, which nobody parses."""
    _looked: dict[str, tuple[bytes, Looked]] = field(default_factory=dict, repr=False)
    _documents: dict[str, tuple[bytes, Document | None, Looked]] = field(default_factory=dict, repr=False)
    _modules: dict[str, tuple[bytes, Module]] = field(default_factory=dict, repr=False)
    _told: dict[str, tuple[bytes, tuple[PromptText, ...]]] = field(default_factory=dict, repr=False)
    _near: tuple[dict[str, Words], frozenset[str], frozenset[str]] | None = field(default=None, repr=False)
    """What lay near which agents' files when the words were these."""
    _lasting: dict[str, Any] = field(default_factory=dict, repr=False)
    _kept: Cache | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._local = Local.of(self.rules)

    def scan(self, paths: Sequence[Path] = ()) -> Scanned:
        """Scan the files under some paths; all of the project where none are named."""
        with collecting_rarely():
            return self._scanned(paths)

    def _scanned(self, paths: Sequence[Path]) -> Scanned:
        if self._kept is None:
            self._kept = Cache.opened(self.cache, tuple(rule.code for rule in self.rules))
        every = [*files_in(self.root, paths or [self.root], self.exclude), *self._unsaved(paths)]
        found = [file for file in every if file.kind in _READ]
        files = [file for file in found if is_text(file.path)]
        skipped = [
            Skipped(path=_sayable(file.path), why="its name is not UTF-8")
            for file in found
            if not is_text(file.path)
        ]
        digests = self._digests(files, skipped)
        code = [file for file in files if file.kind in _CODE and file.path in digests]
        looked = self._code(code, digests)
        settled = [file for file in files if file.kind in _SETTINGS and file.path in digests]
        documents, told = self._read(settled, digests)
        self._kept.close(frozenset(file.path for file in files))
        prompts = [prompt for file in settled for prompt in self._prompts(file, digests[file.path])]
        return self._judged(
            [*looked, *told],
            documents,
            prompts,
            skipped=skipped,
            files=len(found),
            by_words=len(code) - len(looked),
        )

    # Reading

    def _digests(self, files: Sequence[Found], skipped: list[Skipped]) -> dict[str, bytes]:
        """What each readable file's bytes are known by."""
        found: dict[str, bytes] = {}
        for file in files:
            if is_data(file.path):
                continue
            try:
                found[file.path] = self._digest(file)
            except Unreadable as error:
                skipped.append(Skipped(path=file.path, why=str(error)))
        return found

    def _digest(self, file: Found) -> bytes:
        at = self._stamp(file.path)
        known = self._stats.get(file.path)
        if known is not None and at is not None and known[0] == at:
            return known[1]
        raw = self._bytes(file)
        digest = digest_of_bytes(raw)
        if at is not None:
            self._stats[file.path] = at, digest
        else:
            self._stats.pop(file.path, None)
        if file.kind is Kind.SCRIPT and not speaks_of_agents(raw):
            self._mute[file.path] = digest
        if file.kind is Kind.PYTHON:
            dotted = dotted_name(file.path)
            words = words_of(raw, dotted, file.path.endswith("__init__.py"))
            self._words[file.path] = digest, words
        return digest

    def _stamp(self, path: str) -> tuple[int, int, int] | None:
        if path in self.overlays:
            return None
        try:
            told = (self.root / path).stat()
        except (OSError, ValueError):
            return None
        return told.st_mtime_ns, told.st_size, told.st_ino

    def _unsaved(self, paths: Sequence[Path]) -> list[Found]:
        """Texts of an editor that are no files yet; none where only some paths are asked for."""
        new = [path for path in self.overlays if not paths and not (self.root / path).exists()]
        return [Found(path=path, kind=kind) for path in sorted(new) if (kind := kind_of(path)) is not None]

    def _bytes(self, file: Found) -> bytes:
        if file.path in self.overlays:
            return self.overlays[file.path]
        most = LARGEST_SETTINGS if file.kind in _SETTINGS else LARGEST_BYTES
        return read_bytes(self.root / file.path, most)

    def text(self, path: str) -> bytes:
        """A file's bytes, or those that an editor has of it; raises Unreadable."""
        return self.overlays[path] if path in self.overlays else read_bytes(self.root / path)

    # Looking

    def _code(self, code: Sequence[Found], digests: Mapping[str, bytes]) -> list[Looked]:
        """What the files give; in a very large tree those that speak of models, and what is near agents."""
        words = {file.path: self._words[file.path][1] for file in code if file.kind is Kind.PYTHON}
        large = len(words) > self.few
        first = frozenset(path for path, one in words.items() if one.speaks or not large)
        heard = [file for file in code if self._mute.get(file.path) != digests[file.path]]
        found = self._look([file for file in heard if file.path in first or file.path not in words], digests)
        if large:
            agents = frozenset(path for path, one in found.items() if one.facts and is_agents(one.facts))
            around = self._around(words, agents) - first
            found |= self._look([file for file in heard if file.path in around], digests)
        return [found[file.path] for file in code if file.path in found]

    def _around(self, words: dict[str, Words], agents: frozenset[str]) -> frozenset[str]:
        if self._near is None or self._near[:2] != (words, agents):
            dotted = {path: dotted_name(path) for path in words}
            self._near = words, agents, near(words, dotted, agents)
        return self._near[2]

    def _look(self, files: Sequence[Found], digests: Mapping[str, bytes]) -> dict[str, Looked]:
        """What each file gives by itself: known, kept, or looked up now."""
        assert self._kept is not None
        found: dict[str, Looked] = {}
        fresh: list[Found] = []
        for file in files:
            known = self._looked.get(file.path)
            kept = self._kept.get(file.path, digests[file.path])
            if known is not None and known[0] == digests[file.path]:
                found[file.path] = known[1]
            elif kept is not None and (looked := _unpacked(kept)) is not None:
                found[file.path] = looked
            else:
                fresh.append(file)
        workers = self.workers or processes()
        work = partial(_work, self, keep=len(fresh) <= _FEW_CHANGED)
        for file, raw in looked_at(fresh, work, workers):
            found[file.path] = self._settled(file, raw, digests[file.path])
        for path, looked in found.items():
            self._looked[path] = digests[path], looked
        return found

    def _settled(self, file: Found, raw: bytes | None, digest: bytes) -> Looked:
        assert self._kept is not None
        if raw is None:
            why = "the process that looked at it died"
            return Looked(skipped=Skipped(path=file.path, why=why), broken=(_died(file.path),))
        if not raw:  # something in it cannot be written down: it is looked at here, each time
            return look(file, self._bytes(file), self._local)
        looked = unpacked(raw)
        if not looked.broken and file.path not in self.overlays:
            self._kept.put(file.path, digest, raw)
        return looked

    def _read(
        self, files: Sequence[Found], digests: Mapping[str, bytes]
    ) -> tuple[list[Document], list[Looked]]:
        documents: list[Document] = []
        told: list[Looked] = []
        for file in files:
            digest = digests[file.path]
            known = self._documents.get(file.path)
            if known is None or known[0] != digest:
                is_agent = self.agent_file is not None and self.root / file.path == self.agent_file
                known = digest, *look_at_document(file, self._bytes(file), self._local, is_agent=is_agent)
                self._documents[file.path] = known
            if known[1] is not None:
                documents.append(known[1])
            told.append(known[2])
        return documents, told

    def _prompts(self, file: Found, digest: bytes) -> tuple[PromptText, ...]:
        if file.kind is not Kind.PROMPT:
            return ()
        known = self._told.get(file.path)
        if known is None or known[0] != digest:
            try:
                known = digest, prompts_in_file(file.path, self._bytes(file))
            except (Unreadable, RecursionError):
                known = digest, ()
            self._told[file.path] = known
        return known[1]

    # Judging

    def _judged(
        self,
        looked: Sequence[Looked],
        documents: Sequence[Document],
        prompts: Sequence[PromptText],
        *,
        skipped: Sequence[Skipped],
        files: int,
        by_words: int,
    ) -> Scanned:
        project = Project(
            root=self.root,
            facts={one.facts.path: one.facts for one in looked if one.facts is not None},
            scripts={one.script.path: one.script for one in looked if one.script is not None},
            documents=documents,
            prompts=prompts,
            open_module=partial(_open, self),
            clock=self.clock,
            lasting=self._lasting,
        )
        findings = [finding for one in looked for finding in one.findings]
        broken = [bug for one in looked for bug in one.broken]
        again, bugs = asked_of_project(
            "(second look)",
            lambda: second_look(project, [rule for rule, _ in self._local.in_module]),
        )
        findings += again
        broken += bugs
        met: list[Met] = []
        for rule in self.rules:
            found, bugs = asked_of_project(rule.name, partial(rule.in_project, project))
            findings += found
            broken += bugs
            if overridden(type(rule), "met"):
                did, bugs = asked_of_project(rule.name, partial(rule.met, project))
                met += did
                broken += bugs
        findings, bugs = with_fixes(project, self.rules, findings)
        broken += bugs
        comments: list[Allowance] = [comment for one in looked for comment in one.allowed_by]
        heard = sorted_by(comments, _in_order(findings), _known())
        unread = [one.skipped for one in looked if one.skipped is not None]
        return Scanned(
            findings=heard.findings,
            met=tuple(met),
            skipped=tuple(sorted([*skipped, *unread], key=lambda one: one.path)),
            files=files,
            project=project,
            allowed=heard.allowed,
            notices=heard.notices,
            broken=tuple(broken),
            by_words=by_words,
        )


def scan(
    root: Path,
    paths: Sequence[Path] = (),
    rules: Iterable[Rule] | None = None,
    *,
    exclude: Iterable[str] = (),
    cache: Path | None = None,
    workers: int = 0,
) -> Scanned:
    """Scan the files under some paths of a project, all of it where none are named; nothing of it is run."""
    chosen = list(rules) if rules is not None else [rule() for rule in RULES]
    session = Session(root=root, rules=chosen, exclude=tuple(exclude), cache=cache, workers=workers)
    return session.scan(paths)


def _work(session: Session, file: Found, *, keep: bool) -> bytes:
    try:
        raw = session._bytes(file)
    except Unreadable as error:  # it was there a moment ago
        return packed(Looked(skipped=Skipped(path=file.path, why=str(error))))
    return packed(look(file, raw, session._local, partial(_parsed, session) if keep else opened))


def _open(session: Session, path: str) -> Module:
    """A file of the session, parsed; what others have worked out about it in an earlier scan is forgotten."""
    kind = Kind.NOTEBOOK if path.endswith(".ipynb") else Kind.PYTHON
    module = _parsed(session, Found(path=path, kind=kind), session.text(path))
    module.kept.clear()
    return module


def _parsed(session: Session, file: Found, raw: bytes) -> Module:
    digest = digest_of_bytes(raw)
    known = session._modules.pop(file.path, None)
    module = known[1] if known is not None and known[0] == digest else opened(file, raw)
    while len(session._modules) >= _MOST_MODULES:
        session._modules.pop(next(iter(session._modules)))
    session._modules[file.path] = digest, module
    return module


def _unpacked(raw: bytes) -> Looked | None:
    try:
        return unpacked(raw)
    except msgspec.DecodeError:
        return None


def _sayable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _died(path: str) -> Broken:
    return Broken(rule="(process)", path=path, what="a process died while it looked at this file")


def _known() -> frozenset[str]:
    return frozenset(word for rule in RULES for word in (rule.name, rule.code))


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, by file and place."""
    first = {(one.code, one.place, one.message, one.subject): one for one in findings}
    return sorted(
        first.values(),
        key=lambda one: (one.place.path, one.place.cell, one.place.line, one.place.column, one.code),
    )
