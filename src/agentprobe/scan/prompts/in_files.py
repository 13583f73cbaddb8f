"""Prompts that are files of their own: templates, texts in folders of prompts, AGENTS.md, SKILL.md."""

from __future__ import annotations

import re

from agentprobe.scan.documents import read_document
from agentprobe.scan.facts import PromptText
from agentprobe.scan.finding import Place
from agentprobe.scan.prompt_texts import holes_in, speaks
from agentprobe.scan.prompts.in_documents import prompts_in_document
from agentprobe.scan.text import Text

_ALWAYS = re.compile(
    r"\.prompt$|(?:^|/)(?:agents|claude|gemini|skill|soul)\.md$|copilot-instructions\.md$", re.IGNORECASE
)
_FOLDERS = re.compile(
    r"(?:^|/)(?:system_?)?prompts?(?:_?templates?)?/|(?:^|/)(?:instructions|personas)/", re.IGNORECASE
)
_CALLED = re.compile(r"(?:^|[_.-])(?:prompts?|instructions?|persona|system)(?:[_.-]|$)", re.IGNORECASE)
_NO_PROMPT = re.compile(
    r"(?:^|/)(?:readme|changelog|contributing|license|requirements)[^/]*$|(?:^|/)docs?/", re.IGNORECASE
)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|table)\b", re.IGNORECASE)
_SHORTEST = 25
_LARGEST = 200_000


def prompts_in_file(path: str, raw: bytes) -> tuple[PromptText, ...]:
    """The prompts of a file that `files.kind_of` takes for one; raises Unreadable.

    A Prompty file gives one for its text and one for each prompt among its settings.
    """
    if path.lower().endswith(".prompty"):
        document = read_document(path, raw)
        if document is not None:
            return prompts_in_document(document)
    text = Text(path, raw.removeprefix(b"\xef\xbb\xbf")).content
    if not _SHORTEST <= len(text) <= _LARGEST or not _is_prompt(path, text):
        return ()
    lines = text.count("\n") + 1
    return (
        PromptText(
            name="",
            place=Place(path=path, end_line=lines),
            text=text,
            role=_role(path),
            variables=holes_in(text) if not path.lower().endswith(".md") or "{{" in text else (),
        ),
    )


def _is_prompt(path: str, text: str) -> bool:
    if _ALWAYS.search(path):
        return True
    name = path.rpartition("/")[2]
    if _NO_PROMPT.search(path) or _MARKUP.search(text[:2000]):
        return False
    stem = name.rpartition(".")[0]
    if _FOLDERS.search(path):
        return name.endswith((".md", ".txt", ".mdc")) or speaks(text)
    return bool(_CALLED.search(stem)) and speaks(text)


def _role(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    if "user" in name:
        return "user"
    return "system" if "system" in name or _ALWAYS.search(path) else "template"
