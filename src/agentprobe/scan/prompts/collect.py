"""All prompts of a project, each with a name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentprobe.scan.documents import read_document
from agentprobe.scan.facts import PromptText
from agentprobe.scan.files import Found, Kind, files_in
from agentprobe.scan.module import parse_module
from agentprobe.scan.notebooks import notebook_module
from agentprobe.scan.prompt_texts import may_hold_prompts, prompt_texts
from agentprobe.scan.prompts.in_documents import prompts_in_document
from agentprobe.scan.prompts.in_files import prompts_in_file
from agentprobe.scan.prompts.prompt import Prompt, evened
from agentprobe.scan.purpose import is_test
from agentprobe.scan.text import LARGEST_BYTES, Unreadable

_DOCUMENT_HINTS = (b"prompt", b"system", b"instruction", b"persona", b"backstory", b"goal", b"template",
                   b"Prompt", b"expected_output")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What was found, and which files could not be read."""

    prompts: tuple[Prompt, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """Each with its path and why."""


def collect(root: Path, paths: Sequence[Path] = ()) -> Collected:
    """The prompts under some paths of a project (all of it where none are named); tests have none."""
    texts: list[PromptText] = []
    skipped: list[tuple[str, str]] = []
    for file in files_in(root, paths or [root]):
        if is_test(file.path):
            continue
        try:
            texts += prompts_of_file(file, _raw(root / file.path))
        except Unreadable as error:
            skipped.append((file.path, str(error)))
        except OSError as error:
            skipped.append((file.path, f"it cannot be read: {error.strerror}"))
    return Collected(prompts=tuple(named(texts)), skipped=tuple(skipped))


def _raw(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_BYTES:
        raise Unreadable(f"it has more than {LARGEST_BYTES:,} bytes")
    return path.read_bytes()


def prompts_of_file(file: Found, raw: bytes) -> tuple[PromptText, ...]:
    """The prompts of one file; raises Unreadable."""
    if file.kind is Kind.PROMPT:
        return prompts_in_file(file.path, raw)
    if file.kind is Kind.DOCUMENT:
        document = read_document(file.path, raw) if _any(_DOCUMENT_HINTS, raw) else None
        return prompts_in_document(document) if document is not None else ()
    if file.kind not in (Kind.PYTHON, Kind.NOTEBOOK) or not may_hold_prompts(raw):
        return ()
    read = parse_module if file.kind is Kind.PYTHON else notebook_module
    return prompt_texts(read(file.path, raw, ""))


def _any(words: Iterable[bytes], raw: bytes) -> bool:
    return any(word in raw for word in words)


def named(texts: Iterable[PromptText]) -> Iterator[Prompt]:
    """Each text with an id; of several with one name in one file the later ones get a number."""
    seen: Counter[str] = Counter()
    for one in sorted(
        texts, key=lambda one: (one.place.path, one.place.cell, one.place.line, one.place.column)
    ):
        name = one.name or one.given_as
        inner = ".".join(part for part in (one.function, name) if part)
        plain = f"{one.place.path}#{inner}" if inner else one.place.path
        seen[plain] += 1
        yield Prompt(
            id=plain if seen[plain] == 1 else f"{plain}~{seen[plain]}",
            text=evened(one.text),
            role=one.role,
            place=one.place,
            variables=one.variables,
        )
