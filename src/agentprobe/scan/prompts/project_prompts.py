"""The prompts of a scanned project, from code, files and settings, for rules."""

from __future__ import annotations

from agentprobe.scan.facts import PromptText
from agentprobe.scan.project import Project
from agentprobe.scan.prompts.collect import named
from agentprobe.scan.prompts.in_documents import prompts_in_document
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.scan.purpose import is_test


def prompts_of(project: Project) -> tuple[Prompt, ...]:
    """All prompts of a scan but those of tests, under the names that the lock gives them."""
    if "prompts" not in project.kept:
        found: dict[str, list[PromptText]] = {}
        for path, facts in project.facts.items():
            found.setdefault(path, []).extend(facts.prompts)
        for prompt in project.prompts:
            found.setdefault(prompt.place.path, []).append(prompt)
        for document in project.documents:
            if document.path not in found:
                found[document.path] = list(prompts_in_document(document))
        texts = [one for path, its in found.items() if not is_test(path) for one in its]
        project.kept["prompts"] = tuple(named(texts))
    kept: tuple[Prompt, ...] = project.kept["prompts"]
    return kept
